// SPDX-License-Identifier: Apache-2.0
// Long repeats of a block's content, which cost a slow coder time and few bytes, as a list of
// copies before what is left. FILTERS.md defines every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace nnzip {

struct Folded {
  Bytes bytes;
  std::size_t copies = 0;
};

// Takes time in proportion to the content, which is at most 2^30 bytes.
Folded fold_repeats(std::span<const std::uint8_t> content);

// The inverse: fills content. Returns false if these are no folded bytes of so much content.
bool unfold_repeats(std::span<const std::uint8_t> folded, std::span<std::uint8_t> content);

// Where each byte of the content stands among the folded bytes; kCopied of what is copied.
// Precondition: unfold_repeats() takes them.
inline constexpr std::uint32_t kCopied = 0xFFFFFFFF;
std::vector<std::uint32_t> folded_places(std::span<const std::uint8_t> folded,
                                         std::size_t content_bytes);

}  // namespace nnzip
