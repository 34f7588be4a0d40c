// SPDX-License-Identifier: Apache-2.0
// Attention of the targets with vectors of 256 bits. Included as kernels_generic-inl.h is, after
// kernels_vector256-inl.h, multiply of kernels_product-inl.h and
//
//   constexpr std::int32_t kMaxPair;  // pairs of weights up to which add_weighted is exact
//   __m256i add_weighted(__m256i acc, __m256i weights, __m256i values);
//
// which adds four products of unsigned and signed bytes to each of eight sums.

// attention_exp as bytes: the low and the high ones of 16 entries each, in both halves.
struct ExpTable {
  explicit ExpTable(const std::uint32_t* entries) {
    const __m256i mask = _mm256_set1_epi32(255);
    for (int i = 0; i < 4; ++i) {
      const __m256i a = load(entries + 16 * i), b = load(entries + 16 * i + 8);
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

// The weight of each of 16 numbers `below`, of which `entry` was looked up. As in the generic
// attention_weights; shifts are products with powers of two, and those of 9 and more leave 0.
inline __m256i shifted_weight(__m256i below, __m256i entry) {
  const __m256i powers = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, -128, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0));
  const __m256i shift = _mm256_and_si256(_mm256_slli_epi16(below, 2), _mm256_set1_epi16(-256));
  // Of each word, the high byte chooses its power, and the low byte becomes 0.
  const __m256i power = _mm256_shuffle_epi8(powers, _mm256_or_si256(shift, _mm256_set1_epi16(128)));
  const __m256i whole = _mm256_and_si256(entry, _mm256_cmpgt_epi16(_mm256_set1_epi16(64), below));
  const __m256i rest = _mm256_mulhi_epu16(entry, power);
  const __m256i sum = _mm256_add_epi16(_mm256_or_si256(whole, rest), _mm256_set1_epi16(128));
  return _mm256_srli_epi16(sum, 8);
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
    __m256i low = _mm256_setzero_si256(), high = low;
#pragma GCC unroll 4
    for (int t = 0; t < 4; ++t) {
      // Below 128 for entries of this part alone.
      const __m256i chosen =
          _mm256_add_epi8(_mm256_xor_si256(index, _mm256_set1_epi8(static_cast<char>(16 * t))),
                          _mm256_set1_epi8(0x70));
      low = _mm256_or_si256(low, _mm256_shuffle_epi8(table.low[t], chosen));
      high = _mm256_or_si256(high, _mm256_shuffle_epi8(table.high[t], chosen));
    }
    const __m256i w = _mm256_packus_epi16(shifted_weight(below0, _mm256_unpacklo_epi8(low, high)),
                                          shifted_weight(below1, _mm256_unpackhi_epi8(low, high)));
    sum = _mm256_add_epi64(sum, _mm256_sad_epu8(w, _mm256_setzero_si256()));
    store(weights + i, _mm256_permutevar8x32_epi32(w, order));
  }
  const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  return static_cast<std::int32_t>(_mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1));
}

// The largest of eight, in all of them.
inline __m256i spread_largest(__m256i v) {
  v = _mm256_max_epi32(v, _mm256_permute2x128_si256(v, v, 1));
  v = _mm256_max_epi32(v, _mm256_shuffle_epi32(v, 0x4E));
  return _mm256_max_epi32(v, _mm256_shuffle_epi32(v, 0xB1));
}

// As ScoreSums, and the largest scores of each row in eight parts.
struct ScoreVector {
  ScoreSums to;
  __m256i* largest;
  void operator()(const std::int32_t* acc, std::int64_t r, std::int64_t j, std::int32_t n) const {
    const __m256 m = _mm256_set1_ps(to.multiplier[r]);
    const std::int32_t* const bias = to.bias + r * to.bias_stride + j;
    std::int32_t* const z = to.z + r * to.stride + j;
    __m256i all = largest[r];
    for (std::int32_t i = 0; i < n; i += 8) {
      const __m256i sum = _mm256_add_epi32(rounded(scaled(acc + i, m), 1048576.0F), load(bias + i));
      store(z + i, sum);
      all = _mm256_max_epi32(all, sum);
    }
    largest[r] = all;
  }
};

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
  std::int32_t at = 0;
  for (const RingPart& part : t.parts) {
    if (part.blocks == 0) continue;
    multiply<1>(
        Sums{t.inout, e, t.heads, part.blocks, t.head_size / 4, part.keys, e * 16, 64,
             part.key_init},
        ScoreVector{{t.score_multiplier, t.bias + at, t.bias_stride, t.scores + at, t.score_stride},
                    largest});
    at += part.blocks * 16;
  }
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
