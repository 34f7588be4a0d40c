// SPDX-License-Identifier: Apache-2.0
// Logistic distributions of a number whose bits come from the highest down.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "mixer/core/logistic.h"
#include "mixer/sound/sound_kernels.h"

namespace nnzip::mixer {

struct SoftplusTable {
  SoftplusTable();
  // 4096 * ln(1 + exp(-i / 256)); above it, how much less the next one is.
  std::array<std::uint32_t, 4096 + 1> entries;
};

extern const SoftplusTable kSoftplus;

// Several distributions of one number: each around a centre, of some scale. The number is known to
// lie in an interval, at first the whole range; after each bit in one of its halves.
template <int kCount>
class SoundDistributions {
 public:
  static constexpr int kLanes = (kCount + kShapeLanes - 1) / kShapeLanes * kShapeLanes;

  SoundDistributions() {
    inverse_.fill(1 << 15);  // of the idle lanes, whatever fits
    shift_.fill(8);
  }

  // In levels. mean_error, 16..2^34: the mean distance from the centre. |centre| < 2^33.
  void set(int i, std::int64_t centre, std::int64_t mean_error) {
    const auto at = static_cast<std::size_t>(i);
    centre_[at] = centre;
    // The mean distance is 2 ln 2 scales; 185 / 256 = 1 / (2 ln 2).
    const std::int64_t scale = (mean_error * 185) >> 8;
    const int width = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(scale)));
    inverse_[at] = (std::int64_t{1} << (width + 15)) / scale;  // 2^15..2^16
    shift_[at] = width + 3;
  }

  // After set() of all. The range, in levels: low <= number < high.
  void begin(const SoundKernels& kernels, std::int64_t low, std::int64_t high) {
    low_ = 0;
    high_ = 1;
    kernels.integrals(shapes(), kLanes, low, kSoftplus.entries.data(), ends_[low_].data());
    kernels.integrals(shapes(), kLanes, high, kSoftplus.entries.data(), ends_[high_].data());
  }

  // Fills in the logits of the upper part of the interval, kLanes of them; the widths of both parts
  // in levels.
  void logits(const SoundKernels& kernels, std::int64_t lower_width, std::int64_t upper_width,
              std::int16_t* logits) const {
    // With u = (centre - x) / scale and the integral s of the distribution's probability of less
    // than x, which is softplus(u): the odds of parts of the widths a and b are
    // exp(s(low) - s(high) - a) * (1 - exp(-b)) / (1 - exp(-a)).
    kernels.logits(shapes(), kLanes, ends_[low_].data(), ends_[high_].data(), lower_width, logits);
    if (lower_width != upper_width) uneven_logits(lower_width, upper_width, logits);
  }

  // Where the interval's parts meet: known before the bit is, so that its integrals need not wait.
  void split(const SoundKernels& kernels, std::int64_t middle) {
    kernels.integrals(shapes(), kLanes, middle, kSoftplus.entries.data(), ends_[free()].data());
  }
  // The middle of the last split() becomes an end of the interval.
  void narrow(int bit) { (bit != 0 ? low_ : high_) = free(); }

  // (centre - x) / scale in 1/4096.
  std::int64_t place(int i, std::int64_t x) const {
    return scaled(static_cast<std::size_t>(i), centre_[static_cast<std::size_t>(i)] - x);
  }

 private:
  using Numbers = std::array<std::int64_t, kLanes>;

  SoundShapes shapes() const { return {centre_.data(), inverse_.data(), shift_.data()}; }
  int free() const { return 3 - low_ - high_; }

  std::int64_t scaled(std::size_t i, std::int64_t distance) const {
    return (distance * inverse_[i]) >> shift_[i];
  }

  void uneven_logits(std::int64_t lower_width, std::int64_t upper_width,
                     std::int16_t* logits) const {
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::int64_t x = ends_[low_][i] - ends_[high_][i] - scaled(i, lower_width) +
                             shrinkage(i, upper_width) - shrinkage(i, lower_width);
      logits[i] =
          static_cast<std::int16_t>(std::clamp<std::int64_t>(x >> 4, -kLogitLimit, kLogitLimit));
    }
  }

  // ln(1 - exp(-width)), which is that of twice the width less ln(1 + exp(-width)).
  std::int64_t shrinkage(std::size_t i, std::int64_t width) const {
    std::int64_t sum = 0;
    for (std::int64_t d = std::max<std::int64_t>(scaled(i, width), 1); d < 4096 * 16; d *= 2) {
      const std::uint32_t entry = kSoftplus.entries[static_cast<std::size_t>(d >> 4)];
      sum -= (entry & 0xFFFF) - ((entry >> 16) * static_cast<std::uint32_t>(d & 15) >> 4);
    }
    return sum;
  }

  alignas(64) Numbers centre_{};
  alignas(64) Numbers inverse_;
  alignas(64) Numbers shift_;
  struct alignas(64) Ends : Numbers {};
  std::array<Ends, 3> ends_{};  // the integrals at both ends and in the middle
  int low_ = 0, high_ = 1;
};

}  // namespace nnzip::mixer
