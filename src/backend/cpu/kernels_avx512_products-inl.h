// SPDX-License-Identifier: Apache-2.0
// Products of the AVX-512 kernels: the sums of a tile stay in registers until nothing is left to do
// with them. Included for kernels_avx512vnni.cpp alone, inside its anonymous namespace.
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
  __m512 x = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), m);
  x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-127.0F)), _mm512_set1_ps(127.0F));
  return _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(x));
}

inline void store_flipped(std::uint8_t* to, __m128i bytes) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                   _mm_xor_si128(bytes, _mm_set1_epi8(static_cast<char>(kFlip))));
}

inline __m512i rounded(__m512 x, float bound) {
  x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-bound)), _mm512_set1_ps(bound));
  return _mm512_cvtps_epi32(x);
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

// Without the flip.
struct SquareVector {
  const float* multiplier;
  std::uint8_t* out;
  std::int64_t stride;
  void operator()(__m512i acc, std::int64_t r, std::int64_t j) const {
    __m512 u = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), _mm512_loadu_ps(multiplier + j));
    u = _mm512_max_ps(u, _mm512_setzero_ps());
    u = _mm512_min_ps(_mm512_mul_ps(u, u), _mm512_set1_ps(127.0F));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + r * stride + j),
                     _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(u)));
  }
};

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
