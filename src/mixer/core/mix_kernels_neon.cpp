// SPDX-License-Identifier: Apache-2.0
// The sums of the mixing networks for NEON.
#include <arm_neon.h>

#include <cstdint>

#include "mixer/core/mix_kernels.h"

namespace nnzip::mixer {
namespace {

// The products of 32 inputs, each lane of its own: pairs are added at the end, as no sum of
// n = 320 inputs overflows.
struct Products {
  int32x4_t sums[8] = {};

  void add(const std::int16_t* weights, const int16x8_t* x) {
    for (int j = 0; j < 4; ++j) {
      const int16x8_t w = vld1q_s16(weights + 8 * j);
      sums[2 * j] = vmlal_s16(sums[2 * j], vget_low_s16(x[j]), vget_low_s16(w));
      sums[2 * j + 1] = vmlal_high_s16(sums[2 * j + 1], x[j], w);
    }
  }
  std::int32_t logit() const {
    int32x4_t all = vdupq_n_s32(0);
    for (int j = 0; j < 4; ++j) {
      all = vaddq_s32(all, vshrq_n_s32(vpaddq_s32(sums[2 * j], sums[2 * j + 1]), 4));
    }
    const std::int32_t logit = vaddvq_s32(all) >> 10;
    return logit < -kLogitLimit ? -kLogitLimit : logit > kLogitLimit ? kLogitLimit : logit;
  }
};

// Two sets at a time fill the registers.
void dot(const std::int16_t* inputs, std::int32_t n, const std::int16_t* const* weights,
         std::int32_t sets, std::int32_t* logits) noexcept {
  for (std::int32_t k = 0; k < sets; k += 2) {
    const std::int16_t* const second = weights[k + 1 < sets ? k + 1 : k];
    Products a, b;
    for (std::int32_t i = 0; i < n; i += 32) {
      int16x8_t x[4];
      for (int j = 0; j < 4; ++j) x[j] = vld1q_s16(inputs + i + 8 * j);
      a.add(weights[k] + i, x);
      b.add(second + i, x);
    }
    logits[k] = a.logit();
    if (k + 1 < sets) logits[k + 1] = b.logit();
  }
}

void train(const std::int16_t* inputs, std::int32_t n, std::int16_t* const* weights,
           std::int32_t sets, const std::int32_t* errors) noexcept {
  for (std::int32_t k = 0; k < sets; ++k) {
    // Moves no weight: 3071 * 5 is below the half of 2^15.
    if (static_cast<std::uint32_t>(errors[k] + 5) <= 10) continue;
    const int16x8_t error = vdupq_n_s16(static_cast<std::int16_t>(errors[k]));
    for (std::int32_t i = 0; i < n; i += 8) {
      std::int16_t* const w = weights[k] + i;
      // (2 * a * b + 2^15) >> 16.
      vst1q_s16(w, vqaddq_s16(vld1q_s16(w), vqrdmulhq_s16(vld1q_s16(inputs + i), error)));
    }
  }
}

void learn(std::uint32_t* counters, std::int32_t n, const std::uint16_t* reciprocal,
           std::int32_t bit, std::uint32_t limit) noexcept {
  const int32x4_t target = vdupq_n_s32(bit != 0 ? (1 << 22) - 1 : 0);
  const uint32x4_t most = vdupq_n_u32(limit);
  for (std::int32_t i = 0; i < n; i += 4) {
    std::int32_t entries[4];
    for (int j = 0; j < 4; ++j) entries[j] = reciprocal[counters[i + j] & 1023];
    const int32x4_t factor = vld1q_s32(entries);
    const uint32x4_t counter = vld1q_u32(counters + i);
    const uint32x4_t count = vandq_u32(counter, vdupq_n_u32(1023));
    const int32x4_t p = vreinterpretq_s32_u32(vshrq_n_u32(counter, 10));
    const int32x4_t difference = vsubq_s32(target, p);
    // Products of 39 bits; the bits 16..47 hold the step, a number of 23 bits and a sign.
    const int32x2_t low =
        vshrn_n_s64(vmull_s32(vget_low_s32(difference), vget_low_s32(factor)), 16);
    const int32x4_t step = vshrn_high_n_s64(low, vmull_high_s32(difference, factor), 16);
    const uint32x4_t moved = vshlq_n_u32(vreinterpretq_u32_s32(vaddq_s32(p, step)), 10);
    vst1q_u32(counters + i, vorrq_u32(moved, vsubq_u32(count, vcltq_u32(count, most))));
  }
}

std::int32_t nearest(const std::uint32_t* signatures, std::int32_t n, const std::uint32_t* query,
                     std::int32_t reach, std::int32_t near, std::uint16_t* distances,
                     std::uint32_t* places, std::int32_t* least) noexcept {
  const uint8x16_t first = vreinterpretq_u8_u32(vld1q_u32(query));
  const uint8x16_t last = vreinterpretq_u8_u32(vld1q_u32(query + 4));
  *least = 256;
  for (std::int32_t i = 0; i < n; ++i) {
    const uint8x16_t low = veorq_u8(vreinterpretq_u8_u32(vld1q_u32(signatures + i * 8)), first);
    const uint8x16_t high = veorq_u8(vreinterpretq_u8_u32(vld1q_u32(signatures + i * 8 + 4)), last);
    const std::int32_t bits = vaddlvq_u8(vaddq_u8(vcntq_u8(low), vcntq_u8(high)));
    distances[i] = static_cast<std::uint16_t>(bits);
    if (bits < *least) *least = bits;
  }
  std::int32_t found = 0;
  const std::int32_t most = *least + reach > near ? *least + reach : near;
  for (std::int32_t i = 0; i < n; ++i) {
    if (distances[i] <= most) places[found++] = static_cast<std::uint32_t>(i);
  }
  return found;
}

}  // namespace

const MixKernels kNeonMixKernels = {"neon", dot, train, learn, nearest};

}  // namespace nnzip::mixer
