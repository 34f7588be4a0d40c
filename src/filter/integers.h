// SPDX-License-Identifier: Apache-2.0
// Samples as whole numbers of 2 to 4 bytes, out of floats and of containers wider than they need.
// FILTERS.md defines every byte.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "layout/layout.h"

namespace nnzip {

// How the content holds numbers.
struct IntegerSource {
  std::uint32_t bytes = 4;  // of each: 3 or 4; of floats 4 or 8
  bool low_first = false;
  bool is_float = false;
  int scale = 0;  // -128..127: of floats, the whole number is the float times 2^scale; of others,
                  // so many low bytes are dropped, 0..2
  int fine = 0;   // 0..63: of floats, bits below the whole number that are kept apart
  bool operator==(const IntegerSource&) const = default;

  // As written: three bytes.
  std::uint32_t packed() const;
  // Nothing if no source is written so.
  static std::optional<IntegerSource> unpack(std::uint32_t packed);
};

// layout: samples of 2 to 4 bytes, high byte first, which the numbers become.
Bytes apply_integers(const IntegerSource& source, const Layout& layout,
                     std::span<const std::uint8_t> content);
// The inverse, which fills the content. False if nothing can have become these bytes.
bool revert_integers(const IntegerSource& source, const Layout& layout,
                     std::span<const std::uint8_t> made, std::span<std::uint8_t> content);

struct FoundIntegers {
  IntegerSource source;
  Layout layout;
};
// How numbers of `bytes` bytes, of so many channels, may become shorter whole numbers; nothing if
// floats, or others, of that order of bytes do not look like it. Chosen for few exceptions.
std::optional<FoundIntegers> find_integers(std::span<const std::uint8_t> content,
                                           std::uint32_t channels, std::uint32_t bytes,
                                           bool low_first, bool is_float);

}  // namespace nnzip
