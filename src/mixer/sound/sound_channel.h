// SPDX-License-Identifier: Apache-2.0
// What one channel of sound expects of its next sample: several predictions, and how far each was
// off lately.
#pragma once

#include <array>
#include <cstdint>

#include "filter/amplitude_history.h"
#include "filter/least_squares.h"
#include "filter/sign_lms.h"

namespace nnzip::mixer {

constexpr int kPredictions = 7;
constexpr int kErrorMeans = 2;  // of each prediction: of few samples, of many
constexpr int kBestPrediction = kPredictions - 1;

class SoundChannel {
 public:
  // least_error: of means, in levels; about a sixteenth of a step of the samples.
  SoundChannel(bool alone, std::int64_t least_error, const filter::SampleKernels& kernels,
               filter::LeastSquaresScratch& scratch);

  // Computes predictions() of the next sample. other: the channel beside it, if it is not alone.
  void predict(const SoundChannel& other);
  // Learns its level: the sample as a number of 32 bits.
  void update(std::int32_t level);

  // In levels.
  const std::array<std::int64_t, kPredictions>& predictions() const { return predictions_; }
  // Mean absolute error of a prediction, in levels; at least least_error.
  std::int64_t mean_error(int prediction, int k) const;

 private:
  static constexpr int kStages = 4;
  void adapt_shares(std::int32_t sign);

  filter::AmplitudeHistory history_;
  int own_inputs_, other_inputs_;  // of long_; of short_ half as many
  filter::LeastSquares long_, short_;
  std::array<filter::SignLms, kStages> stages_;
  std::int64_t least_error_;
  std::uint32_t seen_ = 0;

  std::int32_t first_ = 0;                           // the prediction of long_
  std::array<std::int32_t, kStages> corrections_{};  // of the stages
  std::array<std::int64_t, kStages> shares_;         // of corrections in the best one, in 2^-16
  std::array<std::int64_t, kPredictions> predictions_{};
  std::array<std::array<std::int64_t, kErrorMeans>, kPredictions> means_;  // in 2^-8
};

}  // namespace nnzip::mixer
