// SPDX-License-Identifier: Apache-2.0
// What longer contexts make of what shorter ones say: each history of a context scales the logit of
// the next shorter one and adds to it. MIXING_ORDERS.md; ZPAQ calls such a component ISSE.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nnzip::mixer {

// Of a block of the large effort.
class OrderChains {
 public:
  static constexpr std::size_t kRungs = 9;

  // contexts, row: counters of histories are at context * row + state, the state of the run times
  // 256 and the history's.
  OrderChains(std::size_t contexts, std::size_t row);
  static constexpr std::size_t memory_bytes(std::size_t contexts, std::size_t row) {
    return contexts * row * sizeof(Line);
  }

  // Writes kRungs inputs of the next bit. places: of its counters, for each context; order1: what
  // the last byte alone says, a logit.
  void add(const std::uint32_t* places, std::int32_t order1, std::int16_t* x);
  // Learns it.
  void learn(int bit);

 private:
  // logit = (scale * below + 256 * shift) >> 16.
  struct Line {
    std::int32_t scale, shift;
  };

  std::vector<Line> lines_;
  std::array<Line*, kRungs> line_{};
  std::array<std::int32_t, kRungs> below_{}, logit_{};
};

}  // namespace nnzip::mixer
