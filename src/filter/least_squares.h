// SPDX-License-Identifier: Apache-2.0
// A linear predictor that solves for its weights: the least sum of squared errors, recent ones
// weighing more.
#pragma once

#include <cstdint>
#include <vector>

#include "filter/sample_kernels.h"

namespace nnzip::filter {

// Owner of what a solution needs for a moment; several predictors may share one.
struct LeastSquaresScratch {
  static constexpr int kMaxInputs = 33;
  std::int64_t scaled[kMaxInputs][kMaxInputs];  // U = L D, row by row
  std::int64_t unit[kMaxInputs][kMaxInputs];    // L, in 2^-44
  std::int64_t weights[kMaxInputs];
};

class LeastSquares {
 public:
  // inputs: at most LeastSquaresScratch::kMaxInputs. An observation loses about
  // 2^-log2_memory of its weight with each one that follows it; log2_memory: 4..13. Solves after
  // every `interval` of them.
  LeastSquares(int inputs, int log2_memory, int interval, const SampleKernels& kernels,
               LeastSquaresScratch& scratch);
  LeastSquares(LeastSquares&&) = default;

  // Where predict() finds its inputs: amplitudes, |value| <= 2^23.
  std::int64_t* inputs() { return inputs_; }
  // |result| <= kAmplitudeLimit.
  std::int32_t predict() const;
  // Learns that this amplitude, |value| <= 2^23, came with the inputs.
  void update(std::int32_t value);

 private:
  void solve();
  void decompose(int shift);
  void substitute(int shift);

  const SampleKernels* kernels_;
  LeastSquaresScratch* scratch_;
  int n_;
  int stride_;
  int period_;               // of importance
  std::int64_t importance_;  // at its beginning
  int age_ = 0;
  int interval_;
  int seen_ = 0;
  std::vector<std::int64_t> memory_;
  std::int64_t* inputs_;               // [stride]: n inputs and the value
  std::int64_t* weighted_;             // [stride]
  std::int64_t* sums_;                 // [n + 1][stride]: of products
  std::vector<std::int64_t> weights_;  // in 2^-24
};

}  // namespace nnzip::filter
