// SPDX-License-Identifier: Apache-2.0
// A linear predictor that adapts by the sign of its error.
#include "filter/sign_lms.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip::filter {
namespace {

// Inputs between two moves of the history to the front.
constexpr std::size_t kRoom = 512;

}  // namespace

SignLms::SignLms(int log2_taps, std::int32_t rate, const SampleKernels& kernels)
    : kernels_(&kernels),
      log2_taps_(log2_taps),
      taps_(1 << log2_taps),
      rate_(rate),
      history_(static_cast<std::size_t>(taps_) + kRoom),
      weights_(static_cast<std::size_t>(taps_)),
      high_(static_cast<std::size_t>(taps_)) {}

std::int32_t SignLms::predict() const {
  // Weights in 2^-15 and inputs in 2^8 amplitudes.
  return kernels_->dot(history_.data() + begin_, high_.data(), taps_) >> 7;
}

void SignLms::adapt(std::int32_t error) {
  if (error == 0) return;
  // No input is larger than the sum of all, which is less than taps * (mean + 1): a step times an
  // input is at most rate * taps.
  const std::int32_t step = rate_ / ((magnitude_ >> log2_taps_) + 1);
  kernels_->adapt(history_.data() + begin_, taps_, error > 0 ? step : -step, weights_.data(),
                  high_.data());
}

void SignLms::push(std::int32_t value) {
  std::int16_t* const inputs = history_.data() + begin_;
  const auto input = static_cast<std::int16_t>(std::clamp((value + 128) >> 8, -32768, 32767));
  magnitude_ += std::abs(std::int32_t{input}) - std::abs(std::int32_t{inputs[0]});
  inputs[taps_] = input;
  if (++begin_ == kRoom) {
    std::copy_n(history_.data() + begin_, taps_, history_.data());
    begin_ = 0;
  }
}

}  // namespace nnzip::filter
