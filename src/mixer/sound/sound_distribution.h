// SPDX-License-Identifier: Apache-2.0
// Logistic distributions of a number whose bits come from the highest down.
#pragma once

#include <array>
#include <cstdint>

#include "mixer/core/logistic.h"

namespace nnzip::mixer {

struct SoftplusTable {
  SoftplusTable();
  // 4096 * ln(1 + exp(-i / 256)).
  std::array<std::uint16_t, 4096 + 1> value;
};

extern const SoftplusTable kSoftplus;

// One distribution: around a centre, of some scale. The number is known to lie in an interval, at
// first the whole range; after each bit in one of its halves.
class SoundDistribution {
 public:
  // In levels. mean_error, 16..2^34: the mean distance from the centre. The range: low <= number <
  // high. |numbers| < 2^34.
  void begin(std::int64_t centre, std::int64_t mean_error, std::int64_t low, std::int64_t high) {
    centre_ = centre;
    // The mean distance is 2 ln 2 scales; 185 / 256 = 1 / (2 ln 2).
    const std::int64_t scale = (mean_error * 185) >> 8;
    const int width = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(scale)));
    inverse_ = (std::int64_t{1} << (width + 15)) / scale;  // 2^15..2^16
    shift_ = width + 3;
    at_low_ = softplus(place(low));
    at_high_ = softplus(place(high));
  }

  // The logit of the upper part of the interval; both widths in levels.
  std::int32_t logit(std::int64_t lower_width, std::int64_t upper_width) const {
    // With u = (centre - x) / scale and the integral s of the distribution's probability of less
    // than x, which is softplus(u): the odds of parts of the widths a and b are
    // exp(s(low) - s(high) - a) * (1 - exp(-b)) / (1 - exp(-a)).
    std::int64_t x = at_low_ - at_high_ - scaled(lower_width);
    if (lower_width != upper_width) x += shrinkage(upper_width) - shrinkage(lower_width);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(x >> 4, -kLogitLimit, kLogitLimit));
  }

  // The middle between the interval's ends becomes one of them.
  void narrow(std::int64_t middle, int bit) {
    (bit != 0 ? at_low_ : at_high_) = softplus(place(middle));
  }

  // (centre - x) / scale in 1/4096.
  std::int64_t place(std::int64_t x) const { return scaled(centre_ - x); }

 private:
  std::int64_t scaled(std::int64_t distance) const { return (distance * inverse_) >> shift_; }

  // ln(1 - exp(-width)), which is that of twice the width less ln(1 + exp(-width)).
  std::int64_t shrinkage(std::int64_t width) const {
    std::int64_t sum = 0;
    for (std::int64_t d = std::max<std::int64_t>(scaled(width), 1); d < 4096 * 16; d *= 2) {
      sum -= softplus(-d);
    }
    return sum;
  }

  // ln(1 + exp(z)).
  static std::int64_t softplus(std::int64_t z) {
    const std::int64_t magnitude = z < 0 ? -z : z;
    const std::int64_t rest = z < 0 ? 0 : z;
    if (magnitude >= 4096 * 16) return rest;
    const auto i = static_cast<std::size_t>(magnitude >> 4);
    const std::int32_t fraction = magnitude & 15;
    const std::int32_t a = kSoftplus.value[i], b = kSoftplus.value[i + 1];
    return rest + a - (((a - b) * fraction) >> 4);
  }

  std::int64_t centre_, inverse_, at_low_, at_high_;
  int shift_;
};

}  // namespace nnzip::mixer
