// SPDX-License-Identifier: Apache-2.0
// A hash table of slots: what one context remembers of one nibble, 15 bit histories.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "mixer/bytes/bit_history.h"
#include "mixer/core/aligned_memory.h"

namespace nnzip::mixer {

// A line of 64 bytes holds four slots: their four check bytes, then 15 histories of each.
class SlotTable {
 public:
  explicit SlotTable(int log2_lines)
      : lines_(std::size_t{64} << log2_lines), shift_(32 - log2_lines) {}

  void prefetch(std::uint32_t hash) const {
    __builtin_prefetch(lines_.data() + std::size_t{hash >> shift_} * 64, 1);
  }

  // The slot of that hash; a new one replaces the slot of its line that has seen least. The history
  // of node n, 1..15, is at result[n - 1].
  std::uint8_t* find(std::uint32_t hash) {
    std::uint8_t* const line = lines_.data() + std::size_t{hash >> shift_} * 64;
    std::uint32_t checks;
    __builtin_memcpy(&checks, line, 4);
    // The lowest zero byte of the difference is the first slot with that check.
    const std::uint32_t difference = checks ^ (hash & 255) * 0x01010101u;
    const std::uint32_t zeros = (difference - 0x01010101u) & ~difference & 0x80808080u;
    if (zeros != 0) return line + 4 + 15 * (std::countr_zero(zeros) / 8);
    return replace(line, static_cast<std::uint8_t>(hash));
  }

 private:
  std::uint8_t* replace(std::uint8_t* line, std::uint8_t check);

  AlignedMemory<std::uint8_t> lines_;
  int shift_;
};

}  // namespace nnzip::mixer
