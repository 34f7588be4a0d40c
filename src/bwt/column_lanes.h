// SPDX-License-Identifier: Apache-2.0
// Eight numbers of 16 bits at once: what the bits of a known byte ask of a column's model.
#pragma once

#include <emmintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace nnzip::column {

using Lanes = __m128i;

// Calls f(0) to f(7) with constants.
template <typename F>
void each(const F& f) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (f(std::integral_constant<std::size_t, i>()), ...);
  }
  (std::make_index_sequence<8>());
}

// at(i): where the number of lane i is. All places are different.
template <typename At>
Lanes gather(const At& at) {
  Lanes lanes = _mm_cvtsi32_si128(*at(0));
  lanes = _mm_insert_epi16(lanes, *at(1), 1);
  lanes = _mm_insert_epi16(lanes, *at(2), 2);
  lanes = _mm_insert_epi16(lanes, *at(3), 3);
  lanes = _mm_insert_epi16(lanes, *at(4), 4);
  lanes = _mm_insert_epi16(lanes, *at(5), 5);
  lanes = _mm_insert_epi16(lanes, *at(6), 6);
  return _mm_insert_epi16(lanes, *at(7), 7);
}

template <typename At>
void scatter(Lanes lanes, const At& at) {
  const auto put = [&](auto i) {
    *at(i) = static_cast<std::uint16_t>(_mm_extract_epi16(lanes, i));
  };
  each(put);
}

// Pairs of neighbours: the first four of them in `low`, the first of a pair in the lower half.
struct Pairs {
  Lanes low, high;
};

template <typename At>
Pairs gather_pairs(const At& at) {
  const auto pair = [&](std::size_t i) {
    int both;
    std::memcpy(&both, at(i), sizeof(both));
    return _mm_cvtsi32_si128(both);
  };
  const auto four = [&](std::size_t i) {
    return _mm_unpacklo_epi64(_mm_unpacklo_epi32(pair(i), pair(i + 1)),
                              _mm_unpacklo_epi32(pair(i + 2), pair(i + 3)));
  };
  return {four(0), four(4)};
}

template <typename At>
void scatter_pairs(const Pairs& pairs, const At& at) {
  const auto put = [&](std::size_t i, Lanes lanes) {
    const int both = _mm_cvtsi128_si32(lanes);
    std::memcpy(at(i), &both, sizeof(both));
  };
  const auto four = [&](std::size_t i, Lanes lanes) {
    put(i, lanes);
    put(i + 1, _mm_shuffle_epi32(lanes, 0x55));
    put(i + 2, _mm_unpackhi_epi64(lanes, lanes));
    put(i + 3, _mm_shuffle_epi32(lanes, 0xFF));
  };
  four(0, pairs.low);
  four(4, pairs.high);
}

inline Pairs interleave(Lanes first, Lanes second) {
  return {_mm_unpacklo_epi16(first, second), _mm_unpackhi_epi16(first, second)};
}
inline Lanes firsts(const Pairs& pairs) {
  return _mm_packs_epi32(_mm_srai_epi32(_mm_slli_epi32(pairs.low, 16), 16),
                         _mm_srai_epi32(_mm_slli_epi32(pairs.high, 16), 16));
}
inline Lanes seconds(const Pairs& pairs) {
  return _mm_packs_epi32(_mm_srai_epi32(pairs.low, 16), _mm_srai_epi32(pairs.high, 16));
}

inline Lanes all(int number) { return _mm_set1_epi16(static_cast<std::int16_t>(number)); }
inline Lanes flip(Lanes lanes) { return _mm_xor_si128(lanes, all(-32768)); }  // the highest bit

// Numbers of 32 bits, 0 to 65535 each, as lanes.
inline Lanes narrow(Lanes low, Lanes high) {
  const Lanes half = _mm_set1_epi32(32768);
  return flip(_mm_packs_epi32(_mm_sub_epi32(low, half), _mm_sub_epi32(high, half)));
}

// Ones where the byte's bits are 1, the highest bit in lane 0.
inline Lanes bits_of(std::uint32_t byte) {
  const Lanes bits = _mm_setr_epi16(128, 64, 32, 16, 8, 4, 2, 1);
  return _mm_cmpeq_epi16(_mm_and_si128(all(static_cast<int>(byte)), bits), bits);
}

// p + ((65535 - p) >> rate) where ones, p + (-p >> rate) elsewhere, with parts = 2^(16 - rate):
// the latter is p * (65536 - parts) >> 16.
inline Lanes moved(Lanes p, Lanes ones, Lanes parts) {
  const Lanes factor = _mm_xor_si128(_mm_add_epi16(parts, _mm_xor_si128(ones, all(-1))),
                                     _mm_xor_si128(ones, all(-1)));
  return _mm_add_epi16(_mm_mulhi_epu16(_mm_xor_si128(p, ones), factor), _mm_and_si128(p, ones));
}

}  // namespace nnzip::column
