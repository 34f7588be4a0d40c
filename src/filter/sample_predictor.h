// SPDX-License-Identifier: Apache-2.0
// One prediction of each sample of interleaved sound, fast enough to prepare content for a network.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "filter/amplitude_history.h"
#include "filter/least_squares.h"
#include "filter/sign_lms.h"

namespace nnzip::filter {

// FILTERS.md defines its arithmetic.
class SamplePredictor {
 public:
  SamplePredictor(std::uint32_t channels, const SampleKernels& kernels);
  SamplePredictor(const SamplePredictor&) = delete;  // channels refer to its scratch

  // The amplitude of the next sample: of channel 0, 1, ... and again. |result| < 2^27.
  std::int32_t predict();
  // After predict(): learns that amplitude, -2^23 <= amplitude < 2^23.
  void update(std::int32_t amplitude);

 private:
  static constexpr int kStages = 2;
  struct Channel {
    AmplitudeHistory history;
    LeastSquares first;
    std::array<SignLms, kStages> stages;
  };

  LeastSquaresScratch scratch_;
  std::vector<Channel> channels_;
  std::size_t current_ = 0;
  std::int32_t start_ = 0;                           // the first prediction
  std::array<std::int32_t, kStages> corrections_{};  // what the stages add to it
};

}  // namespace nnzip::filter
