// SPDX-License-Identifier: Apache-2.0
// The kernels for AVX-512 with VNNI: vpdpbusd adds four exact products of unsigned and signed bytes
// to each int32.
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined pass-through operands of its own intrinsics for mistakes (bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include <cstdint>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 128;

#include "backend/cpu/kernels_generic-inl.h"

inline __m512i broadcast_quad(const std::uint8_t* a) {
  std::int32_t quad;
  __builtin_memcpy(&quad, a, 4);
  return _mm512_set1_epi32(quad);
}

// acc += four products in each lane. Not the intrinsic: GCC copies every sum of a tile around it.
inline void add_products(__m512i& acc, __m512i a, __m512i w) {
  asm("vpdpbusd %2, %1, %0" : "+v"(acc) : "v"(a), "v"(w));
}

// Of a tile's weights, to be used several times: GCC would rather load them each time.
inline __m512i load_once(const std::int8_t* from) {
  __m512i loaded = _mm512_load_si512(from);
  asm("" : "+v"(loaded));
  return loaded;
}

// Requantised to 16 bytes: m is the multiplier of each lane.
inline __m128i to_int8_vector(__m512i acc, __m512 m) {
  const __m512 bound = _mm512_set1_ps(127.0F);
  __m512 x = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), m);
  x = _mm512_min_ps(_mm512_max_ps(x, _mm512_sub_ps(_mm512_setzero_ps(), bound)), bound);
  return _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(x));
}

inline void store_flipped(std::uint8_t* to, __m128i bytes) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                   _mm_xor_si128(bytes, _mm_set1_epi8(static_cast<char>(kFlip))));
}

// What becomes of 16 sums of row r from output j on. As their namesakes in kernels_generic-inl.h.
struct QuantiseVector {
  const float* multiplier;
  std::uint8_t* out;
  std::int64_t stride;
  void operator()(__m512i acc, std::int64_t r, std::int64_t j) const {
    store_flipped(out + r * stride + j, to_int8_vector(acc, _mm512_loadu_ps(multiplier + j)));
  }
};

struct SquareVector {
  const float* multiplier;
  std::uint8_t* out;
  std::int64_t stride;
  void operator()(__m512i acc, std::int64_t r, std::int64_t j) const {
    __m512 u = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), _mm512_loadu_ps(multiplier + j));
    u = _mm512_max_ps(u, _mm512_setzero_ps());
    u = _mm512_min_ps(_mm512_mul_ps(u, u), _mm512_set1_ps(127.0F));
    store_flipped(out + r * stride + j, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(u)));
  }
};

inline __m512i rounded(__m512 x, float bound) {
  x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-bound)), _mm512_set1_ps(bound));
  return _mm512_cvtps_epi32(x);
}

struct AddVector {
  const float* multiplier;
  std::int16_t* x;
  std::int64_t stride;
  void operator()(__m512i acc, std::int64_t r, std::int64_t j) const {
    auto* const to = reinterpret_cast<__m256i*>(x + r * stride + j);
    const __m512 change = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), _mm512_loadu_ps(multiplier + j));
    const __m512i sum =
        _mm512_add_epi32(_mm512_cvtepi16_epi32(_mm256_loadu_si256(to)), rounded(change, 65535.0F));
    _mm256_storeu_si256(to,
                        _mm512_cvtsepi32_epi16(_mm512_max_epi32(sum, _mm512_set1_epi32(-32767))));
  }
};

struct LogitVector {
  const float* multiplier;
  const float* bias;
  std::int32_t* z;
  void operator()(__m512i acc, std::int64_t r, std::int64_t j) const {
    const __m512 x = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), _mm512_loadu_ps(multiplier + j));
    _mm512_storeu_si512(z + r * 256 + j,
                        rounded(_mm512_add_ps(x, _mm512_loadu_ps(bias + j)), 1048576.0F));
  }
};

struct ScoreVector {
  const float* multiplier;  // by row
  const std::int32_t* bias;
  std::int64_t bias_stride;
  std::int32_t* z;
  std::int64_t stride;
  void operator()(__m512i acc, std::int64_t r, std::int64_t j) const {
    const __m512 x = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), _mm512_set1_ps(multiplier[r]));
    _mm512_storeu_si512(
        z + r * stride + j,
        _mm512_add_epi32(rounded(x, 1048576.0F), _mm512_loadu_si512(bias + r * bias_stride + j)));
  }
};

// Rows r.. r+Rows of blocks b.. b+Blocks, accumulated in registers; quad_stride is 64. While that
// lasts, as many bytes as it multiplies with are fetched from `ahead`, if it is not null.
// A function of its own, so that the compiler has all registers for the sums.
template <int Rows, int Blocks, bool kFetch, typename Use>
[[gnu::noinline]] void tile(const Sums& p, std::int32_t r, std::int32_t b, const std::int8_t* ahead,
                            const Use use) {
  const std::uint8_t* a = p.a + r * p.a_stride;
  const std::int8_t* w = p.w + b * p.block_stride;
  __m512i acc[Rows][Blocks];
#pragma GCC unroll 8
  for (int j = 0; j < Blocks; ++j) {
    const __m512i init = _mm512_loadu_si512(p.init + std::int64_t{b + j} * 16);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) acc[i][j] = init;
  }
  for (std::int32_t q = 0; q < p.quads; ++q, a += 4, w += 64) {
    __m512i weights[Blocks];
#pragma GCC unroll 8
    for (int j = 0; j < Blocks; ++j) {
      weights[j] = load_once(w + j * p.block_stride);
      if constexpr (kFetch) __builtin_prefetch(ahead + j * p.block_stride);
    }
    if constexpr (kFetch) ahead += 64;
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const __m512i quad = broadcast_quad(a + i * p.a_stride);
#pragma GCC unroll 8
      for (int j = 0; j < Blocks; ++j) {
        add_products(acc[i][j], quad, weights[j]);
      }
    }
  }
#pragma GCC unroll 8
  for (int j = 0; j < Blocks; ++j) {
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) use(acc[i][j], r + i, std::int64_t{b + j} * 16);
  }
}

// All blocks from b on of rows row.. row_end, a multiple of Rows many. A panel of weights stays in
// the first-level cache for all of them, and the first of them fetches the next panel.
template <int Rows, int Blocks, typename Use>
inline void panels(const Sums& p, std::int32_t row, std::int32_t row_end, std::int32_t b,
                   const Use& use) {
  for (; b + Blocks <= p.blocks; b += Blocks) {
    tile<Rows, Blocks, true>(p, row, b, p.w + (b + Blocks) * p.block_stride, use);
    for (std::int32_t r = row + Rows; r < row_end; r += Rows) {
      tile<Rows, Blocks, false>(p, r, b, nullptr, use);
    }
  }
  if constexpr (Blocks > 1) {
    if (b < p.blocks) panels<Rows, Blocks / 2>(p, row, row_end, b, use);
  }
}

// Enough sums at once (8 or more) to hide the latency of vpdpbusd, few enough for 32 registers.
template <typename Use>
void multiply(const Product& product, const Use& use) {
  const Sums p{product.a,
               product.a_stride,
               product.rows,
               product.blocks,
               product.quads,
               product.w,
               std::int64_t{product.quads} * 64,
               64,
               product.init};
  std::int32_t row = p.rows & ~7;
  if (row > 0) panels<8, 2>(p, 0, row, 0, use);
  if (p.rows - row >= 4) panels<4, 4>(p, row, row + 4, 0, use), row += 4;
  if (p.rows - row >= 2) panels<2, 8>(p, row, row + 2, 0, use), row += 2;
  if (p.rows - row >= 1) panels<1, 8>(p, row, row + 1, 0, use);
}

void product_quantise(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept {
  multiply(p, QuantiseVector{p.multiplier, out, stride});
}

void product_relu_squared(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept {
  multiply(p, SquareVector{p.multiplier, out, stride});
}

void product_residual(const Product& p, std::int16_t* x, std::int64_t stride) noexcept {
  multiply(p, AddVector{p.multiplier, x, stride});
}

void product_logits(const Product& p, const float* bias, std::int32_t* z) noexcept {
  multiply(p, LogitVector{p.multiplier, bias, z});
}

// As the generic attention_weights, 32 at a time: all quantities fit 16 bits once the difference is
// limited, and the table sits in two registers. n: a multiple of 32.
inline std::int32_t vector_attention_weights(const std::int32_t* z, std::int32_t n,
                                             const std::uint32_t* exp, std::uint8_t* weights) {
  __m512i all = _mm512_loadu_si512(z);
  for (std::int32_t i = 16; i < n; i += 16) all = _mm512_max_epi32(all, _mm512_loadu_si512(z + i));
  const __m512i largest = _mm512_set1_epi32(_mm512_reduce_max_epi32(all));
  const auto words = [exp](int at) {
    return _mm512_inserti64x4(
        _mm512_castsi256_si512(_mm512_cvtepi32_epi16(_mm512_loadu_si512(exp + at))),
        _mm512_cvtepi32_epi16(_mm512_loadu_si512(exp + at + 16)), 1);
  };
  const __m512i table0 = words(0), table1 = words(32);
  const __m512i limit = _mm512_set1_epi16(1024), half = _mm512_set1_epi16(128);
  // What packing interleaves.
  const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
  __m512i sum = _mm512_setzero_si512();
  for (std::int32_t i = 0; i < n; i += 32) {
    const __m512i below0 = _mm512_sub_epi32(largest, _mm512_loadu_si512(z + i));
    const __m512i below1 = _mm512_sub_epi32(largest, _mm512_loadu_si512(z + i + 16));
    const __m512i below = _mm512_min_epu16(_mm512_packus_epi32(below0, below1), limit);
    // The permutation reads the low six bits of an index.
    const __m512i entry = _mm512_permutex2var_epi16(table0, below, table1);
    const __m512i shifted = _mm512_srlv_epi16(entry, _mm512_srli_epi16(below, 6));
    const __m512i w = _mm512_srli_epi16(_mm512_add_epi16(shifted, half), 8);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(weights + i),
                        _mm512_cvtepi16_epi8(_mm512_permutexvar_epi64(order, w)));
    sum = _mm512_add_epi64(sum, _mm512_sad_epu8(w, _mm512_setzero_si512()));
  }
  return static_cast<std::int32_t>(_mm512_reduce_add_epi64(sum));
}

// Scores of heads h.. h+Rows. The values are fetched meanwhile: they lie as the keys do.
template <int Rows, int Blocks>
inline void score_blocks(const Sums& p, std::int32_t b, const std::int8_t* values,
                         const ScoreVector& use) {
  for (; b + Blocks <= p.blocks; b += Blocks) {
    tile<Rows, Blocks, true>(p, 0, b, values + b * p.block_stride, use);
  }
  if constexpr (Blocks > 1) {
    if (b < p.blocks) score_blocks<Rows, Blocks / 2>(p, b, values, use);
  }
}

// Weighted means of the values' elements from 16 * b on.
template <int Rows, int Blocks>
[[gnu::noinline]] void weigh(const Attention& t, std::int32_t h, std::int32_t b,
                             const float* factors) {
  const std::uint8_t* a = t.weights + h * t.score_stride;
  const std::int64_t stride = std::int64_t{t.head_size} * 4;
  __m512i acc[Rows][Blocks];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < Blocks; ++j) acc[i][j] = _mm512_setzero_si512();
  }
  for (const RingPart& part : t.parts) {
    const std::int8_t* v = part.values + std::int64_t{b} * 64;
    const std::int8_t* next = t.next_keys + (v - t.parts[0].values);
    for (std::int32_t q = 0; q < part.blocks * 4; ++q, a += 4, v += stride, next += stride) {
      __m512i values[Blocks];
#pragma GCC unroll 8
      for (int j = 0; j < Blocks; ++j) {
        values[j] = load_once(v + j * 64);
        __builtin_prefetch(next + j * 64, 0, 2);  // the second level has room for it
      }
#pragma GCC unroll 8
      for (int i = 0; i < Rows; ++i) {
        const __m512i quad = broadcast_quad(a + i * t.score_stride);
#pragma GCC unroll 8
        for (int j = 0; j < Blocks; ++j) {
          add_products(acc[i][j], quad, values[j]);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    const __m512 factor = _mm512_set1_ps(factors[i]);
    std::uint8_t* const out = t.inout + (h + i) * t.head_size + std::int64_t{b} * 16;
#pragma GCC unroll 8
    for (int j = 0; j < Blocks; ++j) {
      store_flipped(out + j * 16, to_int8_vector(acc[i][j], factor));
    }
  }
}

template <int Rows, int Blocks>
inline void weigh_all(const Attention& t, std::int32_t h, std::int32_t b, const float* factors) {
  for (; b + Blocks <= t.head_size / 16; b += Blocks) weigh<Rows, Blocks>(t, h, b, factors);
  if constexpr (Blocks > 1) {
    if (b < t.head_size / 16) weigh_all<Rows, Blocks / 2>(t, h, b, factors);
  }
}

// Heads h.. h+Rows.
template <int Rows>
inline void attend_heads(const Attention& t, std::int32_t h) {
  std::int32_t at = 0;
  for (const RingPart& part : t.parts) {
    const Sums p{t.inout + h * t.head_size,
                 t.head_size,
                 Rows,
                 part.blocks,
                 t.head_size / 4,
                 part.keys,
                 std::int64_t{t.head_size} * 16,
                 64,
                 part.key_init};
    score_blocks<Rows, 4>(p, 0, part.values,
                          {t.score_multiplier + h, t.bias + h * t.bias_stride + at, t.bias_stride,
                           t.scores + h * t.score_stride + at, t.score_stride});
    at += part.blocks * 16;
  }
  float factors[Rows];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    std::int32_t* const z = t.scores + (h + i) * t.score_stride;
    if (at % 32 != 0) _mm512_storeu_si512(z + at, _mm512_set1_epi32(kOutside));
    const std::int32_t sum =
        vector_attention_weights(z, (at + 31) & ~31, t.exp, t.weights + (h + i) * t.score_stride);
    factors[i] = t.output_multiplier / static_cast<float>(sum);
  }
  weigh_all<Rows, 4>(t, h, 0, factors);
}

void attend(const Attention& t) noexcept {
  std::int32_t h = 0;
  for (; h + 4 <= t.heads; h += 4) attend_heads<4>(t, h);
  switch (t.heads - h) {
    case 1:
      return attend_heads<1>(t, h);
    case 2:
      return attend_heads<2>(t, h);
    case 3:
      return attend_heads<3>(t, h);
    default:
      return;
  }
}

inline float vector_norm_factor(const std::int16_t* x, std::int32_t n, float constant) {
  const __m512i low = _mm512_set1_epi64(0xFFFFFFFF);
  __m512i squares = _mm512_setzero_si512();
  for (std::int32_t d = 0; d < n; d += 32) {
    // Two squares of at most 32767^2 stay below 2^31.
    const __m512i v = _mm512_loadu_si512(x + d);
    const __m512i pairs = _mm512_madd_epi16(v, v);
    squares = _mm512_add_epi64(squares, _mm512_and_si512(pairs, low));
    squares = _mm512_add_epi64(squares, _mm512_srli_epi64(pairs, 32));
  }
  return norm_factor(_mm512_reduce_add_epi64(squares), constant);
}

// Rounded before it is clamped, which gives the same: |x * m| <= constant <= 2^16 up to rounding.
inline void vector_scale(const std::int16_t* x, std::int32_t n, float factor, std::uint8_t* a) {
  const __m512 m = _mm512_set1_ps(factor);
  // What packing interleaves.
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  for (std::int32_t d = 0; d < n; d += 64) {
    __m512i scaled[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + d + 16 * i));
      const __m512 y = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(v)), m);
      scaled[i] = _mm512_cvtps_epi32(y);
    }
    const __m512i bytes = _mm512_packs_epi16(_mm512_packs_epi32(scaled[0], scaled[1]),
                                             _mm512_packs_epi32(scaled[2], scaled[3]));
    const __m512i clamped =
        _mm512_max_epi8(_mm512_permutexvar_epi32(order, bytes), _mm512_set1_epi8(-127));
    _mm512_storeu_si512(a + d,
                        _mm512_xor_si512(clamped, _mm512_set1_epi8(static_cast<char>(kFlip))));
  }
}

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

void vector_embed(const std::int16_t* base, const std::int8_t* const* rows,
                  const std::int32_t* multipliers, std::int32_t tables, std::int32_t n,
                  std::int16_t* x) noexcept {
  for (std::int32_t d = 0; d < n; d += 16) {
    __m512i sum =
        _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(base + d)));
    for (std::int32_t i = 0; i < tables; ++i) {
      const __m128i row = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[i] + d));
      sum = _mm512_add_epi32(
          sum, _mm512_mullo_epi32(_mm512_cvtepi8_epi32(row), _mm512_set1_epi32(multipliers[i])));
    }
    sum = _mm512_max_epi32(sum, _mm512_set1_epi32(-32767));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(x + d), _mm512_cvtsepi32_epi16(sum));
  }
}

std::int32_t vector_keep(const std::uint8_t* key, const std::uint8_t* value, std::int32_t head_size,
                         std::int8_t* to_key, std::int8_t* to_value) noexcept {
  const __m128i flip = _mm_set1_epi8(static_cast<char>(kFlip));
  // Of the four bytes of each group, the one that is the position's.
  const auto place = static_cast<int>(reinterpret_cast<std::uintptr_t>(to_value) % 4);
  const __m128i shift = _mm_cvtsi32_si128(8 * place);
  const __m512i others = _mm512_set1_epi32(~(0xFF << (8 * place)));
  __m128i sums = _mm_setzero_si128();
  for (std::int32_t e = 0; e < head_size; e += 16) {
    const __m128i k = _mm_loadu_si128(reinterpret_cast<const __m128i*>(key + e));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(k, _mm_setzero_si128()));
    std::int32_t quads[4];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(quads), _mm_xor_si128(k, flip));
    for (int i = 0; i < 4; ++i) __builtin_memcpy(to_key + (e / 4 + i) * 64, &quads[i], 4);
    const __m128i v =
        _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(value + e)), flip);
    void* const line = to_value - place + std::int64_t{e} * 4;
    const __m512i kept = _mm512_and_si512(_mm512_load_si512(line), others);
    _mm512_store_si512(line,
                       _mm512_or_si512(kept, _mm512_sll_epi32(_mm512_cvtepu8_epi32(v), shift)));
  }
  const std::int64_t sum = _mm_extract_epi64(sums, 0) + _mm_extract_epi64(sums, 1);
  return static_cast<std::int32_t>(sum) - kFlip * head_size;
}

// Entries of a table of 256 in 16 registers: the index's upper three bits choose a pair of them.
inline __m512i look_up(const __m512i* table, __m512i index) {
  __m512i found[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    found[i] = _mm512_permutex2var_epi32(table[2 * i], index, table[2 * i + 1]);
  }
  const __mmask16 bit5 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(32));
  const __mmask16 bit6 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(64));
  const __mmask16 bit7 = _mm512_test_epi32_mask(index, _mm512_set1_epi32(128));
#pragma GCC unroll 8
  for (int i = 0; i < 4; ++i) {
    found[i] = _mm512_mask_blend_epi32(bit5, found[2 * i], found[2 * i + 1]);
  }
  const __m512i low = _mm512_mask_blend_epi32(bit6, found[0], found[1]);
  return _mm512_mask_blend_epi32(bit7, low, _mm512_mask_blend_epi32(bit6, found[2], found[3]));
}

void vector_distribution(const std::int32_t* z, const std::uint32_t* exp,
                         std::uint32_t* cumulative) noexcept {
  __m512i table[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) table[i] = _mm512_loadu_si512(exp + 16 * i);
  __m512i all = _mm512_loadu_si512(z);
  for (int j = 16; j < 256; j += 16) all = _mm512_max_epi32(all, _mm512_loadu_si512(z + j));
  const __m512i largest = _mm512_set1_epi32(_mm512_reduce_max_epi32(all));
  const __m512i zero = _mm512_setzero_si512(), last = _mm512_set1_epi32(15);
  __m512i before = zero;  // the sum of all that came before, in every lane
  for (int j = 0; j < 256; j += 16) {
    const __m512i below = _mm512_min_epi32(_mm512_sub_epi32(largest, _mm512_loadu_si512(z + j)),
                                           _mm512_set1_epi32(8192));
    const __m512i w = _mm512_srlv_epi32(look_up(table, below), _mm512_srli_epi32(below, 8));
    __m512i sum = _mm512_add_epi32(w, _mm512_alignr_epi32(w, zero, 15));
    sum = _mm512_add_epi32(sum, _mm512_alignr_epi32(sum, zero, 14));
    sum = _mm512_add_epi32(sum, _mm512_alignr_epi32(sum, zero, 12));
    sum = _mm512_add_epi32(sum, _mm512_alignr_epi32(sum, zero, 8));
    _mm512_storeu_si512(cumulative + j, _mm512_add_epi32(before, _mm512_sub_epi32(sum, w)));
    before = _mm512_add_epi32(before, _mm512_permutexvar_epi32(last, sum));
  }
  const auto total = static_cast<std::uint32_t>(_mm512_cvtsi512_si32(before));
  const std::uint64_t scale = (std::uint64_t{(1U << 22) - 256} << 32) / total;
  const __m512i scales = _mm512_set1_epi64(static_cast<std::int64_t>(scale));
  __m512i symbol = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int j = 0; j < 256; j += 16) {
    const __m512i c = _mm512_loadu_si512(cumulative + j);
    const __m512i even = _mm512_srli_epi64(_mm512_mul_epu32(c, scales), 32);
    const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(c, 32), scales);
    _mm512_storeu_si512(cumulative + j,
                        _mm512_add_epi32(_mm512_mask_blend_epi32(0xAAAA, even, odd), symbol));
    symbol = _mm512_add_epi32(symbol, _mm512_set1_epi32(16));
  }
  cumulative[256] = 1U << 22;
}

// Sixteen sums at once: more than two instructions a cycle times their latency.
std::int64_t peak_loop(std::int64_t rounds) noexcept {
  constexpr int kSums = 16;
  __m512i sums[kSums];
#pragma GCC unroll 16
  for (__m512i& sum : sums) sum = _mm512_setzero_si512();
  const __m512i a = _mm512_set1_epi8(3), w = _mm512_set1_epi8(2);
  for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 16
    for (__m512i& sum : sums) add_products(sum, a, w);
  }
  // The sums must be there, or the loop need not be.
#pragma GCC unroll 16
  for (__m512i& sum : sums) asm volatile("" : "+v"(sum));
  return rounds * kSums * 64;
}

}  // namespace

const Kernels kAvx512VnniKernels = {
    "avx512vnni",        kFlip,    product_quantise, product_relu_squared, product_residual,
    product_logits,      attend,   vector_embed,     vector_norm,          vector_keep,
    vector_distribution, peak_loop};

}  // namespace nnzip::cpu
