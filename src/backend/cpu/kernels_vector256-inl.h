// SPDX-License-Identifier: Apache-2.0
// What the targets with vectors of 256 bits share: norms, embeddings, the ring and the product of
// inputs that are mostly zero. Included as kernels_generic-inl.h is, and after it and
//
//   constexpr std::int32_t kKeyFlip;  // keys are stored with this bit inverted, values as they are

inline __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
inline void store(void* to, __m256i v) { _mm256_storeu_si256(static_cast<__m256i*>(to), v); }

inline __m256 scaled(const std::int32_t* sums, __m256 m) {
  return _mm256_mul_ps(_mm256_cvtepi32_ps(load(sums)), m);
}

inline __m256i rounded(__m256 x, float bound) {
  x = _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(-bound)), _mm256_set1_ps(bound));
  return _mm256_cvtps_epi32(x);
}

// Scores of eight positions. kBounded: none is above 2^20 in size.
template <bool kBounded>
inline __m256i score(__m256i sums, __m256 multiplier, const std::int32_t* bias) {
  const __m256 x = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), multiplier);
  const __m256i z = kBounded ? _mm256_cvtps_epi32(x) : rounded(x, 1048576.0F);
  return _mm256_add_epi32(z, load(bias));
}

inline float vector_norm_factor(const std::int16_t* x, std::int32_t n, float constant) {
  const __m256i low = _mm256_set1_epi64x(0xFFFFFFFF);
  __m256i squares = _mm256_setzero_si256();
  for (std::int32_t d = 0; d < n; d += 16) {
    // Two squares of at most 32767^2 stay below 2^31.
    const __m256i v = load(x + d);
    const __m256i pairs = _mm256_madd_epi16(v, v);
    squares = _mm256_add_epi64(squares, _mm256_and_si256(pairs, low));
    squares = _mm256_add_epi64(squares, _mm256_srli_epi64(pairs, 32));
  }
  const __m128i half =
      _mm_add_epi64(_mm256_castsi256_si128(squares), _mm256_extracti128_si256(squares, 1));
  return norm_factor(_mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1), constant);
}

// 32 bytes of four vectors of eight sums, saturated to +-127.
inline __m256i pack_bytes(const __m256i* v) {
  const __m256i bytes =
      _mm256_packs_epi16(_mm256_packs_epi32(v[0], v[1]), _mm256_packs_epi32(v[2], v[3]));
  // What packing interleaves.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  return _mm256_max_epi8(_mm256_permutevar8x32_epi32(bytes, order), _mm256_set1_epi8(-127));
}

inline __m256i flip_all(__m256i bytes) {
  return _mm256_xor_si256(bytes, _mm256_set1_epi8(static_cast<char>(kFlip)));
}

// Rounded before it is clamped, which gives the same: |x * m| <= constant <= 2^16 up to rounding.
inline void vector_scale(const std::int16_t* x, std::int32_t n, float factor, std::uint8_t* a) {
  const __m256 m = _mm256_set1_ps(factor);
  for (std::int32_t d = 0; d < n; d += 32) {
    __m256i bytes[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + d + 8 * i));
      const __m256 y = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(v)), m);
      bytes[i] = _mm256_cvtps_epi32(y);
    }
    store(a + d, flip_all(pack_bytes(bytes)));
  }
}

// What becomes of n sums, a multiple of 32, of row r from output j on. As their namesakes in
// kernels_generic-inl.h.
struct QuantiseVector {
  const float* multiplier;
  std::uint8_t* out;
  std::int64_t stride;
  void operator()(const std::int32_t* acc, std::int64_t r, std::int64_t j, std::int32_t n) const {
    for (std::int32_t i = 0; i < n; i += 32) {
      __m256i bytes[4];
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        const __m256 x = scaled(acc + i + 8 * k, _mm256_loadu_ps(multiplier + j + i + 8 * k));
        bytes[k] = rounded(x, 127.0F);
      }
      store(out + r * stride + j + i, flip_all(pack_bytes(bytes)));
    }
  }
};

// Without the flip.
struct SquareVector {
  const float* multiplier;
  std::uint8_t* out;
  std::int64_t stride;
  void operator()(const std::int32_t* acc, std::int64_t r, std::int64_t j, std::int32_t n) const {
    for (std::int32_t i = 0; i < n; i += 32) {
      __m256i bytes[4];
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        __m256 u = scaled(acc + i + 8 * k, _mm256_loadu_ps(multiplier + j + i + 8 * k));
        u = _mm256_max_ps(u, _mm256_setzero_ps());
        bytes[k] = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_mul_ps(u, u), _mm256_set1_ps(127.0F)));
      }
      store(out + r * stride + j + i, pack_bytes(bytes));
    }
  }
};

struct AddVector {
  const float* multiplier;
  std::int16_t* x;
  std::int64_t stride;
  void operator()(const std::int32_t* acc, std::int64_t r, std::int64_t j, std::int32_t n) const {
    for (std::int32_t i = 0; i < n; i += 16) {
      std::int16_t* const to = x + r * stride + j + i;
      __m256i sums[2];
#pragma GCC unroll 2
      for (int k = 0; k < 2; ++k) {
        const __m256 change = scaled(acc + i + 8 * k, _mm256_loadu_ps(multiplier + j + i + 8 * k));
        const __m128i before = _mm_loadu_si128(reinterpret_cast<const __m128i*>(to + 8 * k));
        sums[k] = _mm256_add_epi32(_mm256_cvtepi16_epi32(before), rounded(change, 65535.0F));
      }
      // The four quarters come out as 0, 2, 1, 3.
      const __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi32(sums[0], sums[1]), 0xD8);
      store(to, _mm256_max_epi16(both, _mm256_set1_epi16(-32767)));
    }
  }
};

// All factors of some rows first: a root and a division take long, but not one after the other.
void vector_norm(const std::int16_t* x, std::int32_t rows, std::int32_t n, float constant,
                 std::uint8_t* a) noexcept {
  constexpr std::int32_t kTogether = 16;
  for (std::int32_t first = 0; first < rows; first += kTogether) {
    const std::int32_t count = rows - first < kTogether ? rows - first : kTogether;
    float factors[kTogether];
    for (std::int64_t r = 0; r < count; ++r) {
      factors[r] = vector_norm_factor(x + (first + r) * n, n, constant);
    }
    for (std::int64_t r = 0; r < count; ++r) {
      vector_scale(x + (first + r) * n, n, factors[r], a + (first + r) * n);
    }
  }
}

// Entries of two tables at a time, each pair times its multipliers of at most 32767.
void vector_embed(const std::int16_t* base, const std::int8_t* const* rows,
                  const std::int32_t* multipliers, std::int32_t tables, std::int32_t n,
                  std::int16_t* x) noexcept {
  for (std::int32_t d = 0; d < n; d += 16) {
    const __m256i from = load(base + d), zero = _mm256_setzero_si256();
    // The low and the high four of each half.
    __m256i low = _mm256_srai_epi32(_mm256_unpacklo_epi16(zero, from), 16);
    __m256i high = _mm256_srai_epi32(_mm256_unpackhi_epi16(zero, from), 16);
    const auto entries = [&](std::int32_t i) {
      return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[i] + d)));
    };
    for (std::int32_t i = 0; i < tables; i += 2) {
      const bool pair = i + 1 < tables;
      const __m256i one = entries(i), other = pair ? entries(i + 1) : zero;
      const __m256i m = _mm256_set1_epi32(multipliers[i] | (pair ? multipliers[i + 1] << 16 : 0));
      low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(one, other), m));
      high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(one, other), m));
    }
    const __m256i sums = _mm256_packs_epi32(low, high);
    store(x + d, _mm256_max_epi16(sums, _mm256_set1_epi16(-32767)));
  }
}

std::int32_t vector_keep(const std::uint8_t* key, const std::uint8_t* value, std::int32_t head_size,
                         std::int8_t* to_key, std::int8_t* to_value) noexcept {
  const __m128i flip = _mm_set1_epi8(static_cast<char>(kFlip));
  const __m128i key_flip = _mm_set1_epi8(static_cast<char>(kFlip ^ kKeyFlip));
  // Of the four bytes of each group, the one that is the position's.
  const auto place = static_cast<int>(reinterpret_cast<std::uintptr_t>(to_value) % 4);
  const __m128i shift = _mm_cvtsi32_si128(8 * place);
  const __m256i others = _mm256_set1_epi32(~(0xFF << (8 * place)));
  __m128i sums = _mm_setzero_si128();
  for (std::int32_t e = 0; e < head_size; e += 16) {
    const __m128i k = _mm_loadu_si128(reinterpret_cast<const __m128i*>(key + e));
    const __m128i positive = _mm_xor_si128(k, _mm_set1_epi8(static_cast<char>(kFlip ^ 128)));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(positive, _mm_setzero_si128()));
    std::int32_t quads[4];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(quads), _mm_xor_si128(k, key_flip));
    for (int i = 0; i < 4; ++i) __builtin_memcpy(to_key + (e / 4 + i) * 64, &quads[i], 4);
    __m128i v = _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(value + e)), flip);
    for (int i = 0; i < 2; ++i, v = _mm_srli_si128(v, 8)) {
      void* const line = to_value - place + std::int64_t{e} * 4 + i * 32;
      const __m256i placed = _mm256_sll_epi32(_mm256_cvtepu8_epi32(v), shift);
      store(line, _mm256_or_si256(_mm256_and_si256(load(line), others), placed));
    }
  }
  const std::int64_t sum = _mm_cvtsi128_si64(sums) + _mm_extract_epi64(sums, 1);
  return static_cast<std::int32_t>(sum) - 128 * head_size;
}

// The largest of eight, in all of them.
inline __m256i spread_largest(__m256i v) {
  v = _mm256_max_epi32(v, _mm256_permute2x128_si256(v, v, 1));
  v = _mm256_max_epi32(v, _mm256_shuffle_epi32(v, 0x4E));
  return _mm256_max_epi32(v, _mm256_shuffle_epi32(v, 0xB1));
}

void vector_distribution(const std::int32_t* z, const std::uint32_t* exp,
                         std::uint32_t* cumulative) noexcept {
  __m256i largest = load(z);
  for (int j = 8; j < 256; j += 8) largest = _mm256_max_epi32(largest, load(z + j));
  largest = spread_largest(largest);
  const __m256i last = _mm256_set1_epi32(7),
                last_of_low = _mm256_setr_epi32(0, 0, 0, 0, 3, 3, 3, 3);
  __m256i before = _mm256_setzero_si256();  // the sum of all that came before, in every lane
  for (int j = 0; j < 256; j += 8) {
    // From 8192 on the shift is 32, which leaves nothing.
    const __m256i below =
        _mm256_min_epu32(_mm256_sub_epi32(largest, load(z + j)), _mm256_set1_epi32(8192));
    const __m256i entry = _mm256_i32gather_epi32(
        reinterpret_cast<const int*>(exp), _mm256_and_si256(below, _mm256_set1_epi32(255)), 4);
    const __m256i w = _mm256_srlv_epi32(entry, _mm256_srli_epi32(below, 8));
    __m256i sum = _mm256_add_epi32(w, _mm256_slli_si256(w, 4));
    sum = _mm256_add_epi32(sum, _mm256_slli_si256(sum, 8));
    const __m256i low = _mm256_permutevar8x32_epi32(sum, last_of_low);
    sum = _mm256_add_epi32(sum, _mm256_blend_epi32(_mm256_setzero_si256(), low, 0xF0));
    store(cumulative + j, _mm256_add_epi32(before, _mm256_sub_epi32(sum, w)));
    before = _mm256_add_epi32(before, _mm256_permutevar8x32_epi32(sum, last));
  }
  const auto total = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm256_castsi256_si128(before)));
  const std::uint64_t scale = (std::uint64_t{(1U << 22) - 256} << 32) / total;
  const __m256i scales = _mm256_set1_epi64x(static_cast<std::int64_t>(scale));
  __m256i symbol = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  for (int j = 0; j < 256; j += 8) {
    const __m256i c = load(cumulative + j);
    const __m256i even = _mm256_srli_epi64(_mm256_mul_epu32(c, scales), 32);
    const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(c, 32), scales);
    store(cumulative + j, _mm256_add_epi32(_mm256_blend_epi32(even, odd, 0xAA), symbol));
    symbol = _mm256_add_epi32(symbol, _mm256_set1_epi32(8));
  }
  cumulative[256] = 1U << 22;
}

// For each set of eight, its members in order.
struct Orders {
  constexpr Orders() {
    for (int set = 0; set < 256; ++set) {
      int count = 0;
      for (int i = 0; i < 8; ++i) {
        if ((set >> i & 1) != 0) members[set][count++] = static_cast<std::uint8_t>(i);
      }
    }
  }
  std::uint8_t members[256][8] = {};
};
constexpr Orders kOrders;

inline __m128i members(int set) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kOrders.members[set]));
}

// The inputs of a row that are not zero, an even number of them: a zero may follow.
struct Nonzero {
  static constexpr std::int32_t kMax = 4096;
  std::int32_t count;
  std::uint8_t values[kMax + 16];
  std::uint16_t indices[kMax + 16];
};

inline void list_nonzero(const std::uint8_t* a, std::int32_t n, Nonzero& list) {
  std::int32_t count = 0;
  for (std::int32_t k = 0; k < n; k += 8) {
    const __m128i v = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(a + k));
    const int set = ~_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_setzero_si128())) & 255;
    const __m128i order = members(set);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(list.values + count), _mm_shuffle_epi8(v, order));
    _mm_storeu_si128(
        reinterpret_cast<__m128i*>(list.indices + count),
        _mm_add_epi16(_mm_cvtepu8_epi16(order), _mm_set1_epi16(static_cast<std::int16_t>(k))));
    count += __builtin_popcount(static_cast<unsigned>(set));
  }
  list.values[count] = 0;
  list.indices[count] = 0;
  list.count = (count + 1) & ~1;
}

// Sixteen sums of 16 bits, of outputs 0.. 8 and 16.. 24 of what they lie in, become those of 32 or,
// if there are some before, are added to these.
inline void widen(__m256i sums, bool before, std::int32_t* to) {
  __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(sums));
  __m256i high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(sums, 1));
  if (before) {
    low = _mm256_add_epi32(load(to), low);
    high = _mm256_add_epi32(load(to + 16), high);
  }
  store(to, low);
  store(to + 16, high);
}

// Sums of 32 * Vectors outputs. As long as inputs sum up to at most 258, 16 bits hold their
// products: 258 * 127 = 32766. Two inputs are at most 254.
template <int Vectors, bool kFetch>
[[gnu::noinline]] void sum_nonzero(const Nonzero& list, const std::int8_t* w, std::int64_t stride,
                                   std::int32_t* sums) {
  constexpr std::int32_t kAhead = 8;  // inputs, whose weights are fetched
  std::int32_t i = 0;
  do {
    const bool before = i > 0;
    __m256i acc[2 * Vectors];
#pragma GCC unroll 8
    for (__m256i& sum : acc) sum = _mm256_setzero_si256();
    std::int32_t size = list.values[i] + list.values[i + 1];
    while (i < list.count && size <= 258) {
      std::int16_t both;
      __builtin_memcpy(&both, list.values + i, 2);
      const __m256i inputs = _mm256_set1_epi16(both);
      const std::int8_t* const one = w + list.indices[i] * stride;
      const std::int8_t* const other = w + list.indices[i + 1] * stride;
      if constexpr (kFetch) {
        const std::int32_t later = i + kAhead < list.count ? i + kAhead : 0;
#pragma GCC unroll 4
        for (int j = 0; j < Vectors; j += 2) {
          __builtin_prefetch(w + list.indices[later] * stride + 32 * j);
          __builtin_prefetch(w + list.indices[later + 1] * stride + 32 * j);
        }
      }
#pragma GCC unroll 4
      for (int j = 0; j < Vectors; ++j) {
        const __m256i x = load(one + 32 * j), y = load(other + 32 * j);
        acc[2 * j] =
            _mm256_add_epi16(acc[2 * j], _mm256_maddubs_epi16(inputs, _mm256_unpacklo_epi8(x, y)));
        acc[2 * j + 1] = _mm256_add_epi16(acc[2 * j + 1],
                                          _mm256_maddubs_epi16(inputs, _mm256_unpackhi_epi8(x, y)));
        // One after the other, or GCC runs out of registers and adds up in memory.
        asm volatile("" : "+x"(acc[2 * j]), "+x"(acc[2 * j + 1]));
      }
      i += 2;
      size += list.values[i] + list.values[i + 1];
    }
#pragma GCC unroll 4
    for (int j = 0; j < Vectors; ++j) {
      widen(acc[2 * j], before, sums + 32 * j);
      widen(acc[2 * j + 1], before, sums + 32 * j + 8);
    }
  } while (i < list.count);
}

// The first row fetches weights.
template <bool kFetch>
inline void sparse_row(const Product& p, std::int64_t r, const AddVector& use, Nonzero& list) {
  const std::int64_t outputs = std::int64_t{p.blocks} * 16;
  std::int32_t sums[128];
  list_nonzero(p.a + r * p.a_stride, p.quads * 4, list);
  std::int64_t j = 0;
  for (; j + 128 <= outputs; j += 128) {
    sum_nonzero<4, kFetch>(list, p.w + j, outputs, sums);
    use(sums, r, j, 128);
  }
  if (j < outputs) {
    sum_nonzero<2, kFetch>(list, p.w + j, outputs, sums);
    use(sums, r, j, 64);
  }
}

void product_sparse(const Product& p, std::int16_t* x, std::int64_t stride) noexcept {
  const AddVector use{p.multiplier, x, stride};
  Nonzero list;
  sparse_row<true>(p, 0, use, list);
  for (std::int64_t r = 1; r < p.rows; ++r) sparse_row<false>(p, r, use, list);
}
