// SPDX-License-Identifier: Apache-2.0
// Which numbers sound has, where it leaves many of them out: it was made louder, or had fewer bits.
// LEAN_SAMPLES.md defines how they are written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"

namespace nnzip::lean {

// Numbers of a width: as they are, without unused low bits, or counted along those that occur.
class UsedNumbers {
 public:
  // What is good for such numbers of so many bytes, each -2^(8 bytes - 1) .. 2^(8 bytes - 1) - 1.
  static UsedNumbers of(std::span<const std::int32_t> numbers, std::size_t bytes);
  // Nothing if the coded data are no such thing.
  static std::optional<UsedNumbers> decode(RangeDecoder& coder, std::size_t bytes);
  void encode(RangeEncoder& coder) const;

  // Bits of the short numbers, 1..32.
  int width() const { return width_; }
  // Precondition: of that occurs.
  std::int64_t shortened(std::int64_t number) const;
  // Nothing if there is none. short_number: of that width.
  std::optional<std::int64_t> lengthened(std::int64_t short_number) const;

 private:
  explicit UsedNumbers(std::size_t bytes) : bytes_(bytes), width_(static_cast<int>(8 * bytes)) {}
  void count();
  bool lists() const { return !numbers_.empty(); }

  std::size_t bytes_;
  int width_, shift_ = 0;              // shift_: low bits that are 0, of wide numbers
  std::vector<std::uint8_t> used_;     // [number + half of all]: 0 or 1; of wide numbers empty
  std::vector<std::int32_t> numbers_;  // that are used, in order; empty if all may be
  std::vector<std::int32_t> ranks_;    // [number + half of all]
  std::int64_t zero_ = 0;              // how many of them are negative
};

}  // namespace nnzip::lean
