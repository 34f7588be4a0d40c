// SPDX-License-Identifier: Apache-2.0
// MixKernels::nearest with vectors of 256 bits, for the targets that have them. Included by one
// file of each.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace nnzip::mixer {
namespace {

// Bits that differ, in four parts.
inline __m256i differing_bits(const std::uint32_t* signature, __m256i query) {
  const __m256i low = _mm256_set1_epi8(15);
  const __m256i bits_of = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                           2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i differ =
      _mm256_xor_si256(_mm256_load_si256(reinterpret_cast<const __m256i*>(signature)), query);
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(differ, 4), low);
  const __m256i bits = _mm256_add_epi8(_mm256_shuffle_epi8(bits_of, _mm256_and_si256(differ, low)),
                                       _mm256_shuffle_epi8(bits_of, high));
  return _mm256_sad_epu8(bits, _mm256_setzero_si256());
}

// The distances of four signatures.
inline __m128i distances4(const std::uint32_t* signatures, __m256i query) {
  const __m256i a = differing_bits(signatures, query), b = differing_bits(signatures + 8, query);
  const __m256i c = differing_bits(signatures + 16, query);
  const __m256i d = differing_bits(signatures + 24, query);
  // Sums of 64 bits below 2^16: a's and b's stand side by side, c's and d's likewise.
  const __m256i ab = _mm256_or_si256(a, _mm256_slli_epi64(b, 32));
  const __m256i cd = _mm256_or_si256(c, _mm256_slli_epi64(d, 32));
  const __m256i halves =
      _mm256_add_epi32(_mm256_unpacklo_epi64(ab, cd), _mm256_unpackhi_epi64(ab, cd));
  return _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}

std::int32_t nearest(const std::uint32_t* signatures, std::int32_t n, const std::uint32_t* query,
                     std::int32_t reach, std::int32_t near, std::uint16_t* distances,
                     std::uint32_t* places, std::int32_t* least) noexcept {
  const __m256i q = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query));
  const std::int32_t whole = (n + 15) / 16 * 16;
  for (std::int32_t i = 0; i < whole; i += 8) {
    const __m128i first = distances4(signatures + i * 8, q);
    const __m128i second = distances4(signatures + i * 8 + 32, q);
    _mm_store_si128(reinterpret_cast<__m128i*>(distances + i), _mm_packus_epi32(first, second));
  }
  for (std::int32_t i = n; i < whole; ++i) distances[i] = 0xFFFF;
  __m256i smallest = _mm256_set1_epi16(-1);
  const auto distances_at = [distances](std::int32_t i) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(distances + i));
  };
  for (std::int32_t i = 0; i < whole; i += 16) {
    smallest = _mm256_min_epu16(smallest, distances_at(i));
  }
  const __m128i eight =
      _mm_min_epu16(_mm256_castsi256_si128(smallest), _mm256_extracti128_si256(smallest, 1));
  *least = _mm_extract_epi16(_mm_minpos_epu16(eight), 0);
  const __m256i most =
      _mm256_set1_epi16(static_cast<std::int16_t>(*least + reach > near ? *least + reach : near));
  std::int32_t found = 0;
  for (std::int32_t i = 0; i < whole; i += 16) {
    const __m256i d = distances_at(i);
    auto which = static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi16(_mm256_min_epu16(d, most), d)));
    for (which &= 0x55555555; which != 0; which &= which - 1) {
      places[found++] = static_cast<std::uint32_t>(i + __builtin_ctz(which) / 2);
    }
  }
  return n == 0 ? 0 : found;
}

}  // namespace
}  // namespace nnzip::mixer
