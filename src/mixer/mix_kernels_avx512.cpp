// SPDX-License-Identifier: Apache-2.0
// The sums of the mixing networks for AVX-512.
#include <immintrin.h>

#include <cstdint>

#include "mixer/mix_kernels.h"

namespace nnzip::mixer {
namespace {

// An error that moves no weight: 3071 * 5 is below the half of 2^15.
constexpr std::int32_t kIdle = 5;

// GCC 12 takes the undefined first operand of plain shifts, gathers and halves for a use of it,
// hence the forms with masks.

// Eight numbers whose sum is that of the 16 partial ones after their shift.
inline __m256i partial_sums(const std::int16_t* inputs, std::int32_t n,
                            const std::int16_t* weights) {
  __m512i sum = _mm512_setzero_si512();
  for (std::int32_t i = 0; i < n; i += 32) {
    sum = _mm512_dpwssd_epi32(sum, _mm512_load_si512(inputs + i), _mm512_load_si512(weights + i));
  }
  sum = _mm512_maskz_srai_epi32(0xFFFF, sum, 4);
  return _mm256_add_epi32(_mm512_maskz_extracti64x4_epi64(0xF, sum, 0),
                          _mm512_maskz_extracti64x4_epi64(0xF, sum, 1));
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
    const __m512i error = _mm512_set1_epi16(static_cast<std::int16_t>(errors[k]));
    for (std::int32_t i = 0; i < n; i += 32) {
      const __m512i step = _mm512_mulhrs_epi16(_mm512_load_si512(inputs + i), error);
      const __m512i w = _mm512_load_si512(weights[k] + i);
      _mm512_store_si512(weights[k] + i, _mm512_adds_epi16(w, step));
    }
  }
}

void learn(std::uint32_t* counters, std::int32_t n, const std::uint16_t* reciprocal,
           std::int32_t bit, std::uint32_t limit) noexcept {
  const __m512i target = _mm512_set1_epi32(bit != 0 ? (1 << 22) - 1 : 0);
  const __m512i most = _mm512_set1_epi32(static_cast<std::int32_t>(limit));
  for (std::int32_t i = 0; i < n; i += 16) {
    const __m512i counter = _mm512_load_si512(counters + i);
    const __m512i count = _mm512_and_si512(counter, _mm512_set1_epi32(1023));
    const __m512i p = _mm512_maskz_srli_epi32(0xFFFF, counter, 10);
    // An entry of 16 bits arrives with its neighbour above it.
    const __m512i pair =
        _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xFFFF, count, reciprocal, 2);
    const __m512i factor = _mm512_and_si512(pair, _mm512_set1_epi32(0xFFFF));
    const __m512i difference = _mm512_sub_epi32(target, p);
    // Products of 39 bits; the bits 16..47 hold the step, a number of 23 bits and a sign.
    const __m512i even =
        _mm512_maskz_srli_epi64(0xFF, _mm512_maskz_mul_epi32(0xFF, difference, factor), 16);
    const __m512i odd = _mm512_maskz_slli_epi64(
        0xFF,
        _mm512_maskz_mul_epi32(0xFF, _mm512_maskz_srli_epi64(0xFF, difference, 32),
                               _mm512_maskz_srli_epi64(0xFF, factor, 32)),
        16);
    const __m512i step = _mm512_mask_blend_epi32(0xAAAA, even, odd);
    const __m512i counted = _mm512_mask_add_epi32(
        count, _mm512_cmplt_epi32_mask(count, most), count, _mm512_set1_epi32(1));
    const __m512i moved = _mm512_maskz_slli_epi32(0xFFFF, _mm512_add_epi32(p, step), 10);
    _mm512_store_si512(counters + i, _mm512_or_si512(moved, counted));
  }
}

}  // namespace

const MixKernels kAvx512MixKernels = {"avx512vnni", dot, train, learn};

}  // namespace nnzip::mixer
