// SPDX-License-Identifier: Apache-2.0
// Least squares over a channel and the one beside it, then what a longer memory adds.
#include "filter/sample_predictor.h"

namespace nnzip::filter {
namespace {

constexpr int kInputs = 16;
constexpr int kOther = 8;  // of them of the channel beside it, if there is one
constexpr int kLog2Memory = 9;
constexpr int kInterval = 64;

}  // namespace

SamplePredictor::SamplePredictor(std::uint32_t channels, const SampleKernels& kernels) {
  channels_.reserve(channels);
  for (std::uint32_t c = 0; c < channels; ++c) {
    channels_.push_back({{},
                         LeastSquares(kInputs, kLog2Memory, kInterval, kernels, scratch_),
                         {SignLms(8, 500000, kernels), SignLms(4, 3200000, kernels)}});
  }
}

std::int32_t SamplePredictor::predict() {
  Channel& channel = channels_[current_];
  const int other = channels_.size() > 1 ? kOther : 0;
  const Channel& beside = channels_[(current_ == 0 ? channels_.size() : current_) - 1];
  AmplitudeHistory::gather(channel.history, kInputs - other, beside.history, other,
                           channel.first.inputs());
  start_ = channel.first.predict();
  std::int32_t sum = start_;
  for (int i = 0; i < kStages; ++i) sum += corrections_[i] = channel.stages[i].predict();
  return sum;
}

void SamplePredictor::update(std::int32_t amplitude) {
  Channel& channel = channels_[current_];
  channel.history.push(amplitude);
  channel.first.update(amplitude);
  std::int32_t rest = amplitude - start_;
  for (int i = 0; i < kStages; ++i) {
    const std::int32_t value = rest;
    rest -= corrections_[i];
    channel.stages[i].adapt(rest);
    channel.stages[i].push(value);
  }
  current_ = current_ + 1 == channels_.size() ? 0 : current_ + 1;
}

}  // namespace nnzip::filter
