// SPDX-License-Identifier: Apache-2.0
// The loops of the predictors of sound: plain pointers and sizes, one table of functions per
// target.
#pragma once

#include <cstdint>

namespace nnzip::filter {

constexpr std::int32_t kTapLimit = 32767 << 15;

struct SampleKernels {
  const char* name;

  // The sum of x[i] * high[i], mod 2^32 as a signed number. n is a multiple of 16.
  // Precondition: high[i] != -32768, so that a sum of two products does not overflow.
  std::int32_t (*dot)(const std::int16_t* x, const std::int16_t* high, std::int32_t n) noexcept;

  // taps[i] = clamp(taps[i] + x[i] * step, kTapLimit), high[i] = taps[i] >> 15. n is a multiple of
  // 16. Precondition: |x[i] * step| <= 2^30, |taps[i]| <= kTapLimit.
  void (*adapt)(const std::int16_t* x, std::int32_t n, std::int32_t step, std::int32_t* taps,
                std::int16_t* high) noexcept;

  // sums[i * stride + j] += a[i] * b[j] for i < n and j <= i; what stands at j > i is not defined.
  // stride is a multiple of 4, at least n; b has stride numbers; |a[i]| and |b[j]| < 2^31.
  void (*accumulate)(const std::int64_t* a, const std::int64_t* b, std::int32_t n,
                     std::int32_t stride, std::int64_t* sums) noexcept;
};

extern const SampleKernels kScalarSampleKernels;
#if defined(__x86_64__)
extern const SampleKernels kAvx2SampleKernels;
#elif defined(__aarch64__)
extern const SampleKernels kNeonSampleKernels;
#endif

}  // namespace nnzip::filter
