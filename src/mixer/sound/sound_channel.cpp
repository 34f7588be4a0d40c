// SPDX-License-Identifier: Apache-2.0
// Least squares, then a cascade of longer memory on what they leave.
#include "mixer/sound/sound_channel.h"

#include <algorithm>
#include <cstdlib>

#include "mixer/core/logistic.h"

namespace nnzip::mixer {
namespace {

constexpr int kLongInputs = 32, kShortInputs = 16;
constexpr int kLongMemory = 9, kShortMemory = 6;  // logarithms of samples
constexpr int kLongInterval = 16, kShortInterval = 8;
constexpr std::int64_t kShareRate = 200;
constexpr std::int64_t kShareLimit = std::int64_t{1} << 18;
constexpr std::uint32_t kMeanLimits[kErrorMeans] = {8, 98};

// Levels have 8 bits below an amplitude.
constexpr std::int64_t to_level(std::int64_t amplitude) { return amplitude * 256; }

}  // namespace

SoundChannel::SoundChannel(bool alone, std::int64_t least_error,
                           const filter::SampleKernels& kernels,
                           filter::LeastSquaresScratch& scratch)
    : own_inputs_(alone ? kLongInputs : kLongInputs * 5 / 8),
      other_inputs_(kLongInputs - own_inputs_),
      long_(kLongInputs, kLongMemory, kLongInterval, kernels, scratch),
      short_(kShortInputs, kShortMemory, kShortInterval, kernels, scratch),
      stages_{filter::SignLms(10, 60000, kernels), filter::SignLms(8, 400000, kernels),
              filter::SignLms(5, 1600000, kernels), filter::SignLms(4, 3200000, kernels)},
      least_error_(least_error) {
  shares_.fill(1 << 16);
  for (auto& means : means_) means.fill(least_error << 12);
}

std::int64_t SoundChannel::mean_error(int prediction, int k) const {
  return std::max(means_[prediction][k] >> 8, least_error_);
}

void SoundChannel::predict(const SoundChannel& other) {
  const int own = own_inputs_, beside = other_inputs_;
  filter::AmplitudeHistory::gather(history_, own, other.history_, beside, long_.inputs());
  filter::AmplitudeHistory::gather(history_, own / 2, other.history_, beside / 2, short_.inputs());
  first_ = long_.predict();
  std::int64_t sum = first_, weighted = std::int64_t{first_} << 16;
  predictions_[0] = to_level(sum);
  for (int i = 0; i < kStages; ++i) {
    corrections_[i] = stages_[i].predict();
    sum += corrections_[i];
    weighted += corrections_[i] * shares_[i];
    predictions_[i + 1] = to_level(sum);
  }
  predictions_[kStages + 1] = to_level(short_.predict());
  constexpr std::int64_t kLimit = std::int64_t{filter::kAmplitudeLimit} << 16;
  predictions_[kBestPrediction] = std::clamp(weighted, -kLimit, kLimit) >> 8;
}

void SoundChannel::update(std::int32_t level) {
  ++seen_;
  for (int i = 0; i < kPredictions; ++i) {
    const std::int64_t error = std::abs(level - predictions_[i]) << 8;
    for (int k = 0; k < kErrorMeans; ++k) {
      const std::uint32_t count = std::min(seen_ - 1, kMeanLimits[k]);
      means_[i][k] += ((error - means_[i][k]) * kTables.reciprocal[count]) >> 16;
    }
  }
  const std::int32_t amplitude = level >> 8;
  const std::int64_t best_error = level - predictions_[kBestPrediction];
  adapt_shares(best_error > 0 ? 1 : best_error < 0 ? -1 : 0);
  std::int32_t rest = amplitude - first_;
  for (int i = 0; i < kStages; ++i) {
    const std::int32_t value = rest;
    rest -= corrections_[i];
    stages_[i].adapt(rest);
    stages_[i].push(value);
  }
  long_.update(amplitude);
  short_.update(amplitude);
  history_.push(amplitude);
}

void SoundChannel::adapt_shares(std::int32_t sign) {
  const std::int64_t scale = (mean_error(kBestPrediction, 1) >> 8) + 64;
  for (int i = 0; i < kStages; ++i) {
    const std::int64_t step = corrections_[i] * kShareRate / scale;
    shares_[i] = std::clamp<std::int64_t>(shares_[i] + sign * step, -kShareLimit, kShareLimit);
  }
}

}  // namespace nnzip::mixer
