// SPDX-License-Identifier: Apache-2.0
// Adaptive probabilities: counters that average, and maps that refine a probability.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mixer/core/aligned_memory.h"
#include "mixer/core/logistic.h"

namespace nnzip::mixer {

// A probability of 22 bits above a count of 10 bits.
using Counter = std::uint32_t;

constexpr Counter make_counter(std::uint32_t p16, std::uint32_t count) { return p16 << 16 | count; }
inline std::uint32_t probability16(Counter c) { return c >> 16; }

// Moves a counter towards the bit by 1 / (count + 1.5), rounded down: it never passes the bit.
inline Counter updated(Counter c, int bit, std::uint32_t limit) {
  const std::uint32_t count = c & 1023;
  const auto p = static_cast<std::int64_t>(c >> 10);
  const std::int64_t difference = (std::int64_t{bit} << 22) - bit - p;
  const auto step = static_cast<std::int64_t>(difference * kTables.reciprocal[count]) >> 16;
  return static_cast<Counter>(p + step) << 10 | (count < limit ? count + 1 : count);
}

// Refines a probability, given as a logit, under a small context: 32 points a context, a cache
// line, between which it interpolates.
class Refiner {
 public:
  explicit Refiner(std::size_t contexts) : points_(contexts * kPoints) {
    std::uint16_t* const first = points_.data();
    for (std::size_t i = 0; i < kPoints; ++i) {
      const std::int32_t x = static_cast<std::int32_t>(i) * kStep - kReach;
      first[i] = static_cast<std::uint16_t>(squash(clamp_logit(x)));
    }
    for (std::size_t i = 1; i < contexts; ++i) std::copy_n(first, kPoints, first + i * kPoints);
  }

  // Chooses the context of the next refine(), early enough for its memory to arrive.
  void select(std::size_t context) {
    context_ = points_.data() + context * kPoints;
    __builtin_prefetch(context_, 1);
  }

  // Probability of a 1 in 1/65536.
  std::int32_t refine(std::int32_t logit) {
    const std::int32_t position = logit + kReach;
    const std::int32_t weight = position % kStep;
    std::uint16_t* const at = context_ + position / kStep;
    nearer_ = at + (weight >= kStep / 2 ? 1 : 0);
    return (at[0] * (kStep - weight) + at[1] * weight) / kStep;
  }

  // Learns the bit that followed the last refine(). dither, 0..63, takes the place of a rounding
  // that would keep probabilities away from 0 and 1. shift, at most 6: how slowly.
  void update(int bit, std::int32_t dither, int shift = 6) {
    const std::int32_t target = bit != 0 ? 65535 : 0;
    *nearer_ = static_cast<std::uint16_t>(*nearer_ +
                                          ((target - *nearer_ + (dither >> (6 - shift))) >> shift));
  }

 private:
  static constexpr std::size_t kPoints = 32;
  static constexpr std::int32_t kStep = 200;
  static constexpr std::int32_t kReach = 3100;  // 31 steps from -kReach to kReach
  AlignedMemory<std::uint16_t> points_;
  std::uint16_t* context_ = nullptr;
  std::uint16_t* nearer_ = nullptr;
};

}  // namespace nnzip::mixer
