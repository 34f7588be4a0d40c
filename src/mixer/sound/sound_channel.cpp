// SPDX-License-Identifier: Apache-2.0
// Cascades of several memories, and of the large effort what their predictions are together.
#include "mixer/sound/sound_channel.h"

#include <algorithm>
#include <cstdlib>
#include <span>

#include "mixer/core/logistic.h"

namespace nnzip::mixer {
namespace {

constexpr int kShortInputs = 16, kShortMemory = 6, kShortInterval = 8;
constexpr std::uint32_t kMeanLimits[kErrorMeans] = {8, 98};

// The first two are those of the usual effort.
constexpr CascadeRule kCascades[] = {
    {32, 20, 12, 9, 16, {{{10, 60000}, {8, 400000}, {5, 1600000}, {4, 3200000}}}},
    {4, 2, 2, 13, 32, {{{11, 7000}, {10, 40000}, {8, 200000}, {5, 1000000}}}},
    {24, 26, 6, 8, 8, {{{8, 400000}, {5, 3000000}, {4, 6000000}, {4, 1000000}}}},
    {32, 16, 16, 10, 8, {{{9, 150000}, {7, 400000}, {5, 1000000}, {4, 3000000}}}},
    {28, 22, 10, 11, 16, {{{10, 120000}, {8, 800000}, {4, 2000000}, {4, 500000}}}},
    {16, 10, 6, 12, 16, {{{11, 14000}, {9, 100000}, {7, 400000}, {4, 2000000}}}}};
constexpr int kUsualCascades = 2, kLargeCascades = 6;
constexpr int kStackMemory = 9, kStackInterval = 16;

// Where the predictions of cascades begin that follow the first one and short_, those after a stage
// and the best one.
constexpr int first_of(int cascade) { return kBestPrediction + 1 + (cascade - 1) * (kStages + 1); }
constexpr int best_of(int cascade) {
  return cascade == 0 ? kBestPrediction : first_of(cascade) + kStages;
}
constexpr int kUsualMean = first_of(kUsualCascades);
constexpr int kMeanOfTwo = first_of(kLargeCascades), kMeanOfAll = kMeanOfTwo + 1,
              kStacked = kMeanOfAll + 1;
constexpr int kStackInputs = kMeanOfAll;
static_assert(kUsualMean + 1 == kUsualPredictions && kStacked + 1 == kLargePredictions);

std::int32_t sign_of(std::int64_t n) { return n > 0 ? 1 : n < 0 ? -1 : 0; }

}  // namespace

SoundChannel::SoundChannel(bool alone, bool large, std::int64_t least_error,
                           const filter::SampleKernels& kernels,
                           filter::LeastSquaresScratch& scratch)
    : own_inputs_(alone ? kShortInputs : kShortInputs * 5 / 8),
      other_inputs_(kShortInputs - own_inputs_),
      short_(kShortInputs, kShortMemory, kShortInterval, kernels, scratch),
      least_error_(least_error),
      count_(large ? kLargePredictions : kUsualPredictions) {
  for (const CascadeRule& rule :
       std::span(kCascades).first(large ? kLargeCascades : kUsualCascades)) {
    cascades_.emplace_back(rule, alone, kernels, scratch);
  }
  if (large) stack_.emplace(kStackInputs, kStackMemory, kStackInterval, kernels, scratch);
  for (auto& means : means_) means.fill(least_error << 12);
}

std::size_t SoundChannel::memory_bytes(bool large) { return std::size_t{large ? 176u : 72u} << 10; }

std::int64_t SoundChannel::mean_error(int prediction, int k) const {
  return std::max(means_[prediction][k] >> 8, least_error_);
}

void SoundChannel::predict(const SoundChannel& other) {
  for (int i = 0; i < static_cast<int>(cascades_.size()); ++i) {
    const auto sums = cascades_[static_cast<std::size_t>(i)].predict(history_, other.history_);
    if (i == 0) {
      std::copy_n(sums.begin(), kStages + 1, predictions_.begin());
      predictions_[kBestPrediction] = sums.back();
    } else {
      std::copy_n(sums.begin() + 1, kStages + 1, predictions_.begin() + first_of(i));
    }
  }
  filter::AmplitudeHistory::gather(history_, own_inputs_, other.history_, other_inputs_,
                                   short_.inputs());
  predictions_[kStages + 1] = std::int64_t{short_.predict()} * 256;
  const std::int64_t two = (predictions_[best_of(0)] + predictions_[best_of(1)]) >> 1;
  predictions_[stack_ ? kMeanOfTwo : kUsualMean] = two;
  if (stack_) predict_stacked();
}

void SoundChannel::predict_stacked() {
  std::int64_t sum = 0;
  for (int i = 0; i < kLargeCascades; ++i) sum += predictions_[best_of(i)];
  predictions_[kMeanOfAll] = sum / kLargeCascades;
  for (int i = 0; i < kStackInputs; ++i) stack_->inputs()[i] = from_mean(predictions_[i]);
  predictions_[kStacked] = predictions_[kMeanOfAll] + std::int64_t{stack_->predict()} * 16;
}

// In 16 levels, of which least squares take 2^23.
std::int32_t SoundChannel::from_mean(std::int64_t level) const {
  constexpr std::int64_t kLimit = 1 << 22;
  return static_cast<std::int32_t>(
      std::clamp((level - predictions_[kMeanOfAll]) >> 4, -kLimit, kLimit));
}

void SoundChannel::update(std::int32_t level) {
  ++seen_;
  for (int i = 0; i < count_; ++i) {
    const std::int64_t error = std::abs(level - predictions_[i]) << 8;
    for (int k = 0; k < kErrorMeans; ++k) {
      const std::uint32_t count = std::min(seen_ - 1, kMeanLimits[k]);
      means_[i][k] += ((error - means_[i][k]) * kTables.reciprocal[count]) >> 16;
    }
  }
  const std::int32_t amplitude = level >> 8;
  for (std::size_t i = 0; i < cascades_.size(); ++i) {
    const int best = best_of(static_cast<int>(i));
    cascades_[i].update(amplitude, sign_of(level - predictions_[best]), mean_error(best, 1));
  }
  if (stack_) stack_->update(from_mean(level));
  short_.update(amplitude);
  history_.push(amplitude);
}

}  // namespace nnzip::mixer
