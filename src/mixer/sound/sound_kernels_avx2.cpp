// SPDX-License-Identifier: Apache-2.0
// The loops over distributions for AVX2.
#include <immintrin.h>

#include <cstdint>

#include "mixer/core/mix_kernels.h"
#include "mixer/sound/sound_kernels.h"

namespace nnzip::mixer {
namespace {

inline __m256i load(const void* p) { return _mm256_load_si256(static_cast<const __m256i*>(p)); }
inline void store(void* p, __m256i v) { _mm256_store_si256(static_cast<__m256i*>(p), v); }

// x * inverse >> shift, of products below 2^62.
inline __m256i scaled(__m256i x, __m256i inverse, __m256i shift) {
  const __m256i low = _mm256_mul_epu32(x, inverse);
  const __m256i high = _mm256_slli_epi64(_mm256_mul_epu32(_mm256_srli_epi64(x, 32), inverse), 32);
  // There is no shift of signed numbers: what makes them positive is taken away behind it.
  const __m256i raised = _mm256_set1_epi64x(std::int64_t{1} << 62);
  return _mm256_sub_epi64(
      _mm256_srlv_epi64(_mm256_add_epi64(_mm256_add_epi64(low, high), raised), shift),
      _mm256_srlv_epi64(raised, shift));
}

// Four places of one kind: their magnitudes below 2^16, and what is above 0.
struct Places {
  Places(const SoundShapes& s, std::int32_t i, __m256i x) {
    const __m256i z =
        scaled(_mm256_sub_epi64(load(s.centre + i), x), load(s.inverse + i), load(s.shift + i));
    const __m256i negative = _mm256_cmpgt_epi64(_mm256_setzero_si256(), z);
    const __m256i most = _mm256_set1_epi64x(4096 * 16 - 1);  // where the table is 0
    const __m256i all = _mm256_sub_epi64(_mm256_xor_si256(z, negative), negative);
    magnitude = _mm256_blendv_epi8(all, most, _mm256_cmpgt_epi64(all, most));
    rest = _mm256_andnot_si256(negative, z);
  }
  __m256i magnitude, rest;
};

// The low halves of eight numbers of 64 bits, in an order that unpacking them reverts.
inline __m256i low_halves(__m256i a, __m256i b) {
  return _mm256_castps_si256(
      _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0x88));
}

void integrals(const SoundShapes& s, std::int32_t n, std::int64_t x, const std::uint32_t* softplus,
               std::int64_t* at) noexcept {
  const __m256i xs = _mm256_set1_epi64x(x), zero = _mm256_setzero_si256();
  for (std::int32_t i = 0; i < n; i += 8) {
    const Places a(s, i, xs), b(s, i + 4, xs);
    const __m256i magnitude = low_halves(a.magnitude, b.magnitude);
    const __m256i entry = _mm256_i32gather_epi32(reinterpret_cast<const int*>(softplus),
                                                 _mm256_srli_epi32(magnitude, 4), 4);
    const __m256i fraction = _mm256_and_si256(magnitude, _mm256_set1_epi32(15));
    const __m256i drop =
        _mm256_srli_epi32(_mm256_madd_epi16(_mm256_srli_epi32(entry, 16), fraction), 4);
    const __m256i value =
        _mm256_sub_epi32(_mm256_and_si256(entry, _mm256_set1_epi32(0xFFFF)), drop);
    store(at + i, _mm256_add_epi64(a.rest, _mm256_unpacklo_epi32(value, zero)));
    store(at + i + 4, _mm256_add_epi64(b.rest, _mm256_unpackhi_epi32(value, zero)));
  }
}

inline __m256i limited(__m256i x, std::int64_t limit) {
  const __m256i most = _mm256_set1_epi64x(limit), least = _mm256_set1_epi64x(-limit);
  x = _mm256_blendv_epi8(x, most, _mm256_cmpgt_epi64(x, most));
  return _mm256_blendv_epi8(x, least, _mm256_cmpgt_epi64(least, x));
}

// Four logits in 16 times their unit and a bit more.
inline __m256i four_logits(const SoundShapes& s, std::int32_t i, const std::int64_t* low,
                           const std::int64_t* high, __m256i width) {
  const __m256i x = _mm256_sub_epi64(_mm256_sub_epi64(load(low + i), load(high + i)),
                                     scaled(width, load(s.inverse + i), load(s.shift + i)));
  return limited(x, (kLogitLimit + 1) * 16);
}

void logits_of(const SoundShapes& s, std::int32_t n, const std::int64_t* low,
               const std::int64_t* high, std::int64_t width, std::int16_t* logits) noexcept {
  const __m256i widths = _mm256_set1_epi64x(width);
  const __m128i limit = _mm_set1_epi16(kLogitLimit);
  for (std::int32_t i = 0; i < n; i += 8) {
    const __m256i halves =
        low_halves(four_logits(s, i, low, high, widths), four_logits(s, i + 4, low, high, widths));
    const __m256i x = _mm256_permute4x64_epi64(_mm256_srai_epi32(halves, 4), 0xD8);
    __m128i y = _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    y = _mm_max_epi16(_mm_min_epi16(y, limit), _mm_sub_epi16(_mm_setzero_si128(), limit));
    _mm_store_si128(reinterpret_cast<__m128i*>(logits + i), y);
  }
}

}  // namespace

const SoundKernels kAvx2SoundKernels = {"avx2", integrals, logits_of};

}  // namespace nnzip::mixer
