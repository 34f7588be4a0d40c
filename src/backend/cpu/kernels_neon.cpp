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

// Two sums of each output, to be added: of 0 and 1 in the first vector, of 2 and 3 in the second.
using TwoVectors = int32x4_t[2];

// sums += products of four outputs with 8 inputs: four, repeated for each output, and the four
// after them.
template <bool kSigned>
inline void add_products(TwoVectors& sums, int8x16_t a, int8x16_t a2, int8x16_t w, int8x16_t w2) {
  // By assembly, or GCC copies what it is to add to.
  int16x8_t low, high;
  if constexpr (kSigned) {
    // Two products: at most 2 * 127 * 127 = 32258.
    asm("smull %2.8h, %4.8b, %5.8b\n\t"
        "smull2 %3.8h, %4.16b, %5.16b\n\t"
        "smlal %2.8h, %6.8b, %7.8b\n\t"
        "smlal2 %3.8h, %6.16b, %7.16b\n\t"
        "sadalp %0.4s, %2.8h\n\t"
        "sadalp %1.4s, %3.8h"
        : "+w"(sums[0]), "+w"(sums[1]), "=&w"(low), "=&w"(high)
        : "w"(w), "w"(a), "w"(w2), "w"(a2));
  } else {
    // One product: at most 255 * 255 = 65025.
    asm("umull %2.8h, %4.8b, %5.8b\n\t"
        "umull2 %3.8h, %4.16b, %5.16b\n\t"
        "uadalp %0.4s, %2.8h\n\t"
        "uadalp %1.4s, %3.8h\n\t"
        "umull %2.8h, %6.8b, %7.8b\n\t"
        "umull2 %3.8h, %6.16b, %7.16b\n\t"
        "uadalp %0.4s, %2.8h\n\t"
        "uadalp %1.4s, %3.8h"
        : "+w"(sums[0]), "+w"(sums[1]), "=&w"(low), "=&w"(high)
        : "w"(w), "w"(a), "w"(w2), "w"(a2));
  }
}

// Four inputs repeated for four outputs, past which `from` moves.
inline int8x16_t repeat_next(const std::uint8_t*& from) {
  const int8x16_t loaded =
      vreinterpretq_s8_s32(vld1q_dup_s32(reinterpret_cast<const std::int32_t*>(from)));
  from += 4;
  asm("" : "+r"(from));  // or GCC adds an offset to one pointer for each load
  return loaded;
}

// 2 or 4 vectors, past which `from` moves.
template <int Vectors>
inline void load_next(const std::int8_t*& from, int8x16_t (&to)[Vectors]) {
  if constexpr (Vectors == 4) {
    const int8x16x4_t loaded = vld1q_s8_x4(from);
    for (int i = 0; i < 4; ++i) to[i] = loaded.val[i];
  } else {
    const int8x16x2_t loaded = vld1q_s8_x2(from);
    for (int i = 0; i < 2; ++i) to[i] = loaded.val[i];
  }
  from += 16 * Vectors;
  asm("" : "+r"(from));
}

template <bool kSigned, int Rows, int Blocks>
[[gnu::noinline]] void tile(const Sums p, std::int64_t r, std::int64_t b,
                            std::int32_t (*out)[16 * Blocks]) {
  constexpr int kTogether = Rows == 1 ? 4 : 2;  // as registers allow
  const std::uint8_t* a[Rows];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) a[i] = p.a + (r + i) * p.a_stride;
  const std::int8_t *w[Blocks], *w2[Blocks];  // of the two quads of a step
#pragma GCC unroll 4
  for (int j = 0; j < Blocks; ++j) {
    w[j] = p.w + (b + j) * p.block_stride;
    w2[j] = w[j] + p.quad_stride;
  }
  TwoVectors acc[Rows][4 * Blocks];
#pragma GCC unroll 8
  for (auto& row : acc) {
#pragma GCC unroll 16
    for (TwoVectors& sums : row) sums[0] = sums[1] = vdupq_n_s32(0);
  }
  for (std::int32_t q = 0; q < p.quads; q += 2) {
    int8x16_t inputs[Rows], inputs2[Rows];
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      inputs[i] = repeat_next(a[i]);
      inputs2[i] = repeat_next(a[i]);
    }
#pragma GCC unroll 8
    for (int j = 0; j < 4 * Blocks; j += kTogether) {
      asm volatile("" ::: "memory");  // or GCC loads all weights first, and spills sums
      int8x16_t first[kTogether], second[kTogether];
      load_next(w[j / 4], first);
      load_next(w2[j / 4], second);
#pragma GCC unroll 4
      for (int k = 0; k < kTogether; ++k) {
#pragma GCC unroll 8
        for (int i = 0; i < Rows; ++i) {
          add_products<kSigned>(acc[i][j + k], inputs[i], inputs2[i], first[k], second[k]);
        }
      }
    }
#pragma GCC unroll 4
    for (int j = 0; j < Blocks; ++j) {
      w[j] += 2 * p.quad_stride - 64;
      w2[j] += 2 * p.quad_stride - 64;
    }
  }
#pragma GCC unroll 8
  for (int j = 0; j < 4 * Blocks; ++j) {
    const int32x4_t init = vld1q_s32(p.init + b * 16 + j * 4);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      vst1q_s32(out[i] + j * 4, vaddq_s32(init, vpaddq_s32(acc[i][j][0], acc[i][j][1])));
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
