// SPDX-License-Identifier: Apache-2.0
// The loops of the predictors of sound for NEON.
#include <arm_neon.h>

#include <cstdint>

#include "filter/sample_kernels.h"

namespace nnzip::filter {
namespace {

std::int32_t dot(const std::int16_t* x, const std::int16_t* high, std::int32_t n) noexcept {
  int32x4_t sums[4] = {};
  for (std::int32_t i = 0; i < n; i += 16) {
    for (int j = 0; j < 2; ++j) {
      const int16x8_t a = vld1q_s16(x + i + 8 * j), b = vld1q_s16(high + i + 8 * j);
      sums[2 * j] = vmlal_s16(sums[2 * j], vget_low_s16(a), vget_low_s16(b));
      sums[2 * j + 1] = vmlal_high_s16(sums[2 * j + 1], a, b);
    }
  }
  return vaddvq_s32(vaddq_s32(vaddq_s32(sums[0], sums[1]), vaddq_s32(sums[2], sums[3])));
}

// Four taps, which it returns.
inline int32x4_t adapt_four(int16x4_t x, int32x4_t step, std::int32_t* taps) {
  int32x4_t tap = vmlaq_s32(vld1q_s32(taps), vmovl_s16(x), step);
  tap = vminq_s32(tap, vdupq_n_s32(kTapLimit));
  tap = vmaxq_s32(tap, vdupq_n_s32(-kTapLimit));
  vst1q_s32(taps, tap);
  return tap;
}

void adapt(const std::int16_t* x, std::int32_t n, std::int32_t step, std::int32_t* taps,
           std::int16_t* high) noexcept {
  const int32x4_t steps = vdupq_n_s32(step);
  for (std::int32_t i = 0; i < n; i += 8) {
    const int16x8_t inputs = vld1q_s16(x + i);
    const int32x4_t first = adapt_four(vget_low_s16(inputs), steps, taps + i);
    const int32x4_t second = adapt_four(vget_high_s16(inputs), steps, taps + i + 4);
    vst1q_s16(high + i, vshrn_high_n_s32(vshrn_n_s32(first, 15), second, 15));
  }
}

void accumulate(const std::int64_t* a, const std::int64_t* b, std::int32_t n, std::int32_t stride,
                std::int64_t* sums) noexcept {
  for (std::int32_t i = 0; i < n; ++i, sums += stride) {
    const int32x2_t factor = vdup_n_s32(static_cast<std::int32_t>(a[i]));
    for (std::int32_t j = 0; j <= i; j += 2) {
      vst1q_s64(sums + j, vmlal_s32(vld1q_s64(sums + j), factor, vmovn_s64(vld1q_s64(b + j))));
    }
  }
}

}  // namespace

const SampleKernels kNeonSampleKernels = {"neon", dot, adapt, accumulate};

}  // namespace nnzip::filter
