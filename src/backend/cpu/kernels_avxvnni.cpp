// SPDX-License-Identifier: Apache-2.0
// The kernels for AVX-VNNI: vpdpbusd adds four exact products of unsigned and signed bytes to each
// of eight sums.
#include <immintrin.h>

#include <cstdint>

#include "backend/cpu/kernels.h"

// Not the intrinsic: GCC copies every sum of a tile around it. A test defines it as plain code.
#ifndef NNZIP_VPDPBUSD
#define NNZIP_VPDPBUSD(acc, a, w) asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(acc) : "x"(a), "x"(w))
#endif

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 128;
constexpr std::int32_t kKeyFlip = 0;
constexpr std::int32_t kMaxPair = 2 * 255;  // all of them

inline __m256i add_weighted(__m256i acc, __m256i a, __m256i w) {
  NNZIP_VPDPBUSD(acc, a, w);
  return acc;
}

// In this order: each needs those before it.
// clang-format off
#include "backend/cpu/kernels_generic-inl.h"
#include "backend/cpu/kernels_vector256-inl.h"
// clang-format on

// Rows r.. r+Rows of blocks b.. b+Blocks; quad_stride is 64. Fetches as many weights as it reads
// from the blocks behind them.
template <int Rows, int Blocks, bool kFetch>
[[gnu::noinline]] void sum_up(const Sums& p, std::int32_t r, std::int32_t b, std::int32_t* sums) {
  constexpr int kVectors = 2 * Blocks;
  const std::uint8_t* a = p.a + r * p.a_stride;
  const std::int8_t* w = p.w + b * p.block_stride;
  __m256i acc[Rows][kVectors];
#pragma GCC unroll 8
  for (int j = 0; j < kVectors; ++j) {
    const __m256i init = load(p.init + std::int64_t{b} * 16 + 8 * j);
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) acc[i][j] = init;
  }
  for (std::int32_t q = 0; q < p.quads; ++q, a += 4, w += 64) {
    __m256i inputs[Rows];
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) {
      std::int32_t quad;
      __builtin_memcpy(&quad, a + i * p.a_stride, 4);
      inputs[i] = _mm256_set1_epi32(quad);
    }
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) {
      const std::int8_t* const from = w + j / 2 * p.block_stride + j % 2 * 32;
      if constexpr (kFetch) {
        if (j % 2 == 0) __builtin_prefetch(from + Blocks * p.block_stride);
      }
      const __m256i weights = load(from);
#pragma GCC unroll 4
      for (int i = 0; i < Rows; ++i) acc[i][j] = add_weighted(acc[i][j], inputs[i], weights);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) store(sums + (i * kVectors + j) * 8, acc[i][j]);
  }
}

// All blocks from b on of rows row.. row_end, a multiple of Rows many. A panel of weights stays in
// the first-level cache for all of them, and the first of them fetches the next panel.
template <int Rows, int Blocks, int Least, typename Use>
inline void panels(const Sums& p, std::int32_t row, std::int32_t row_end, std::int32_t b,
                   const Use& use) {
  alignas(32) std::int32_t sums[Rows * Blocks * 16];
  for (; b + Blocks <= p.blocks; b += Blocks) {
    for (std::int32_t r = row; r < row_end; r += Rows) {
      if (r == row) {
        sum_up<Rows, Blocks, true>(p, r, b, sums);
      } else {
        sum_up<Rows, Blocks, false>(p, r, b, sums);
      }
      for (int i = 0; i < Rows; ++i) {
        use(sums + i * Blocks * 16, r + i, std::int64_t{b} * 16, Blocks * 16);
      }
    }
  }
  if constexpr (Blocks > Least) {
    if (b < p.blocks) panels<Rows, Blocks / 2, Least>(p, row, row_end, b, use);
  }
}

// Enough sums at once to hide the latency of vpdpbusd, few enough for 16 registers. blocks: a
// multiple of Least, 1 or 2.
template <int Least, typename Use>
void multiply(const Sums& p, const Use& use) {
  const std::int32_t row = p.rows / 3 * 3;
  if (row > 0) panels<3, 2, Least>(p, 0, row, 0, use);
  if (p.rows - row == 2) panels<2, 2, Least>(p, row, p.rows, 0, use);
  if (p.rows - row == 1) panels<1, 4, Least>(p, row, p.rows, 0, use);
}

// As ScoreSums, and the largest scores of each row in eight parts.
struct ScoreVector {
  ScoreSums to;
  __m256i* largest;
  void operator()(const std::int32_t* acc, std::int64_t r, std::int64_t j, std::int32_t n) const {
    const __m256 m = _mm256_set1_ps(to.multiplier[r]);
    __m256i all = largest[r];
    for (std::int32_t i = 0; i < n; i += 8) {
      const __m256i sums = score<false>(load(acc + i), m, to.bias + r * to.bias_stride + j + i);
      store(to.z + r * to.stride + j + i, sums);
      all = _mm256_max_epi32(all, sums);
    }
    largest[r] = all;
  }
};

inline void score_all(const Attention& t, __m256i* largest) {
  std::int32_t at = 0;
  for (const RingPart& part : t.parts) {
    if (part.blocks == 0) continue;
    multiply<1>(
        Sums{t.inout, t.head_size, t.heads, part.blocks, t.head_size / 4, part.keys,
             std::int64_t{t.head_size} * 16, 64, part.key_init},
        ScoreVector{{t.score_multiplier, t.bias + at, t.bias_stride, t.scores + at, t.score_stride},
                    largest});
    at += part.blocks * 16;
  }
}

#include "backend/cpu/kernels_attention256-inl.h"

}  // namespace

const Kernels kAvxVnniKernels = {"avxvnni",
                                 kFlip,
                                 product_quantise,
                                 product_relu_squared,
                                 product_residual,
                                 product_logits,
                                 vector_attend,
                                 vector_embed,
                                 vector_norm,
                                 vector_keep,
                                 vector_distribution,
                                 nullptr,
                                 0,
                                 product_sparse,
                                 kMaxRows};

}  // namespace nnzip::cpu
