// SPDX-License-Identifier: Apache-2.0
// Least squares, then stages of other lengths on what they leave.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "filter/amplitude_history.h"
#include "filter/least_squares.h"
#include "filter/sign_lms.h"

namespace nnzip::mixer {

constexpr int kStages = 4;

struct CascadeRule {
  struct Stage {
    int log2_taps;
    std::int32_t rate;
  };
  int alone, own, other;  // inputs: of one channel; of several
  int log2_memory, interval;
  std::array<Stage, kStages> stages;
};

class SoundCascade {
 public:
  // Levels: after least squares, after each stage, and with shares of the stages, the best one.
  static constexpr int kSums = kStages + 2;
  using Sums = std::array<std::int64_t, kSums>;

  SoundCascade(const CascadeRule& rule, bool alone, const filter::SampleKernels& kernels,
               filter::LeastSquaresScratch& scratch);

  Sums predict(const filter::AmplitudeHistory& own, const filter::AmplitudeHistory& other);
  // sign, mean: of the best one's last error and of its errors lately, in levels.
  void update(std::int32_t amplitude, std::int32_t sign, std::int64_t mean);

 private:
  int own_inputs_, other_inputs_;
  filter::LeastSquares squares_;
  std::vector<filter::SignLms> stages_;
  std::int32_t first_ = 0;                           // the prediction of squares_
  std::array<std::int32_t, kStages> corrections_{};  // of the stages
  std::array<std::int64_t, kStages> shares_;         // of corrections in the best one, in 2^-16
};

}  // namespace nnzip::mixer
