// SPDX-License-Identifier: Apache-2.0
// A hash table of bit histories: a line of memory has four slots, each of one context and nibble.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mixer/core/aligned_memory.h"

namespace nnzip::lean {

// What a context remembers of one nibble: the bit histories of nodes 1 to 15.
struct Slot {
  std::uint8_t histories[15];
  std::uint8_t& history(std::uint32_t node) { return histories[node - 1]; }
};

class Table {
 public:
  explicit Table(int log2_lines) : shift_(32 - log2_lines), lines_(std::size_t{1} << log2_lines) {}

  static std::uint64_t memory_bytes(int log2_lines) { return sizeof(Line) << log2_lines; }

  void prefetch(std::uint32_t hash) const { __builtin_prefetch(&line_of(hash), 1); }

  // The slot of that hash; a new one replaces the slot of its line that has seen least.
  Slot* find(std::uint32_t hash) const {
    Line& line = line_of(hash);
    const auto check = static_cast<std::uint8_t>(hash);
    std::uint32_t checks;
    std::memcpy(&checks, line.checks, 4);
    // The lowest zero of the difference is the first slot with that check.
    const std::uint32_t difference = checks ^ check * 0x01010101u;
    const std::uint32_t zeros = (difference - 0x01010101u) & ~difference & 0x80808080u;
    if (zeros != 0) return line.slots + std::countr_zero(zeros) / 8;
    return replace(line, check);
  }

 private:
  struct alignas(64) Line {
    std::uint8_t checks[4];  // of each slot, a part of the hash
    Slot slots[4];
  };
  static_assert(sizeof(Line) == 64);

  static Slot* replace(Line& line, std::uint8_t check) {
    std::size_t least = 0;
    for (std::size_t i = 1; i < 4; ++i) {
      if (line.slots[i].histories[0] < line.slots[least].histories[0]) least = i;
    }
    line.checks[least] = check;
    line.slots[least] = {};
    return line.slots + least;
  }

  Line& line_of(std::uint32_t hash) const { return lines_.data()[hash >> shift_]; }

  int shift_;
  mixer::AlignedMemory<Line> lines_;
};

}  // namespace nnzip::lean
