// SPDX-License-Identifier: Apache-2.0
// A linear predictor that adapts by the sign of its error: one stage of a cascade.
#pragma once

#include <cstdint>
#include <vector>

#include "filter/sample_kernels.h"

namespace nnzip::filter {

// Amplitudes have 24 bits and a sign in all predictors of sound, whatever the width of the samples.
constexpr std::int32_t kAmplitudeLimit = 1 << 24;

// Predicts the next value of a sequence from the last `taps` ones, each rounded to 16 bits.
class SignLms {
 public:
  // taps: a multiple of 16 and a power of two. rate: of adaptation; rate * taps <= 2^30.
  SignLms(int log2_taps, std::int32_t rate, const SampleKernels& kernels);

  // |result| <= kAmplitudeLimit.
  std::int32_t predict() const;

  // Learns the sign of the error of what was predicted, here or after further stages.
  void adapt(std::int32_t error);
  // Takes up the next value.
  void push(std::int32_t value);

 private:
  const SampleKernels* kernels_;
  int log2_taps_;
  std::int32_t taps_;
  std::int32_t rate_;
  std::int32_t magnitude_ = 0;  // sum of the absolute inputs
  std::size_t begin_ = 0;       // of the inputs, the oldest one first
  std::vector<std::int16_t> history_;
  std::vector<std::int32_t> weights_;  // in 2^-30
  std::vector<std::int16_t> high_;     // their high parts, in 2^-15
};

}  // namespace nnzip::filter
