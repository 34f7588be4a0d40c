// SPDX-License-Identifier: Apache-2.0
// A cascade: each stage predicts what the ones before it leave.
#include "filter/sample_predictor.h"

namespace nnzip::filter {

SamplePredictor::SamplePredictor(std::uint32_t channels, const SampleKernels& kernels) {
  for (std::uint32_t c = 0; c < channels; ++c) {
    channels_.push_back({0,
                         {SignLms(5, 2000000, kernels), SignLms(8, 500000, kernels),
                          SignLms(4, 3200000, kernels)}});
  }
}

std::int32_t SamplePredictor::predict() {
  const Channel& channel = channels_[current_];
  start_ = channel.last - (channel.last >> 5);
  std::int32_t sum = start_;
  for (int i = 0; i < kStages; ++i) sum += corrections_[i] = channel.stages[i].predict();
  return sum;
}

void SamplePredictor::update(std::int32_t amplitude) {
  Channel& channel = channels_[current_];
  channel.last = amplitude;
  const std::int32_t difference = amplitude - start_;
  std::int32_t rest = difference;
  for (int i = 0; i < kStages; ++i) {
    const std::int32_t value = rest;
    rest -= corrections_[i];
    channel.stages[i].adapt(rest);
    if (i > 0) channel.stages[i].push(value);
  }
  // The first stage of each channel sees all of them, the newest one last.
  for (Channel& each : channels_) each.stages[0].push(difference);
  current_ = current_ + 1 == channels_.size() ? 0 : current_ + 1;
}

}  // namespace nnzip::filter
