// SPDX-License-Identifier: Apache-2.0
// The sums of the mixing networks for AVX2.
#include <immintrin.h>

#include <cstdint>

#include "mixer/core/mix_kernels.h"
#include "mixer/core/mix_near256-inl.h"

namespace nnzip::mixer {
namespace {

// Of bytes at the usual effort, which most time goes into.
constexpr std::int32_t kBytesInputs = 96, kBytesSets = 8;

inline __m256i load(const void* p) { return _mm256_load_si256(static_cast<const __m256i*>(p)); }
inline void store(void* p, __m256i v) { _mm256_store_si256(static_cast<__m256i*>(p), v); }

struct PartialSums {
  __m256i low = _mm256_setzero_si256(), high = low;

  void add(const std::int16_t* weights, __m256i x, __m256i y) {
    low = _mm256_add_epi32(low, _mm256_madd_epi16(x, load(weights)));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(y, load(weights + 16)));
  }
  // Eight numbers with the same sum as the 16 after their shift.
  __m256i shifted() const {
    return _mm256_add_epi32(_mm256_srai_epi32(low, 4), _mm256_srai_epi32(high, 4));
  }
};

// The logits of four sets.
[[gnu::always_inline]] inline __m128i dot4(const std::int16_t* inputs, std::int32_t n,
                                           const std::int16_t* const* weights) {
  const std::int16_t *const w0 = weights[0], *const w1 = weights[1], *const w2 = weights[2],
                            *const w3 = weights[3];
  PartialSums a, b, c, d;
  for (std::int32_t i = 0; i < n; i += 32) {
    const __m256i x = load(inputs + i), y = load(inputs + i + 16);
    a.add(w0 + i, x, y);
    b.add(w1 + i, x, y);
    c.add(w2 + i, x, y);
    d.add(w3 + i, x, y);
  }
  const __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(a.shifted(), b.shifted()),
                                        _mm256_hadd_epi32(c.shifted(), d.shifted()));
  const __m128i sums = _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
  const __m128i limit = _mm_set1_epi32(kLogitLimit);
  return _mm_max_epi32(_mm_min_epi32(_mm_srai_epi32(sums, 10), limit),
                       _mm_set1_epi32(-kLogitLimit));
}

void dot(const std::int16_t* inputs, std::int32_t n, const std::int16_t* const* weights,
         std::int32_t sets, std::int32_t* logits) noexcept {
  if (n == kBytesInputs && sets == kBytesSets) {
    const __m128i first = dot4(inputs, kBytesInputs, weights);
    const __m128i second = dot4(inputs, kBytesInputs, weights + 4);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(logits), first);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(logits + 4), second);
    return;
  }
  std::int32_t k = 0;
  for (; k + 4 <= sets; k += 4) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(logits + k), dot4(inputs, n, weights + k));
  }
  if (k == sets) return;
  const std::int16_t* rest[4];
  for (std::int32_t j = 0; j < 4; ++j) rest[j] = weights[k + j < sets ? k + j : k];
  alignas(16) std::int32_t four[4];
  _mm_store_si128(reinterpret_cast<__m128i*>(four), dot4(inputs, n, rest));
  for (std::int32_t j = 0; k + j < sets; ++j) logits[k + j] = four[j];
}

void train(const std::int16_t* inputs, std::int32_t n, std::int16_t* const* weights,
           std::int32_t sets, const std::int32_t* errors) noexcept {
  if (n == kBytesInputs) {
    __m256i x[kBytesInputs / 16];
    for (std::int32_t i = 0; i < kBytesInputs / 16; ++i) x[i] = load(inputs + 16 * i);
    for (std::int32_t k = 0; k < sets; ++k) {
      // Moves no weight: 3071 * 5 is below the half of 2^15.
      if (static_cast<std::uint32_t>(errors[k] + 5) <= 10) continue;
      const __m256i error = _mm256_set1_epi16(static_cast<std::int16_t>(errors[k]));
      std::int16_t* const w = weights[k];
      for (std::int32_t i = 0; i < kBytesInputs / 16; ++i) {
        store(w + 16 * i, _mm256_adds_epi16(load(w + 16 * i), _mm256_mulhrs_epi16(x[i], error)));
      }
    }
    return;
  }
  for (std::int32_t k = 0; k < sets; ++k) {
    // Moves no weight: 3071 * 5 is below the half of 2^15.
    if (static_cast<std::uint32_t>(errors[k] + 5) <= 10) continue;
    const __m256i error = _mm256_set1_epi16(static_cast<std::int16_t>(errors[k]));
    std::int16_t* const set = weights[k];
    for (std::int32_t i = 0; i < n; i += 32) {
      std::int16_t* const w = set + i;
      const __m256i x = _mm256_mulhrs_epi16(load(inputs + i), error);
      const __m256i y = _mm256_mulhrs_epi16(load(inputs + i + 16), error);
      store(w, _mm256_adds_epi16(load(w), x));
      store(w + 16, _mm256_adds_epi16(load(w + 16), y));
    }
  }
}

void learn(std::uint32_t* counters, std::int32_t n, const std::uint16_t* /*reciprocal*/,
           std::int32_t bit, std::uint32_t limit) noexcept {
  const __m256i target = _mm256_set1_epi32(bit != 0 ? (1 << 22) - 1 : 0);
  const __m256i most = _mm256_set1_epi32(static_cast<std::int32_t>(limit));
  for (std::int32_t i = 0; i < n; i += 8) {
    const __m256i counter = load(counters + i);
    const __m256i count = _mm256_and_si256(counter, _mm256_set1_epi32(1023));
    const __m256i p = _mm256_srli_epi32(counter, 10);
    // The table's entry, 131072 / (2 n + 3) rounded down. A quotient that is no whole number is 1 /
    // (2 n + 3) below the next one at least, and a float's rounding moves it by a 128th of that at
    // most.
    const __m256i odd_number =
        _mm256_add_epi32(_mm256_add_epi32(count, count), _mm256_set1_epi32(3));
    const __m256i factor =
        _mm256_cvttps_epi32(_mm256_div_ps(_mm256_set1_ps(131072), _mm256_cvtepi32_ps(odd_number)));
    const __m256i difference = _mm256_sub_epi32(target, p);
    // Products of 39 bits; the bits 16..47 hold the step, a number of 23 bits and a sign.
    const __m256i even = _mm256_srli_epi64(_mm256_mul_epi32(difference, factor), 16);
    const __m256i odd = _mm256_slli_epi64(
        _mm256_mul_epi32(_mm256_srli_epi64(difference, 32), _mm256_srli_epi64(factor, 32)), 16);
    const __m256i step = _mm256_blend_epi32(even, odd, 0xAA);
    const __m256i counted = _mm256_sub_epi32(count, _mm256_cmpgt_epi32(most, count));
    store(counters + i, _mm256_or_si256(_mm256_slli_epi32(_mm256_add_epi32(p, step), 10), counted));
  }
}

}  // namespace

const MixKernels kAvx2MixKernels = {"avx2", dot, train, learn, nearest};

}  // namespace nnzip::mixer
