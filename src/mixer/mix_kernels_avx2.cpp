// SPDX-License-Identifier: Apache-2.0
// The sums of the mixing networks for AVX2.
#include <immintrin.h>

#include <cstdint>

#include "mixer/mix_kernels.h"

namespace nnzip::mixer {
namespace {

// An error that moves no weight: 3071 * 5 is below the half of 2^15.
constexpr std::int32_t kIdle = 5;

inline __m256i load(const void* p) { return _mm256_load_si256(static_cast<const __m256i*>(p)); }
inline void store(void* p, __m256i v) { _mm256_store_si256(static_cast<__m256i*>(p), v); }

// Eight numbers whose sum is that of the 16 partial ones after their shift.
inline __m256i partial_sums(const std::int16_t* inputs, std::int32_t n,
                            const std::int16_t* weights) {
  __m256i low = _mm256_setzero_si256(), high = low;
  for (std::int32_t i = 0; i < n; i += 32) {
    low = _mm256_add_epi32(low, _mm256_madd_epi16(load(inputs + i), load(weights + i)));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(load(inputs + i + 16), load(weights + i + 16)));
  }
  return _mm256_add_epi32(_mm256_srai_epi32(low, 4), _mm256_srai_epi32(high, 4));
}

inline __m128i to_logits(__m128i sums) {
  const __m128i limit = _mm_set1_epi32(kLogitLimit);
  return _mm_max_epi32(_mm_min_epi32(_mm_srai_epi32(sums, 10), limit), _mm_set1_epi32(-kLogitLimit));
}

void dot(const std::int16_t* inputs, std::int32_t n, const std::int16_t* const* weights,
         std::int32_t sets, std::int32_t* logits) noexcept {
  std::int32_t k = 0;
  for (; k + 4 <= sets; k += 4) {
    const __m256i first = _mm256_hadd_epi32(partial_sums(inputs, n, weights[k]),
                                            partial_sums(inputs, n, weights[k + 1]));
    const __m256i second = _mm256_hadd_epi32(partial_sums(inputs, n, weights[k + 2]),
                                             partial_sums(inputs, n, weights[k + 3]));
    const __m256i all = _mm256_hadd_epi32(first, second);
    const __m128i sums =
        _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(logits + k), to_logits(sums));
  }
  for (; k < sets; ++k) {
    const __m256i all = partial_sums(inputs, n, weights[k]);
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1));
    logits[k] = _mm_cvtsi128_si32(to_logits(sum));
  }
}

void train(const std::int16_t* inputs, std::int32_t n, std::int16_t* const* weights,
           std::int32_t sets, const std::int32_t* errors) noexcept {
  for (std::int32_t k = 0; k < sets; ++k) {
    if (errors[k] >= -kIdle && errors[k] <= kIdle) continue;
    const __m256i error = _mm256_set1_epi16(static_cast<std::int16_t>(errors[k]));
    for (std::int32_t i = 0; i < n; i += 16) {
      const __m256i step = _mm256_mulhrs_epi16(load(inputs + i), error);
      store(weights[k] + i, _mm256_adds_epi16(load(weights[k] + i), step));
    }
  }
}

void learn(std::uint32_t* counters, std::int32_t n, const std::uint16_t* reciprocal,
           std::int32_t bit, std::uint32_t limit) noexcept {
  const __m256i target = _mm256_set1_epi32(bit != 0 ? (1 << 22) - 1 : 0);
  const __m256i most = _mm256_set1_epi32(static_cast<std::int32_t>(limit));
  for (std::int32_t i = 0; i < n; i += 8) {
    const __m256i counter = load(counters + i);
    const __m256i count = _mm256_and_si256(counter, _mm256_set1_epi32(1023));
    const __m256i p = _mm256_srli_epi32(counter, 10);
    // An entry of 16 bits arrives with its neighbour above it.
    const __m256i pair =
        _mm256_i32gather_epi32(reinterpret_cast<const int*>(reciprocal), count, 2);
    const __m256i factor = _mm256_and_si256(pair, _mm256_set1_epi32(0xFFFF));
    const __m256i difference = _mm256_sub_epi32(target, p);
    // Products of 39 bits; the bits 16..47 hold the step, a number of 23 bits and a sign.
    const __m256i even = _mm256_srli_epi64(_mm256_mul_epi32(difference, factor), 16);
    const __m256i odd = _mm256_slli_epi64(
        _mm256_mul_epi32(_mm256_srli_epi64(difference, 32), _mm256_srli_epi64(factor, 32)), 16);
    const __m256i step = _mm256_blend_epi32(even, odd, 0xAA);
    const __m256i counted = _mm256_sub_epi32(count, _mm256_cmpgt_epi32(most, count));
    store(counters + i,
          _mm256_or_si256(_mm256_slli_epi32(_mm256_add_epi32(p, step), 10), counted));
  }
}

}  // namespace

const MixKernels kAvx2MixKernels = {"avx2", dot, train, learn};

}  // namespace nnzip::mixer
