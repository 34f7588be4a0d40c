// SPDX-License-Identifier: Apache-2.0
// The kernels for NEON as every AArch64 processor has it: smull and smlal give two products in 16
// bits, sadalp adds pairs of them to 32.
#include <arm_neon.h>

#include <cstdint>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 0;

#include "backend/cpu/kernels_generic-inl.h"

constexpr int kRows = 2, kBlocks = 2;

// Four inputs of a row and the four after them, each repeated for four outputs.
struct TwoQuads {
  int8x16_t first, second;
};

// acc[0] += sums of the outputs 0 and 1 of 8 inputs, acc[1] of 2 and 3: two sums of each, to be
// added.
template <bool kSigned>
inline void add_products(int32x4_t* acc, const TwoQuads& a, int8x16_t w, int8x16_t w2) {
  if constexpr (kSigned) {
    // Two products: at most 2 * 127 * 127 = 32258.
    int16x8_t low = vmull_s8(vget_low_s8(w), vget_low_s8(a.first));
    int16x8_t high = vmull_high_s8(w, a.first);
    low = vmlal_s8(low, vget_low_s8(w2), vget_low_s8(a.second));
    high = vmlal_high_s8(high, w2, a.second);
    acc[0] = vpadalq_s16(acc[0], low);
    acc[1] = vpadalq_s16(acc[1], high);
  } else {
    // One product: at most 255 * 255 = 65025.
    const auto add = [acc](int8x16_t x, int8x16_t y) {
      const uint8x16_t u = vreinterpretq_u8_s8(x), v = vreinterpretq_u8_s8(y);
      const uint16x8_t low = vmull_u8(vget_low_u8(u), vget_low_u8(v)), high = vmull_high_u8(u, v);
      acc[0] = vreinterpretq_s32_u32(vpadalq_u16(vreinterpretq_u32_s32(acc[0]), low));
      acc[1] = vreinterpretq_s32_u32(vpadalq_u16(vreinterpretq_u32_s32(acc[1]), high));
    };
    add(w, a.first);
    add(w2, a.second);
  }
}

inline int8x16_t repeated(const std::uint8_t* quad) {
  return vreinterpretq_s8_s32(vld1q_dup_s32(reinterpret_cast<const std::int32_t*>(quad)));
}

template <bool kSigned, int Rows, int Blocks>
[[gnu::noinline]] void tile(const Sums p, std::int64_t r, std::int64_t b,
                            std::int32_t (*out)[16 * Blocks]) {
  const std::uint8_t* a = p.a + r * p.a_stride;
  const std::int8_t* w = p.w + b * p.block_stride;
  int32x4_t acc[Rows][8 * Blocks];
#pragma GCC unroll 8
  for (auto& row : acc) {
#pragma GCC unroll 16
    for (int32x4_t& sum : row) sum = vdupq_n_s32(0);
  }
  for (std::int32_t q = 0; q < p.quads; q += 2, a += 8, w += 2 * p.quad_stride) {
    TwoQuads quads[Rows];
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      quads[i] = {repeated(a + i * p.a_stride), repeated(a + i * p.a_stride + 4)};
    }
#pragma GCC unroll 8
    for (int j = 0; j < 4 * Blocks; ++j) {
      asm volatile("" ::: "memory");  // or GCC loads all weights first, and spills sums
      const std::int8_t* const from = w + j / 4 * p.block_stride + j % 4 * 16;
      const int8x16_t first = vld1q_s8(from), second = vld1q_s8(from + p.quad_stride);
#pragma GCC unroll 8
      for (int i = 0; i < Rows; ++i) {
        add_products<kSigned>(&acc[i][2 * j], quads[i], first, second);
      }
    }
  }
#pragma GCC unroll 8
  for (int j = 0; j < 4 * Blocks; ++j) {
    const int32x4_t init = vld1q_s32(p.init + b * 16 + j * 4);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      vst1q_s32(out[i] + j * 4, vaddq_s32(init, vpaddq_s32(acc[i][2 * j], acc[i][2 * j + 1])));
    }
  }
}

#include "backend/cpu/kernels_neon-inl.h"

template <typename Use>
void multiply_matrix(const Product& p, const Use& use) {
  multiply<true>(
      Sums{p.a, p.a_stride, p.rows, p.blocks, p.quads, p.w, std::int64_t{p.quads} * 64, 64, p.init},
      use);
}

#include "backend/cpu/kernels_neon_products-inl.h"

}  // namespace

const Kernels kNeonKernels = {.name = "neon",
                              .flip = kFlip,
                              .product_quantise = product_quantise,
                              .product_relu_squared = product_relu_squared,
                              .product_residual = product_residual,
                              .product_logits = product_logits,
                              .attend = attend,
                              .embed = embed,
                              .norm = norm,
                              .keep = vector_keep,
                              .distribution = distribution,
                              .peak_loop = nullptr};

}  // namespace nnzip::cpu
