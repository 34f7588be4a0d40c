// SPDX-License-Identifier: Apache-2.0
// Enumerates the states and their transitions.
#include "mixer/bytes/bit_history.h"

#include <algorithm>

namespace nnzip::mixer {
namespace {

constexpr int kExact = 15;  // states of at most three bits
// The larger count reaches at most kReach[smaller count].
constexpr int kReach[6] = {47, 24, 10, 7, 6, 5};
constexpr int kMaxCount = BitHistories::kMostEqual;

struct Numbering {
  // [zeros][ones][last bit]; 0 where there is no state.
  std::uint8_t number[kMaxCount + 1][kMaxCount + 1][2] = {};
};

bool exists(int zeros, int ones) {
  const int low = std::min(zeros, ones);
  return low < 6 && std::max(zeros, ones) <= kReach[low];
}

int limited(int count) { return count > 2 ? 2 + (count - 2) * 3 / 8 : count; }

// The state that follows counts zeros and ones (before the bit) by that bit.
std::uint8_t follow(const Numbering& states, int zeros, int ones, int bit) {
  int& seen = bit != 0 ? ones : zeros;
  int& other = bit != 0 ? zeros : ones;
  other = limited(other);
  ++seen;
  while (!exists(zeros, ones)) --(seen > other ? seen : other);
  return states.number[zeros][ones][bit];
}

}  // namespace

BitHistories::BitHistories() {
  Numbering states;
  struct Counts {
    int zeros = 0, ones = 0;
  };
  std::array<Counts, 256> counts{};
  int total_states = kExact;
  for (int total = 4; total <= 2 * kMaxCount; ++total) {
    for (int ones = std::max(0, total - kMaxCount); ones <= std::min(total, kMaxCount); ++ones) {
      if (!exists(total - ones, ones)) continue;
      for (int last = 0; last < 2; ++last) {
        if (last == 0 ? ones == total : ones == 0) continue;
        states.number[total - ones][ones][last] = static_cast<std::uint8_t>(total_states);
        counts[total_states++] = {total - ones, ones};
      }
    }
  }
  // What is left of three or four equal bits after another one: as if the bits were these.
  states.number[2][1][1] = 7 + 0b001;
  states.number[1][2][0] = 7 + 0b110;
  next = {};
  // Exact states: number 2^n - 1 + the n bits, oldest first.
  for (int n = 0; n <= 3; ++n) {
    for (int bits = 0; bits < 1 << n; ++bits) {
      const int state = (1 << n) - 1 + bits;
      const int ones = (bits & 1) + (bits >> 1 & 1) + (bits >> 2);
      counts[state] = {n - ones, ones};
      for (int bit = 0; bit < 2; ++bit) {
        next[bit][state] = n < 3 ? static_cast<std::uint8_t>((2 << n) - 1 + 2 * bits + bit)
                                 : follow(states, n - ones, ones, bit);
      }
    }
  }
  for (int state = kExact; state < total_states; ++state) {
    for (int bit = 0; bit < 2; ++bit) {
      next[bit][state] = follow(states, counts[state].zeros, counts[state].ones, bit);
    }
  }
  for (int state = 0; state < 256; ++state) {
    const int zeros = counts[state].zeros, ones = counts[state].ones;
    count[state] = static_cast<std::uint8_t>(zeros + ones);
    probability[state] =
        static_cast<std::uint16_t>((ones * 5 + 2) * 65535 / ((zeros + ones) * 5 + 4));
  }
  equal = {};
  std::array<std::uint8_t, 2> after{};  // n equal bits
  for (std::size_t n = 1; n < equal.size(); ++n) {
    for (std::size_t bit = 0; bit < 2; ++bit) after[bit] = next[bit][after[bit]];
    for (std::size_t nibble = 0; nibble < 16; ++nibble) {
      for (int k = 0; k < 4; ++k) {
        const std::size_t node = (16 | nibble) >> (4 - k), bit = nibble >> (3 - k) & 1;
        equal[n][nibble][node - 1] = after[bit];
      }
    }
  }
}

const BitHistories kHistories;

}  // namespace nnzip::mixer
