// SPDX-License-Identifier: Apache-2.0
// The loops of the predictors of sound for AVX2.
#include <immintrin.h>

#include <cstdint>

#include "filter/sample_kernels.h"

namespace nnzip::filter {
namespace {

inline __m256i load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
inline void store(void* p, __m256i v) { _mm256_storeu_si256(static_cast<__m256i*>(p), v); }

std::int32_t dot(const std::int16_t* x, const std::int16_t* high, std::int32_t n) noexcept {
  __m256i sum = _mm256_setzero_si256();
  for (std::int32_t i = 0; i < n; i += 16) {
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(load(x + i), load(high + i)));
  }
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
  return _mm_cvtsi128_si32(half);
}

// Eight taps of it; returns what goes into high, in 32 bits.
inline __m256i adapt_eight(__m128i x, __m256i step, std::int32_t* taps) {
  const __m256i product = _mm256_mullo_epi32(_mm256_cvtepi16_epi32(x), step);
  __m256i tap = _mm256_add_epi32(load(taps), product);
  tap = _mm256_min_epi32(tap, _mm256_set1_epi32(kTapLimit));
  tap = _mm256_max_epi32(tap, _mm256_set1_epi32(-kTapLimit));
  store(taps, tap);
  return _mm256_srai_epi32(tap, 15);
}

void adapt(const std::int16_t* x, std::int32_t n, std::int32_t step, std::int32_t* taps,
           std::int16_t* high) noexcept {
  const __m256i steps = _mm256_set1_epi32(step);
  for (std::int32_t i = 0; i < n; i += 16) {
    const __m256i inputs = load(x + i);
    const __m256i first = adapt_eight(_mm256_castsi256_si128(inputs), steps, taps + i);
    const __m256i second = adapt_eight(_mm256_extracti128_si256(inputs, 1), steps, taps + i + 8);
    // Packing works on halves: the four quarters come out as 0, 2, 1, 3.
    store(high + i, _mm256_permute4x64_epi64(_mm256_packs_epi32(first, second), 0xD8));
  }
}

void accumulate(const std::int64_t* a, const std::int64_t* b, std::int32_t n, std::int32_t stride,
                std::int64_t* sums) noexcept {
  for (std::int32_t i = 0; i < n; ++i, sums += stride) {
    const __m256i factor = _mm256_set1_epi64x(a[i]);
    for (std::int32_t j = 0; j <= i; j += 4) {
      store(sums + j, _mm256_add_epi64(load(sums + j), _mm256_mul_epi32(factor, load(b + j))));
    }
  }
}

}  // namespace

const SampleKernels kAvx2SampleKernels = {"avx2", dot, adapt, accumulate};

}  // namespace nnzip::filter
