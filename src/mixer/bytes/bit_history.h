// SPDX-License-Identifier: Apache-2.0
// Bit histories: what a context remembers of the bits that followed it, in one byte.
//
// Up to three bits are remembered exactly. After that a state is a pair of counts and the last bit;
// a new bit discards part of the other bit's count, so that recent behaviour weighs more.
#pragma once

#include <array>
#include <cstdint>

namespace nnzip::mixer {

struct BitHistories {
  static constexpr int kMostEqual = 47;  // equal bits that are told apart

  BitHistories();
  std::array<std::array<std::uint8_t, 256>, 2> next;  // [bit][state]
  std::array<std::uint16_t, 256> probability;         // a first guess of a 1, in 1/65536
  std::array<std::uint8_t, 256> count;                // bits seen, as far as remembered
  // [n][nibble]: states of nodes 1 to 15 after that nibble n times, and a 0.
  std::array<std::array<std::array<std::uint8_t, 16>, 16>, kMostEqual + 1> equal;
};

extern const BitHistories kHistories;

}  // namespace nnzip::mixer
