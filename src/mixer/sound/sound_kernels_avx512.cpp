// SPDX-License-Identifier: Apache-2.0
// The loops over distributions for AVX-512.
#include <immintrin.h>

#include <cstdint>

#include "mixer/core/mix_kernels.h"
#include "mixer/sound/sound_kernels.h"

namespace nnzip::mixer {
namespace {

// With masks for GCC 12, as in core/mix_kernels_avx512.cpp.
constexpr __mmask8 kAll = 0xFF;

inline __m512i load(const void* p) { return _mm512_load_si512(p); }

// x * inverse >> shift.
inline __m512i scaled(__m512i x, __m512i inverse, __m512i shift) {
  const __m512i low = _mm512_maskz_mul_epu32(kAll, x, inverse);
  const __m512i high = _mm512_maskz_mul_epu32(kAll, _mm512_maskz_srli_epi64(kAll, x, 32), inverse);
  return _mm512_maskz_srav_epi64(
      kAll, _mm512_add_epi64(low, _mm512_maskz_slli_epi64(kAll, high, 32)), shift);
}

void integrals(const SoundShapes& s, std::int32_t n, std::int64_t x, const std::uint32_t* softplus,
               std::int64_t* at) noexcept {
  const __m512i xs = _mm512_set1_epi64(x), zero = _mm512_setzero_si512();
  for (std::int32_t i = 0; i < n; i += 8) {
    const __m512i z =
        scaled(_mm512_sub_epi64(load(s.centre + i), xs), load(s.inverse + i), load(s.shift + i));
    // Where the magnitude is more, the table is 0.
    const __m256i magnitude = _mm512_maskz_cvtepi64_epi32(
        kAll, _mm512_maskz_min_epi64(kAll, _mm512_maskz_abs_epi64(kAll, z),
                                     _mm512_set1_epi64(4096 * 16 - 1)));
    const __m256i entry = _mm256_i32gather_epi32(reinterpret_cast<const int*>(softplus),
                                                 _mm256_srli_epi32(magnitude, 4), 4);
    const __m256i fraction = _mm256_and_si256(magnitude, _mm256_set1_epi32(15));
    const __m256i drop =
        _mm256_srli_epi32(_mm256_madd_epi16(_mm256_srli_epi32(entry, 16), fraction), 4);
    const __m256i value =
        _mm256_sub_epi32(_mm256_and_si256(entry, _mm256_set1_epi32(0xFFFF)), drop);
    _mm512_store_si512(at + i, _mm512_add_epi64(_mm512_maskz_max_epi64(kAll, z, zero),
                                                _mm512_maskz_cvtepu32_epi64(kAll, value)));
  }
}

void logits_of(const SoundShapes& s, std::int32_t n, const std::int64_t* low,
               const std::int64_t* high, std::int64_t width, std::int16_t* logits) noexcept {
  const __m512i widths = _mm512_set1_epi64(width);
  const __m512i most = _mm512_set1_epi64(kLogitLimit), least = _mm512_set1_epi64(-kLogitLimit);
  for (std::int32_t i = 0; i < n; i += 8) {
    const __m512i x = _mm512_sub_epi64(_mm512_sub_epi64(load(low + i), load(high + i)),
                                       scaled(widths, load(s.inverse + i), load(s.shift + i)));
    const __m512i y = _mm512_maskz_max_epi64(
        kAll, _mm512_maskz_min_epi64(kAll, _mm512_maskz_srai_epi64(kAll, x, 4), most), least);
    _mm_store_si128(reinterpret_cast<__m128i*>(logits + i), _mm512_maskz_cvtepi64_epi16(kAll, y));
  }
}

}  // namespace

const SoundKernels kAvx512SoundKernels = {"avx512vnni", integrals, logits_of};

}  // namespace nnzip::mixer
