// SPDX-License-Identifier: Apache-2.0
// What a backend says of the next byte, in integers.
#pragma once

#include <cstdint>

namespace nnzip {

// Cumulative frequencies: symbol s owns [cumulative[s], cumulative[s + 1]) of [0, kTotal).
// Invariant: cumulative[0] = 0, strictly increasing, cumulative[256] = kTotal.
struct Distribution {
  static constexpr int kBits = 22;
  static constexpr std::uint32_t kTotal = std::uint32_t{1} << kBits;
  std::uint32_t cumulative[257];
  // Signs of what the network knows of the byte, for those that learn on it: see ARITHMETIC.md.
  // Zeros of sessions that do not sign.
  std::uint32_t signature[8] = {};

  std::uint32_t low(std::uint8_t symbol) const { return cumulative[symbol]; }
  std::uint32_t high(std::uint8_t symbol) const { return cumulative[symbol + 1]; }
};

// What coding a known byte bit by bit asks of its distribution: where each of its bits, the highest
// one first, cuts what those before it have left of [0, kTotal).
struct Walk {
  std::uint32_t cuts[8];

  // Of cumulative[]: the cut of that bit of the byte.
  static constexpr int place(std::uint8_t byte, int bit) {
    return (byte >> (8 - bit) << (8 - bit)) + (128 >> bit);
  }
};

inline Walk walk_to(std::uint8_t byte, const Distribution& distribution) {
  Walk walk;
  for (int bit = 0; bit < 8; ++bit) {
    walk.cuts[bit] = distribution.cumulative[Walk::place(byte, bit)];
  }
  return walk;
}

// Writes what it tells of a distribution: all that coding the byte reads of one, and no more.
inline void lay_out(const Walk& walk, std::uint8_t byte, Distribution& distribution) {
  distribution.cumulative[0] = 0;
  distribution.cumulative[256] = Distribution::kTotal;
  for (int bit = 0; bit < 8; ++bit) {
    distribution.cumulative[Walk::place(byte, bit)] = walk.cuts[bit];
  }
}

// What one symbol owns of a distribution: [low, high) of [0, kTotal).
struct Ends {
  std::uint32_t low = 0, high = Distribution::kTotal;
};

}  // namespace nnzip
