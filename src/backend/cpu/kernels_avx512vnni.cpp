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

// In this order: each needs those before it.
// clang-format off
#include "backend/cpu/kernels_avx512_attention-inl.h"
#include "backend/cpu/kernels_avx512_sparse-inl.h"
// clang-format on

inline float vector_norm_factor(const std::int16_t* x, std::int32_t n, float constant) {
  const __m512i low = _mm512_set1_epi64(0xFFFFFFFF);
  __m512i squares = _mm512_setzero_si512();
  for (std::int32_t d = 0; d < n; d += 32) {
    // Two squares of at most 32767^2 stay below 2^31.
    const __m512i v = _mm512_loadu_si512(x + d);
    const __m512i pairs = _mm512_madd_epi16(v, v);
    squares = _mm512_add_epi64(squares, _mm512_and_si512(pairs, low));
    squares = _mm512_add_epi64(squares, _mm512_srli_epi64(pairs, 32));
  }
  return norm_factor(_mm512_reduce_add_epi64(squares), constant);
}

// Rounded before it is clamped, which gives the same: |x * m| <= constant <= 2^16 up to rounding.
inline void vector_scale(const std::int16_t* x, std::int32_t n, float factor, std::uint8_t* a) {
  const __m512 m = _mm512_set1_ps(factor);
  // What packing interleaves.
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  for (std::int32_t d = 0; d < n; d += 64) {
    __m512i scaled[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + d + 16 * i));
      const __m512 y = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(v)), m);
      scaled[i] = _mm512_cvtps_epi32(y);
    }
    const __m512i bytes = _mm512_packs_epi16(_mm512_packs_epi32(scaled[0], scaled[1]),
                                             _mm512_packs_epi32(scaled[2], scaled[3]));
    const __m512i clamped =
        _mm512_max_epi8(_mm512_permutexvar_epi32(order, bytes), _mm512_set1_epi8(-127));
    _mm512_storeu_si512(a + d,
                        _mm512_xor_si512(clamped, _mm512_set1_epi8(static_cast<char>(kFlip))));
  }
}

// All factors of some rows first: a root and a division take long, but not one after the other.
void vector_norm(const std::int16_t* x, std::int32_t rows, std::int32_t n, float constant,
                 std::uint8_t* a) noexcept {
  constexpr std::int32_t kTogether = 16;
  for (std::int32_t first = 0; first < rows; first += kTogether) {
    const std::int32_t count = rows - first < kTogether ? rows - first : kTogether;
    float factors[kTogether];
    for (std::int64_t r = 0; r < count; ++r) {
      factors[r] = vector_norm_factor(x + (first + r) * n, n, constant);
    }
    for (std::int64_t r = 0; r < count; ++r) {
      vector_scale(x + (first + r) * n, n, factors[r], a + (first + r) * n);
    }
  }
}

void vector_embed(const std::int16_t* base, const std::int8_t* const* rows,
                  const std::int32_t* multipliers, std::int32_t tables, std::int32_t n,
                  std::int16_t* x) noexcept {
  for (std::int32_t d = 0; d < n; d += 16) {
    __m512i sum =
        _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(base + d)));
    for (std::int32_t i = 0; i < tables; ++i) {
      const __m128i row = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[i] + d));
      sum = _mm512_add_epi32(
          sum, _mm512_mullo_epi32(_mm512_cvtepi8_epi32(row), _mm512_set1_epi32(multipliers[i])));
    }
    sum = _mm512_max_epi32(sum, _mm512_set1_epi32(-32767));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(x + d), _mm512_cvtsepi32_epi16(sum));
  }
}

std::int32_t vector_keep(const std::uint8_t* key, const std::uint8_t* value, std::int32_t head_size,
                         std::int8_t* to_key, std::int8_t* to_value) noexcept {
  const __m128i flip = _mm_set1_epi8(static_cast<char>(kFlip));
  // Of the four bytes of each group, the one that is the position's.
  const auto place = static_cast<int>(reinterpret_cast<std::uintptr_t>(to_value) % 4);
  const __m128i shift = _mm_cvtsi32_si128(8 * place);
  const __m512i others = _mm512_set1_epi32(~(0xFF << (8 * place)));
  __m128i sums = _mm_setzero_si128();
  for (std::int32_t e = 0; e < head_size; e += 16) {
    const __m128i k = _mm_loadu_si128(reinterpret_cast<const __m128i*>(key + e));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(k, _mm_setzero_si128()));
    std::int32_t quads[4];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(quads), _mm_xor_si128(k, flip));
    for (int i = 0; i < 4; ++i) __builtin_memcpy(to_key + (e / 4 + i) * 64, &quads[i], 4);
    const __m128i v =
        _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(value + e)), flip);
    void* const line = to_value - place + std::int64_t{e} * 4;
    const __m512i kept = _mm512_and_si512(_mm512_load_si512(line), others);
    _mm512_store_si512(line,
                       _mm512_or_si512(kept, _mm512_sll_epi32(_mm512_cvtepu8_epi32(v), shift)));
  }
  const std::int64_t sum = _mm_extract_epi64(sums, 0) + _mm_extract_epi64(sums, 1);
  return static_cast<std::int32_t>(sum) - kFlip * head_size;
}

// Entries of a table of 256 in 16 registers: the index's upper three bits choose a pair of them.
inline __m512i look_up(const __m512i* table, __m512i index) {
  __m512i found[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    found[i] = _mm512_permutex2var_epi32(table[2 * i], index, table[2 * i + 1]);
  }
  const __mmask16 bit5 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(32));
  const __mmask16 bit6 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(64));
  const __mmask16 bit7 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(128));
#pragma GCC unroll 8
  for (int i = 0; i < 4; ++i) {
    found[i] = _mm512_mask_blend_epi32(bit5, found[2 * i], found[2 * i + 1]);
  }
  const __m512i low = _mm512_mask_blend_epi32(bit6, found[0], found[1]);
  return _mm512_mask_blend_epi32(bit7, low, _mm512_mask_blend_epi32(bit6, found[2], found[3]));
}

void vector_distribution(const std::int32_t* z, const std::uint32_t* exp,
                         std::uint32_t* cumulative) noexcept {
  __m512i table[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) table[i] = _mm512_loadu_si512(exp + 16 * i);
  __m512i all = _mm512_loadu_si512(z);
  for (int j = 16; j < 256; j += 16) all = _mm512_max_epi32(all, _mm512_loadu_si512(z + j));
  const __m512i largest = _mm512_set1_epi32(_mm512_reduce_max_epi32(all));
  const __m512i zero = _mm512_setzero_si512(), last = _mm512_set1_epi32(15);
  __m512i before = zero;  // the sum of all that came before, in every lane
  for (int j = 0; j < 256; j += 16) {
    const __m512i below = _mm512_min_epi32(_mm512_sub_epi32(largest, _mm512_loadu_si512(z + j)),
                                           _mm512_set1_epi32(8192));
    const __m512i w = _mm512_srlv_epi32(look_up(table, below), _mm512_srli_epi32(below, 8));
    __m512i sum = _mm512_add_epi32(w, _mm512_alignr_epi32(w, zero, 15));
    sum = _mm512_add_epi32(sum, _mm512_alignr_epi32(sum, zero, 14));
    sum = _mm512_add_epi32(sum, _mm512_alignr_epi32(sum, zero, 12));
    sum = _mm512_add_epi32(sum, _mm512_alignr_epi32(sum, zero, 8));
    _mm512_storeu_si512(cumulative + j, _mm512_add_epi32(before, _mm512_sub_epi32(sum, w)));
    before = _mm512_add_epi32(before, _mm512_permutexvar_epi32(last, sum));
  }
  const auto total = static_cast<std::uint32_t>(_mm512_cvtsi512_si32(before));
  const std::uint64_t scale = (std::uint64_t{(1U << 22) - 256} << 32) / total;
  const __m512i scales = _mm512_set1_epi64(static_cast<std::int64_t>(scale));
  __m512i symbol = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int j = 0; j < 256; j += 16) {
    const __m512i c = _mm512_loadu_si512(cumulative + j);
    const __m512i even = _mm512_srli_epi64(_mm512_mul_epu32(c, scales), 32);
    const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(c, 32), scales);
    _mm512_storeu_si512(cumulative + j,
                        _mm512_add_epi32(_mm512_mask_blend_epi32(0xAAAA, even, odd), symbol));
    symbol = _mm512_add_epi32(symbol, _mm512_set1_epi32(16));
  }
  cumulative[256] = 1U << 22;
}

}  // namespace

const Kernels kAvx512VnniKernels = {"avx512vnni",
                                    kFlip,
                                    product_quantise,
                                    product_relu_squared,
                                    product_residual,
                                    product_logits,
                                    attend,
                                    vector_embed,
                                    vector_norm,
                                    vector_keep,
                                    vector_distribution,
                                    peak_loop,
                                    0,
                                    product_sparse,
                                    3};

}  // namespace nnzip::cpu
