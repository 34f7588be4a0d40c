// SPDX-License-Identifier: Apache-2.0
// What a large effort adds: four regressions of a number on all that surrounds it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mixer/image/image_plane.h"
#include "mixer/image/image_regression.h"

namespace nnzip::mixer {

constexpr int kWideGuesses = 4;  // by parity, of what was seen last, local, whole

// What one stream keeps of its number for them.
struct WideNumber {
  std::size_t parity = 0;  // of column and row, and the channel
  Taps taps;
  std::array<TapWeights, kMaxChannels> weights{};  // local ones
};

class WideRegressions {
 public:
  static std::size_t memory_bytes(const Layout& layout);
  explicit WideRegressions(const ImagePlane& plane);

  // Predictions of the number there, in 1/16, without bounds. current: this pixel's numbers.
  std::array<std::int32_t, kWideGuesses> begin(
      const PixelPlace& place, const Surroundings& around,
      const std::array<std::int32_t, kMaxChannels>& current, WideNumber& number);
  void learn(const PixelPlace& place, const Surroundings& around, std::int32_t value,
             WideNumber& number);

 private:
  std::int32_t tap(std::int32_t value, const std::array<std::int32_t, kNeighbours>& around) const;

  const ImagePlane& plane_;
  int dropped_;  // bits of a tap: numbers of one byte are seen in halves
  std::vector<WholeRegression> by_parity_, last_;
  std::vector<LocalRegression> local_;
};

}  // namespace nnzip::mixer
