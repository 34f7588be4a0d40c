// SPDX-License-Identifier: Apache-2.0
// The loops of the predictors of sound as they are defined: any machine.
#include <cstdint>

#include "filter/sample_kernels.h"

namespace nnzip::filter {
namespace {

std::int32_t dot(const std::int16_t* x, const std::int16_t* high, std::int32_t n) noexcept {
  std::uint32_t sum = 0;
  for (std::int32_t i = 0; i < n; ++i) sum += static_cast<std::uint32_t>(x[i] * high[i]);
  return static_cast<std::int32_t>(sum);
}

void adapt(const std::int16_t* x, std::int32_t n, std::int32_t step, std::int32_t* taps,
           std::int16_t* high) noexcept {
  for (std::int32_t i = 0; i < n; ++i) {
    std::int32_t tap = taps[i] + x[i] * step;
    tap = tap < kTapLimit ? tap : kTapLimit;
    tap = tap > -kTapLimit ? tap : -kTapLimit;
    taps[i] = tap;
    high[i] = static_cast<std::int16_t>(tap >> 15);
  }
}

void accumulate(const std::int64_t* a, const std::int64_t* b, std::int32_t n, std::int32_t stride,
                std::int64_t* sums) noexcept {
  for (std::int32_t i = 0; i < n; ++i, sums += stride) {
    for (std::int32_t j = 0; j <= i; ++j) sums[j] += a[i] * b[j];
  }
}

}  // namespace

const SampleKernels kScalarSampleKernels = {"scalar", dot, adapt, accumulate};

}  // namespace nnzip::filter
