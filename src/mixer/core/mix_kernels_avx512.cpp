// SPDX-License-Identifier: Apache-2.0
// The sums of the mixing networks for AVX-512.
#include <immintrin.h>

#include <cstdint>

#include "mixer/core/mix_kernels.h"
#include "mixer/core/mix_near256-inl.h"

namespace nnzip::mixer {
namespace {

// GCC 12 takes the undefined first operand of plain shifts, gathers and shuffles for a use of it,
// hence the forms with masks.
constexpr __mmask16 kAll = 0xFFFF;

// Of bytes at the usual effort, which most time goes into.
constexpr std::int32_t kBytesInputs = 96, kBytesSets = 8;

inline __m512i load(const void* p) { return _mm512_load_si512(p); }

inline __m512i add_pairs32(__m512i a, __m512i b) {
  return _mm512_add_epi32(_mm512_maskz_unpacklo_epi32(kAll, a, b),
                          _mm512_maskz_unpackhi_epi32(kAll, a, b));
}

inline __m512i add_pairs64(__m512i a, __m512i b) {
  return _mm512_add_epi32(_mm512_maskz_unpacklo_epi64(0xFF, a, b),
                          _mm512_maskz_unpackhi_epi64(0xFF, a, b));
}

// The logits of four sets.
[[gnu::always_inline]] inline __m128i dot4(const std::int16_t* inputs, std::int32_t n,
                                           const std::int16_t* const* weights) {
  const std::int16_t *const w0 = weights[0], *const w1 = weights[1], *const w2 = weights[2],
                            *const w3 = weights[3];
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (std::int32_t i = 0; i < n; i += 32) {
    const __m512i x = load(inputs + i);
    a = _mm512_dpwssd_epi32(a, x, load(w0 + i));
    b = _mm512_dpwssd_epi32(b, x, load(w1 + i));
    c = _mm512_dpwssd_epi32(c, x, load(w2 + i));
    d = _mm512_dpwssd_epi32(d, x, load(w3 + i));
  }
  // Partial sums of a, b, c, d in each quarter.
  const __m512i all = add_pairs64(
      add_pairs32(_mm512_maskz_srai_epi32(kAll, a, 4), _mm512_maskz_srai_epi32(kAll, b, 4)),
      add_pairs32(_mm512_maskz_srai_epi32(kAll, c, 4), _mm512_maskz_srai_epi32(kAll, d, 4)));
  const __m256i half = _mm256_add_epi32(_mm512_maskz_extracti64x4_epi64(0xF, all, 0),
                                        _mm512_maskz_extracti64x4_epi64(0xF, all, 1));
  const __m128i sums =
      _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
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
  _mm_mask_storeu_epi32(logits + k, static_cast<__mmask8>((1 << (sets - k)) - 1),
                        dot4(inputs, n, rest));
}

void train(const std::int16_t* inputs, std::int32_t n, std::int16_t* const* weights,
           std::int32_t sets, const std::int32_t* errors) noexcept {
  if (n == kBytesInputs) {
    const __m512i x0 = load(inputs), x1 = load(inputs + 32), x2 = load(inputs + 64);
    for (std::int32_t k = 0; k < sets; ++k) {
      // Moves no weight: 3071 * 5 is below the half of 2^15.
      if (static_cast<std::uint32_t>(errors[k] + 5) <= 10) continue;
      const __m512i error = _mm512_set1_epi16(static_cast<std::int16_t>(errors[k]));
      std::int16_t* const w = weights[k];
      const __m512i y0 = _mm512_adds_epi16(load(w), _mm512_mulhrs_epi16(x0, error));
      const __m512i y1 = _mm512_adds_epi16(load(w + 32), _mm512_mulhrs_epi16(x1, error));
      const __m512i y2 = _mm512_adds_epi16(load(w + 64), _mm512_mulhrs_epi16(x2, error));
      _mm512_store_si512(w, y0);
      _mm512_store_si512(w + 32, y1);
      _mm512_store_si512(w + 64, y2);
    }
    return;
  }
  for (std::int32_t k = 0; k < sets; ++k) {
    // Moves no weight: 3071 * 5 is below the half of 2^15.
    if (static_cast<std::uint32_t>(errors[k] + 5) <= 10) continue;
    const __m512i error = _mm512_set1_epi16(static_cast<std::int16_t>(errors[k]));
    std::int16_t* const w = weights[k];
    for (std::int32_t i = 0; i < n; i += 32) {
      const __m512i step = _mm512_mulhrs_epi16(load(inputs + i), error);
      _mm512_store_si512(w + i, _mm512_adds_epi16(load(w + i), step));
    }
  }
}

void learn(std::uint32_t* counters, std::int32_t n, const std::uint16_t* /*reciprocal*/,
           std::int32_t bit, std::uint32_t limit) noexcept {
  const __m512i target = _mm512_set1_epi32(bit != 0 ? (1 << 22) - 1 : 0);
  const __m512i most = _mm512_set1_epi32(static_cast<std::int32_t>(limit));
  for (std::int32_t i = 0; i < n; i += 16) {
    const __m512i counter = load(counters + i);
    const __m512i count = _mm512_and_si512(counter, _mm512_set1_epi32(1023));
    const __m512i p = _mm512_maskz_srli_epi32(kAll, counter, 10);
    // The table's entry, 131072 / (2 n + 3) rounded down. A quotient that is no whole number is 1 /
    // (2 n + 3) below the next one at least, and a float's rounding moves it by a 128th of that at
    // most.
    const __m512 odd_number = _mm512_maskz_cvtepi32_ps(
        kAll, _mm512_add_epi32(_mm512_add_epi32(count, count), _mm512_set1_epi32(3)));
    const __m512i factor =
        _mm512_maskz_cvttps_epi32(kAll, _mm512_div_ps(_mm512_set1_ps(131072), odd_number));
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
    const __m512i counted = _mm512_mask_add_epi32(count, _mm512_cmplt_epi32_mask(count, most),
                                                  count, _mm512_set1_epi32(1));
    const __m512i moved = _mm512_maskz_slli_epi32(kAll, _mm512_add_epi32(p, step), 10);
    _mm512_store_si512(counters + i, _mm512_or_si512(moved, counted));
  }
}

}  // namespace

const MixKernels kAvx512MixKernels = {"avx512vnni", dot, train, learn, nearest};

}  // namespace nnzip::mixer
