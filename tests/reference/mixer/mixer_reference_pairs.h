// SPDX-License-Identifier: Apache-2.0
// The section Pairs of MIXING_IMAGES.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {

// Counts of pairs of a row and a difference.
class PairReference {
 public:
  using Int = std::int64_t;

  PairReference();

  // Before a number: its row, what it is seen less of, the candidate stacked, likely.
  void begin(std::uint64_t row, Int reference, Int stacked, unsigned likely);
  // Of the bit after k others that make the partial byte.
  std::array<Int, 2> inputs(unsigned partial, unsigned k);
  void learn(int bit) { map_[map_at_].learn(bit, 1023); }
  void end(Int value);

  std::size_t state = 0;  // of the last inputs()

 private:
  std::map<std::pair<std::uint64_t, Int>, Int> counts_;
  std::vector<Counter> map_;
  std::uint64_t row_ = 0;
  Int reference_ = 0;
  std::array<Int, 256> seen_{}, weight_{};
  std::size_t map_at_ = 0;
};

}  // namespace nnzip::mixer_reference
