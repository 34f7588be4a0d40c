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

  std::uint32_t low(std::uint8_t symbol) const { return cumulative[symbol]; }
  std::uint32_t high(std::uint8_t symbol) const { return cumulative[symbol + 1]; }
};

// What one symbol owns of a distribution: [low, high) of [0, kTotal).
struct Ends {
  std::uint32_t low = 0, high = Distribution::kTotal;
};

}  // namespace nnzip
