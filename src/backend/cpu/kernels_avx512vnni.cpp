// SPDX-License-Identifier: Apache-2.0
// The kernels for AVX-512 with VNNI: vpdpbusd adds four exact products of unsigned and signed bytes
// to each int32.
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined pass-through operands of its own intrinsics for mistakes (bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include <cstdint>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 128;

#include "backend/cpu/kernels_generic-inl.h"

inline __m512i broadcast_quad(const std::uint8_t* a) {
  std::int32_t quad;
  __builtin_memcpy(&quad, a, 4);
  return _mm512_set1_epi32(quad);
}

// Rows r.. r+Rows of blocks b.. b+Blocks, accumulated in registers.
template <int Rows, int Blocks>
inline void tile(const Product& p, std::int32_t r, std::int32_t b) {
  const std::uint8_t* a = p.a + r * p.a_stride;
  const std::int8_t* w = p.w + b * p.block_stride;
  __m512i acc[Rows][Blocks];
  const std::int32_t* init = p.init + r * p.init_stride + std::int64_t{b} * 16;
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Blocks; ++j) {
      acc[i][j] = _mm512_loadu_si512(init + i * p.init_stride + j * 16);
    }
  }
  for (std::int32_t q = 0; q < p.quads; ++q, a += 4, w += p.quad_stride) {
    __m512i weights[Blocks];
#pragma GCC unroll 8
    for (int j = 0; j < Blocks; ++j) weights[j] = _mm512_load_si512(w + j * p.block_stride);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const __m512i quad = broadcast_quad(a + i * p.a_stride);
#pragma GCC unroll 8
      for (int j = 0; j < Blocks; ++j) {
        acc[i][j] = _mm512_dpbusd_epi32(acc[i][j], quad, weights[j]);
      }
    }
  }
  std::int32_t* out = p.out + r * p.out_stride + std::int64_t{b} * 16;
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Blocks; ++j) {
      _mm512_storeu_si512(out + i * p.out_stride + j * 16, acc[i][j]);
    }
  }
}

// All blocks of `Rows`-row groups: a panel of weights stays in the first-level cache for all
// groups.
template <int Rows, int Blocks>
inline void panels(const Product& p, std::int32_t row, std::int32_t row_end, std::int32_t b) {
  for (; b + Blocks <= p.blocks; b += Blocks) {
    for (std::int32_t r = row; r + Rows <= row_end; r += Rows) tile<Rows, Blocks>(p, r, b);
  }
  if constexpr (Blocks > 1) {
    if (b < p.blocks) panels<Rows, Blocks / 2>(p, row, row_end, b);
  }
}

// Enough sums at once (8 to 24) to hide the latency of vpdpbusd, few enough for 32 registers.
void product(const Product& p) noexcept {
  const std::int32_t whole = p.rows & ~7;
  if (whole > 0) panels<8, 2>(p, 0, whole, 0);
  switch (p.rows - whole) {
    case 1:
      return panels<1, 8>(p, whole, p.rows, 0);
    case 2:
      return panels<2, 8>(p, whole, p.rows, 0);
    case 3:
      return panels<3, 4>(p, whole, p.rows, 0);
    case 4:
      return panels<4, 4>(p, whole, p.rows, 0);
    case 5:
      return panels<5, 4>(p, whole, p.rows, 0);
    case 6:
      return panels<6, 4>(p, whole, p.rows, 0);
    case 7:
      return panels<7, 2>(p, whole, p.rows, 0);
    default:
      return;
  }
}

// As the generic attention_weights; the table sits in four registers.
std::int32_t vector_attention_weights(std::int32_t* __restrict s,
                                      const std::int32_t* __restrict bias, float multiplier,
                                      const std::uint32_t* __restrict exp, std::int32_t n,
                                      std::uint8_t* __restrict weights) noexcept {
  const __m512i largest = _mm512_set1_epi32(biased_scores(s, bias, multiplier, n));
  const __m512i table0 = _mm512_loadu_si512(exp), table1 = _mm512_loadu_si512(exp + 16);
  const __m512i table2 = _mm512_loadu_si512(exp + 32), table3 = _mm512_loadu_si512(exp + 48);
  const __m512i limit = _mm512_set1_epi32(1024), upper = _mm512_set1_epi32(32);
  const __m512i half = _mm512_set1_epi32(128);
  __m512i sum = _mm512_setzero_si512();
  for (std::int32_t i = 0; i < n; i += 16) {
    const __m512i z = _mm512_loadu_si512(s + i);
    const __m512i below = _mm512_min_epi32(_mm512_sub_epi32(largest, z), limit);
    // The permutations read the low five bits of an index, the mask its sixth.
    const __m512i low = _mm512_permutex2var_epi32(table0, below, table1);
    const __m512i high = _mm512_permutex2var_epi32(table2, below, table3);
    const __m512i entry = _mm512_mask_blend_epi32(_mm512_test_epi32_mask(below, upper), low, high);
    const __m512i shifted = _mm512_srlv_epi32(entry, _mm512_srli_epi32(below, 6));
    const __m512i w = _mm512_srli_epi32(_mm512_add_epi32(shifted, half), 8);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(weights + i), _mm512_cvtepi32_epi8(w));
    sum = _mm512_add_epi32(sum, w);
  }
  return _mm512_reduce_add_epi32(sum);
}

// Sixteen sums at once: more than two instructions a cycle times their latency.
std::int64_t peak_loop(std::int64_t rounds) noexcept {
  constexpr int kSums = 16;
  __m512i sums[kSums];
#pragma GCC unroll 16
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
  const __m512i a = _mm512_set1_epi8(3), w = _mm512_set1_epi8(2);
  for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 16
    for (__m512i& sum : sums) sum = _mm512_dpbusd_epi32(sum, a, w);
#pragma GCC unroll 16
    // Keeps the compiler from leaving out or merging rounds.
    for (__m512i& sum : sums) asm volatile("" : "+v"(sum));
  }
  return rounds * kSums * 64;
}

}  // namespace

const Kernels kAvx512VnniKernels = {"avx512vnni",
                                    kFlip,
                                    product,
                                    product,
                                    embed,
                                    norm,
                                    quantise,
                                    quantise_plain,
                                    relu_squared,
                                    add_residual,
                                    vector_attention_weights,
                                    quantise_mean,
                                    distribution,
                                    peak_loop};

}  // namespace nnzip::cpu
