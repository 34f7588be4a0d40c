// SPDX-License-Identifier: Apache-2.0
// A hash table of slots: what one context remembers of one nibble.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "mixer/bytes/bit_history.h"
#include "mixer/core/aligned_memory.h"

namespace nnzip::mixer {

struct Slot {
  static constexpr std::uint8_t kLongestRun = 15;

  // Takes up the byte that followed. Only the slots of first nibbles know of bytes.
  void follow(std::uint8_t byte) {
    const int before = byte == run_byte ? run_length : 0;
    run_length = static_cast<std::uint8_t>(before < kLongestRun ? before + 1 : before);
    run_byte = byte;
  }

  std::uint8_t histories[15];  // of node n, 1..15, at n - 1
  std::uint8_t run_byte;       // the last byte that followed
  std::uint8_t run_length;     // how many times in a row; 0: none did
};

class SlotTable {
 public:
  explicit SlotTable(int log2_lines)
      : lines_(std::size_t{1} << log2_lines), shift_(32 - log2_lines) {}

  void prefetch(std::uint32_t hash) const {
    __builtin_prefetch(lines_.data() + (hash >> shift_), 1);
  }

  // The slot of that hash; a new one replaces the slot of its line that has seen least.
  Slot* find(std::uint32_t hash) {
    Line& line = lines_.data()[hash >> shift_];
    const auto check = static_cast<std::uint16_t>(hash);
    std::uint64_t checks;
    __builtin_memcpy(&checks, line.checks, 8);
    // The lowest zero of the difference is the first slot with that check; the fourth is no slot.
    const std::uint64_t difference = checks ^ check * 0x0001000100010001u;
    const std::uint64_t zeros = (difference - 0x0001000100010001u) & ~difference & 0x800080008000u;
    if (zeros != 0) return line.slots + std::countr_zero(zeros) / 16;
    return replace(line, check);
  }

 private:
  static constexpr int kSlots = 3;
  struct alignas(64) Line {
    std::uint16_t checks[kSlots + 1];
    Slot slots[kSlots];
  };
  static_assert(sizeof(Line) == 64);

  static Slot* replace(Line& line, std::uint16_t check);

  AlignedMemory<Line> lines_;
  int shift_;
};

}  // namespace nnzip::mixer
