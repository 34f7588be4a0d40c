// SPDX-License-Identifier: Apache-2.0
// The kernels for NEON with smmla: two rows of 8 bytes times two rows of 8 bytes into four int32.
// Attention, which has few rows, is that of the target neondot.
#include <arm_neon.h>

#include <cstdint>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 0;

#include "backend/cpu/kernels_generic-inl.h"
#include "backend/cpu/kernels_neondot-inl.h"
// After the tiles.
#include "backend/cpu/kernels_neon-inl.h"

constexpr std::int32_t kTileRows = 8, kMaxInputs = 4096;

// Up to 8 rows as pairs: [inputs/8][Pairs][2][8]. Rows that are missing repeat the last one.
template <int Pairs>
inline void pair_rows(const Product& p, std::int64_t first, std::int8_t* to) {
  const std::int64_t last = p.rows - 1;
  const std::uint8_t* rows[2 * Pairs];
  for (std::int64_t i = 0; i < 2 * Pairs; ++i) {
    rows[i] = p.a + (first + i < last ? first + i : last) * p.a_stride;
  }
  for (std::int64_t k = 0; k < 4 * p.quads; k += 8) {
    for (int i = 0; i < 2 * Pairs; ++i, to += 8) __builtin_memcpy(to, rows[i] + k, 8);
  }
}

// 1, 2 or 4 vectors by one instruction.
template <int Vectors>
inline void load(const std::int8_t* from, int8x16_t* to) {
  if constexpr (Vectors == 4) {
    const int8x16x4_t loaded = vld1q_s8_x4(from);
    for (int i = 0; i < 4; ++i) to[i] = loaded.val[i];
  } else if constexpr (Vectors == 2) {
    const int8x16x2_t loaded = vld1q_s8_x2(from);
    for (int i = 0; i < 2; ++i) to[i] = loaded.val[i];
  } else {
    to[0] = vld1q_s8(from);
  }
}

// Pairs of rows times Vectors pairs of outputs; w: [inputs/8][16][8], of which it takes a part.
// out: [][16]
template <int Pairs, int Vectors>
[[gnu::noinline]] void pair_tile(const std::int8_t* a, const std::int8_t* w, std::int32_t quads,
                                 const std::int32_t* init, std::int32_t* out) {
  int32x4_t acc[Pairs][Vectors];
#pragma GCC unroll 8
  for (int i = 0; i < Pairs; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) acc[i][j] = vdupq_n_s32(0);
  }
#pragma GCC unroll 2
  for (std::int32_t q = 0; q < quads; q += 2, a += Pairs * 16, w += 128) {
    int8x16_t rows[Pairs];
    load<Pairs>(a, rows);
#pragma GCC unroll 2
    for (int j = 0; j < Vectors; j += 4) {
      int8x16_t weights[4];
      load<4>(w + j * 16, weights);
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
#pragma GCC unroll 4
        for (int i = 0; i < Pairs; ++i) {
          acc[i][j + k] = vmmlaq_s32(acc[i][j + k], rows[i], weights[k]);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Pairs; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; j += 2) {
      const int64x2_t x = vreinterpretq_s64_s32(acc[i][j]);
      const int64x2_t y = vreinterpretq_s64_s32(acc[i][j + 1]);
      const int32x4_t start = vld1q_s32(init + 2 * j);
      vst1q_s32(out + 32 * i + 2 * j, vaddq_s32(start, vreinterpretq_s32_s64(vtrn1q_s64(x, y))));
      vst1q_s32(out + 32 * i + 16 + 2 * j,
                vaddq_s32(start, vreinterpretq_s32_s64(vtrn2q_s64(x, y))));
    }
  }
}

// All blocks of the rows from `first` on.
template <int Pairs, typename Use>
inline void multiply_pairs(const Product& p, std::int32_t first, const Use& use) {
  alignas(64) std::int8_t a[2 * Pairs * kMaxInputs];
  pair_rows<Pairs>(p, first, a);
  constexpr int kVectors = Pairs == 4 ? 4 : 8;
  const std::int32_t rows = p.rows - first < 2 * Pairs ? p.rows - first : 2 * Pairs;
  for (std::int64_t b = 0; b < p.blocks; ++b) {
    std::int32_t out[2 * Pairs][16];
    const std::int8_t* const w = p.w + b * p.quads * 64;
    for (int j = 0; j < 8; j += kVectors) {
      pair_tile<Pairs, kVectors>(a, w + j * 16, p.quads, p.init + b * 16 + j * 2, &out[0][2 * j]);
    }
    for (std::int32_t i = 0; i < rows; ++i) use(out[i], first + i, b * 16, 16);
  }
}

template <typename Use>
void multiply_matrix(const Product& p, const Use& use) {
  std::int32_t row = 0;
  for (; p.rows - row > 4; row += kTileRows) multiply_pairs<4>(p, row, use);
  for (; p.rows - row > 2; row += 4) multiply_pairs<2>(p, row, use);
  for (; p.rows - row > 0; row += 2) multiply_pairs<1>(p, row, use);
}

#include "backend/cpu/kernels_neon_products-inl.h"

}  // namespace

const Kernels kI8mmKernels = {.name = "i8mm",
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
                              .peak_loop = nullptr,
                              .inputs_together = 8};

}  // namespace nnzip::cpu
