// SPDX-License-Identifier: Apache-2.0
// Attention of the AVX-512 kernels, out of the products' tiles. Included by kernels_avx512vnni.cpp
// alone, inside its anonymous namespace.
#include "backend/cpu/kernels_avx512_products-inl.h"

struct ScoreVector {
  const float* multiplier;  // by row
  const std::int32_t* bias;
  std::int64_t bias_stride;
  std::int32_t* z;
  std::int64_t stride;
  void operator()(__m512i acc, std::int64_t r, std::int64_t j) const {
    const __m512 x = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), _mm512_set1_ps(multiplier[r]));
    _mm512_storeu_si512(
        z + r * stride + j,
        _mm512_add_epi32(rounded(x, 1048576.0F), _mm512_loadu_si512(bias + r * bias_stride + j)));
  }
};

// As the generic attention_weights, 32 at a time: all quantities fit 16 bits once the difference is
// limited, and the table sits in two registers. n: a multiple of 32.
inline std::int32_t vector_attention_weights(const std::int32_t* z, std::int32_t n,
                                             const std::uint32_t* exp, std::uint8_t* weights) {
  __m512i all = _mm512_loadu_si512(z);
  for (std::int32_t i = 16; i < n; i += 16) all = _mm512_max_epi32(all, _mm512_loadu_si512(z + i));
  const __m512i largest = _mm512_set1_epi32(_mm512_reduce_max_epi32(all));
  const auto words = [exp](int at) {
    return _mm512_inserti64x4(
        _mm512_castsi256_si512(_mm512_cvtepi32_epi16(_mm512_loadu_si512(exp + at))),
        _mm512_cvtepi32_epi16(_mm512_loadu_si512(exp + at + 16)), 1);
  };
  const __m512i table0 = words(0), table1 = words(32);
  const __m512i limit = _mm512_set1_epi16(1024), half = _mm512_set1_epi16(128);
  // What packing interleaves.
  const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
  __m512i sum = _mm512_setzero_si512();
  for (std::int32_t i = 0; i < n; i += 32) {
    const __m512i below0 = _mm512_sub_epi32(largest, _mm512_loadu_si512(z + i));
    const __m512i below1 = _mm512_sub_epi32(largest, _mm512_loadu_si512(z + i + 16));
    const __m512i below = _mm512_min_epu16(_mm512_packus_epi32(below0, below1), limit);
    // The permutation reads the low six bits of an index.
    const __m512i entry = _mm512_permutex2var_epi16(table0, below, table1);
    const __m512i shifted = _mm512_srlv_epi16(entry, _mm512_srli_epi16(below, 6));
    const __m512i w = _mm512_srli_epi16(_mm512_add_epi16(shifted, half), 8);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(weights + i),
                        _mm512_cvtepi16_epi8(_mm512_permutexvar_epi64(order, w)));
    sum = _mm512_add_epi64(sum, _mm512_sad_epu8(w, _mm512_setzero_si512()));
  }
  return static_cast<std::int32_t>(_mm512_reduce_add_epi64(sum));
}

// Scores of heads h.. h+Rows. The values are fetched meanwhile: they lie as the keys do.
template <int Rows, int Blocks>
inline void score_blocks(const Sums& p, std::int32_t b, const std::int8_t* values,
                         const ScoreVector& use) {
  for (; b + Blocks <= p.blocks; b += Blocks) {
    tile<Rows, Blocks, true>(p, 0, b, values + b * p.block_stride, use);
  }
  if constexpr (Blocks > 1) {
    if (b < p.blocks) score_blocks<Rows, Blocks / 2>(p, b, values, use);
  }
}

// Weighted means of the values' elements from 16 * b on.
template <int Rows, int Blocks>
[[gnu::noinline]] void weigh(const Attention& t, std::int32_t h, std::int32_t b,
                             const float* factors) {
  const std::uint8_t* a = t.weights + h * t.score_stride;
  const std::int64_t stride = std::int64_t{t.head_size} * 4;
  __m512i acc[Rows][Blocks];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Blocks; ++j) acc[i][j] = _mm512_setzero_si512();
  }
  for (const RingPart& part : t.parts) {
    const std::int8_t* v = part.values + std::int64_t{b} * 64;
    const std::int8_t* next = t.next_keys + (v - t.parts[0].values);
    for (std::int32_t q = 0; q < part.blocks * 4; ++q, a += 4, v += stride, next += stride) {
      __m512i values[Blocks];
#pragma GCC unroll 8
      for (int j = 0; j < Blocks; ++j) {
        values[j] = load_once(v + j * 64);
        __builtin_prefetch(next + j * 64, 0, 2);  // the second level has room for it
      }
#pragma GCC unroll 8
      for (int i = 0; i < Rows; ++i) {
        const __m512i quad = broadcast_quad(a + i * t.score_stride);
#pragma GCC unroll 8
        for (int j = 0; j < Blocks; ++j) {
          add_products(acc[i][j], quad, values[j]);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    const __m512 factor = _mm512_set1_ps(factors[i]);
    std::uint8_t* const out = t.inout + (h + i) * t.head_size + std::int64_t{b} * 16;
#pragma GCC unroll 8
    for (int j = 0; j < Blocks; ++j) {
      store_flipped(out + j * 16, to_int8_vector(acc[i][j], factor));
    }
  }
}

template <int Rows, int Blocks>
inline void weigh_all(const Attention& t, std::int32_t h, std::int32_t b, const float* factors) {
  for (; b + Blocks <= t.head_size / 16; b += Blocks) weigh<Rows, Blocks>(t, h, b, factors);
  if constexpr (Blocks > 1) {
    if (b < t.head_size / 16) weigh_all<Rows, Blocks / 2>(t, h, b, factors);
  }
}

// Heads h.. h+Rows.
template <int Rows>
inline void attend_heads(const Attention& t, std::int32_t h) {
  std::int32_t at = 0;
  for (const RingPart& part : t.parts) {
    const Sums p{t.inout + h * t.head_size,
                 t.head_size,
                 Rows,
                 part.blocks,
                 t.head_size / 4,
                 part.keys,
                 std::int64_t{t.head_size} * 16,
                 64,
                 part.key_init};
    score_blocks<Rows, 4>(p, 0, part.values,
                          {t.score_multiplier + h, t.bias + h * t.bias_stride + at, t.bias_stride,
                           t.scores + h * t.score_stride + at, t.score_stride});
    at += part.blocks * 16;
  }
  float factors[Rows];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    std::int32_t* const z = t.scores + (h + i) * t.score_stride;
    if (at % 32 != 0) _mm512_storeu_si512(z + at, _mm512_set1_epi32(kOutside));
    const std::int32_t sum =
        vector_attention_weights(z, (at + 31) & ~31, t.exp, t.weights + (h + i) * t.score_stride);
    factors[i] = t.output_multiplier / static_cast<float>(sum);
  }
  weigh_all<Rows, 4>(t, h, 0, factors);
}

void attend(const Attention& t) noexcept {
  std::int32_t h = 0;
  for (; h + 4 <= t.heads; h += 4) attend_heads<4>(t, h);
  switch (t.heads - h) {
    case 1:
      return attend_heads<1>(t, h);
    case 2:
      return attend_heads<2>(t, h);
    case 3:
      return attend_heads<3>(t, h);
    default:
      return;
  }
}
