// SPDX-License-Identifier: Apache-2.0
// Attention of the targets with vectors of 256 bits. Included as kernels_generic-inl.h is, after
// kernels_vector256-inl.h, multiply of kernels_product-inl.h and
//
//   constexpr std::int32_t kMaxPair;  // pairs of weights up to which add_weighted is exact
//   __m256i add_weighted(__m256i acc, __m256i weights, __m256i values);
//
// which adds four products of unsigned and signed bytes to each of eight sums.

// Halves of attention_exp as bytes: the low and the high ones of 16 entries each, in both halves.
struct ExpTable {
  explicit ExpTable(const std::uint32_t* entries) {
    const __m256i mask = _mm256_set1_epi32(255);
    for (int i = 0; i < 4; ++i) {
      const __m256i a = _mm256_srli_epi32(load(entries + 16 * i), 1);
      const __m256i b = _mm256_srli_epi32(load(entries + 16 * i + 8), 1);
      low[i] = bytes(_mm256_and_si256(a, mask), _mm256_and_si256(b, mask));
      high[i] = bytes(_mm256_srli_epi32(a, 8), _mm256_srli_epi32(b, 8));
    }
  }
  static __m256i bytes(__m256i a, __m256i b) {
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xD8);
    return _mm256_permute4x64_epi64(_mm256_packus_epi16(words, words), 0x88);
  }
  __m256i low[4], high[4];
};

// Of four parts of a table, what each byte's low four bits choose in the part that its next two
// say.
inline __m256i look_up(const __m256i* parts, __m256i index) {
  const __m256i odd = _mm256_slli_epi16(index, 3), upper = _mm256_slli_epi16(index, 2);
  const __m256i lower_half = _mm256_blendv_epi8(_mm256_shuffle_epi8(parts[0], index),
                                                _mm256_shuffle_epi8(parts[1], index), odd);
  const __m256i upper_half = _mm256_blendv_epi8(_mm256_shuffle_epi8(parts[2], index),
                                                _mm256_shuffle_epi8(parts[3], index), odd);
  return _mm256_blendv_epi8(lower_half, upper_half, upper);
}

// The weight of each of 16 numbers `below`, of which `half` an entry was looked up. Floors of
// floors are those of the whole: ((e >> s) + 128) >> 8 is (e + 2^(s + 7)) >> (s + 8), and that the
// half of e times 2^(8 - s), plus 2^14, shifted by 15. For s > 8 it is 0, as is the power.
inline __m256i shifted_weight(__m256i below, __m256i half) {
  const __m256i powers = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, -128, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0));
  // s in both bytes; that of the high one chooses 2^8, which is the entry 8, for 0 alone.
  const __m256i twice = _mm256_mullo_epi16(_mm256_srli_epi16(below, 6), _mm256_set1_epi16(257));
  const __m256i choice = _mm256_add_epi16(twice, _mm256_set1_epi16(0x7800));
  return _mm256_mulhrs_epi16(half, _mm256_shuffle_epi8(powers, choice));
}

// As the generic attention_weights, of which `largest` is given. n: a multiple of 32. A function of
// its own, so that the table has registers.
[[gnu::noinline]] std::int32_t vector_attention_weights(const std::int32_t* z, std::int32_t n,
                                                        __m256i largest, const ExpTable& table,
                                                        std::uint8_t* weights) {
  const __m256i limit = _mm256_set1_epi16(1024), low_bits = _mm256_set1_epi16(63);
  // What packing interleaves.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  __m256i sum = _mm256_setzero_si256();
  for (std::int32_t i = 0; i < n; i += 32) {
    const auto below = [&](std::int32_t at) {
      return _mm256_min_epu16(_mm256_packus_epi32(_mm256_sub_epi32(largest, load(z + at)),
                                                  _mm256_sub_epi32(largest, load(z + at + 8))),
                              limit);
    };
    const __m256i below0 = below(i), below1 = below(i + 16);
    const __m256i index =
        _mm256_packus_epi16(_mm256_and_si256(below0, low_bits), _mm256_and_si256(below1, low_bits));
    const __m256i low = look_up(table.low, index), high = look_up(table.high, index);
    const __m256i w = _mm256_packus_epi16(shifted_weight(below0, _mm256_unpacklo_epi8(low, high)),
                                          shifted_weight(below1, _mm256_unpackhi_epi8(low, high)));
    sum = _mm256_add_epi64(sum, _mm256_sad_epu8(w, _mm256_setzero_si256()));
    store(weights + i, _mm256_permutevar8x32_epi32(w, order));
  }
  const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  return static_cast<std::int32_t>(_mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1));
}

// Four positions each, at least one of which counts, and where their values lie.
struct Weighted {
  static constexpr std::int32_t kMax =
      2048 + 128;  // (a window of 4096 and its blocks' ends) / 4 * 2
  std::int32_t count = 0;
  std::int32_t weights[kMax];
  std::int32_t offsets[kMax];

  void append(__m256i quads, __m256i at, int set) {
    const __m256i order = _mm256_cvtepu8_epi32(members(set));
    store(weights + count, _mm256_permutevar8x32_epi32(quads, order));
    store(offsets + count, _mm256_permutevar8x32_epi32(at, order));
    count += __builtin_popcount(static_cast<unsigned>(set));
  }
};

// weights: of whole blocks of 16 positions. stride: bytes of the values of four of them.
inline void list_weighted(const std::uint8_t* weights, std::int32_t blocks, std::int32_t offset,
                          std::int32_t stride, Weighted& list) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i at = _mm256_add_epi32(
      _mm256_set1_epi32(offset),
      _mm256_mullo_epi32(_mm256_set1_epi32(stride), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)));
  for (std::int32_t b = 0; b < blocks; b += 2, weights += 32) {
    const auto* const from = reinterpret_cast<const __m128i*>(weights);
    const __m256i quads = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128(from)),
        b + 1 < blocks ? _mm_loadu_si128(from + 1) : _mm_setzero_si128(), 1);
    const __m256i none = _mm256_cmpeq_epi32(quads, zero);
    const int set = _mm256_movemask_ps(_mm256_castsi256_ps(none)) ^ 255;
    const __m256i pairs = _mm256_maddubs_epi16(quads, _mm256_set1_epi8(1));
    const __m256i large = _mm256_cmpgt_epi16(pairs, _mm256_set1_epi16(kMaxPair));
    if (_mm256_testz_si256(large, large) != 0) {
      list.append(quads, at, set);
    } else {
      // Halves of at most 128.
      const __m256i half = _mm256_and_si256(_mm256_srli_epi16(quads, 1), _mm256_set1_epi8(127));
      list.append(half, at, set);
      list.append(_mm256_sub_epi8(quads, half), at, set);
    }
    at = _mm256_add_epi32(at, _mm256_set1_epi32(8 * stride));
  }
}

// Weighted means of 8 * Vectors elements.
template <int Vectors>
[[gnu::noinline]] void weigh(const Weighted& list, const std::int8_t* values, float factor,
                             std::uint8_t* out) {
  __m256i acc[Vectors];
#pragma GCC unroll 8
  for (__m256i& sum : acc) sum = _mm256_setzero_si256();
  for (std::int32_t i = 0; i < list.count; ++i) {
    const __m256i weights = _mm256_set1_epi32(list.weights[i]);
    const std::int8_t* const from = values + list.offsets[i];
#pragma GCC unroll 8
    for (int j = 0; j < Vectors; ++j) acc[j] = add_weighted(acc[j], weights, load(from + 32 * j));
  }
  const __m256 m = _mm256_set1_ps(factor);
#pragma GCC unroll 8
  for (__m256i& sum : acc) sum = rounded(_mm256_mul_ps(_mm256_cvtepi32_ps(sum), m), 127.0F);
  if constexpr (Vectors >= 4) {
#pragma GCC unroll 2
    for (int j = 0; j < Vectors; j += 4) store(out + 8 * j, flip_all(pack_bytes(acc + j)));
  } else {
    const __m256i all[4] = {acc[0], acc[1], acc[0], acc[1]};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                     _mm256_castsi256_si128(flip_all(pack_bytes(all))));
  }
}

inline void weigh_all(const Weighted& list, const std::int8_t* values, std::int32_t head_size,
                      float factor, std::uint8_t* out) {
  std::int32_t e = 0;
  for (; e + 64 <= head_size; e += 64) weigh<8>(list, values + e * 4, factor, out + e);
  if (e + 32 <= head_size) weigh<4>(list, values + e * 4, factor, out + e), e += 32;
  if (e < head_size) weigh<2>(list, values + e * 4, factor, out + e);
}

void vector_attend(const Attention& t) noexcept {
  constexpr std::int32_t kMaxHeads = 64;
  const std::int64_t e = t.head_size;
  __m256i largest[kMaxHeads];
  for (std::int32_t h = 0; h < t.heads; ++h) largest[h] = _mm256_set1_epi32(kOutside * 2);
  score_all(t, largest);
  const std::int32_t at = (t.parts[0].blocks + t.parts[1].blocks) * 16;
  const ExpTable table(t.exp);
  const RingPart& first = t.parts[0];
  const RingPart& second = t.parts[1];
  Weighted list;
  for (std::int64_t h = 0; h < t.heads; ++h) {
    std::int32_t* const z = t.scores + h * t.score_stride;
    std::uint8_t* const weights = t.weights + h * t.score_stride;
    if (at % 32 != 0) {
      store(z + at, _mm256_set1_epi32(kOutside));
      store(z + at + 8, _mm256_set1_epi32(kOutside));
    }
    const std::int32_t sum =
        vector_attention_weights(z, (at + 31) & ~31, spread_largest(largest[h]), table, weights);
    list.count = 0;
    list_weighted(weights, first.blocks, 0, t.head_size * 4, list);
    if (second.blocks > 0) {
      list_weighted(weights + first.blocks * 16, second.blocks,
                    static_cast<std::int32_t>(second.values - first.values), t.head_size * 4, list);
    }
    weigh_all(list, first.values, t.head_size, t.output_multiplier / static_cast<float>(sum),
              t.inout + h * e);
  }
}

inline Sums sums_of(const Product& p) {
  return {p.a, p.a_stride, p.rows, p.blocks, p.quads, p.w, std::int64_t{p.quads} * 64, 64, p.init};
}

void product_quantise(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept {
  multiply<2>(sums_of(p), QuantiseVector{p.multiplier, out, stride});
}

void product_relu_squared(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept {
  multiply<2>(sums_of(p), SquareVector{p.multiplier, out, stride});
}

void product_residual(const Product& p, std::int16_t* x, std::int64_t stride) noexcept {
  multiply<2>(sums_of(p), AddVector{p.multiplier, x, stride});
}

void product_logits(const Product& p, const float* bias, std::int32_t* z) noexcept {
  multiply<2>(sums_of(p), LogitSums{p.multiplier, bias, z});
}
