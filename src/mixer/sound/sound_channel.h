// SPDX-License-Identifier: Apache-2.0
// What one channel of sound expects of its next sample: several predictions, and how far each was
// off lately.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "filter/amplitude_history.h"
#include "filter/least_squares.h"
#include "mixer/sound/sound_cascade.h"

namespace nnzip::mixer {

constexpr int kUsualPredictions = 13, kLargePredictions = 35;  // by effort
constexpr int kErrorMeans = 2;  // of each prediction: of few samples, of many
constexpr int kBestPrediction = 6;

class SoundChannel {
 public:
  // large: with the predictions of the large effort. least_error: of means, in levels; about a
  // sixteenth of a step of the samples.
  SoundChannel(bool alone, bool large, std::int64_t least_error,
               const filter::SampleKernels& kernels, filter::LeastSquaresScratch& scratch);
  static std::size_t memory_bytes(bool large);

  // Computes predictions() of the next sample. other: the channel beside it, if it is not alone.
  void predict(const SoundChannel& other);
  // Learns its level: the sample as a number of 32 bits.
  void update(std::int32_t level);

  // In levels; as many as the effort has.
  const std::array<std::int64_t, kLargePredictions>& predictions() const { return predictions_; }
  // Mean absolute error of a prediction, in levels; at least least_error.
  std::int64_t mean_error(int prediction, int k) const;

 private:
  void predict_stacked();
  std::int32_t from_mean(std::int64_t level) const;

  filter::AmplitudeHistory history_;
  int own_inputs_, other_inputs_;  // of short_
  std::vector<SoundCascade> cascades_;
  filter::LeastSquares short_;
  std::optional<filter::LeastSquares> stack_;  // of how predictions differ from their mean
  std::int64_t least_error_;
  int count_;  // of predictions
  std::uint32_t seen_ = 0;

  std::array<std::int64_t, kLargePredictions> predictions_{};
  std::array<std::array<std::int64_t, kErrorMeans>, kLargePredictions> means_;  // in 2^-8
};

}  // namespace nnzip::mixer
