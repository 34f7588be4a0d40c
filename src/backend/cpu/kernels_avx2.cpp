// SPDX-License-Identifier: Apache-2.0
// The kernels for AVX2. vpmaddubsw adds two products into 16 saturating bits, so its operands are
// kept small enough that it never saturates.
#include <immintrin.h>

#include <cstdint>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 0;

#include "backend/cpu/kernels_generic-inl.h"

inline __m256i broadcast_quad(const std::uint8_t* a) {
  std::int32_t quad;
  __builtin_memcpy(&quad, a, 4);
  return _mm256_set1_epi32(quad);
}

inline __m256i add_quads(__m256i acc, __m256i pairs) {
  return _mm256_add_epi32(acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

// a * w = |a| * (w with the sign of a). Two products: at most 2 * 127 * 127 = 32258.
struct SignedQuad {
  explicit SignedQuad(const std::uint8_t* a)
      : value(broadcast_quad(a)), size(_mm256_abs_epi8(value)) {}
  __m256i add(__m256i acc, __m256i w) const {
    return add_quads(acc, _mm256_maddubs_epi16(size, _mm256_sign_epi8(w, value)));
  }
  __m256i value, size;
};

// a = low + high with high <= 128. Two products: at most 2 * 128 * 127 = 32512.
struct UnsignedQuad {
  explicit UnsignedQuad(const std::uint8_t* a) {
    const __m256i value = broadcast_quad(a);
    low = _mm256_and_si256(_mm256_srli_epi16(value, 1), _mm256_set1_epi8(127));
    high = _mm256_sub_epi8(value, low);
  }
  __m256i add(__m256i acc, __m256i w) const {
    acc = add_quads(acc, _mm256_maddubs_epi16(low, w));
    return add_quads(acc, _mm256_maddubs_epi16(high, w));
  }
  __m256i low, high;
};

// A block of 16 outputs is two vectors of 8.
template <typename Quad, int Rows, int Blocks, typename Use>
inline void tile(const Sums& p, std::int32_t r, std::int32_t b, const Use& use) {
  constexpr int kVectors = 2 * Blocks;
  const std::uint8_t* a = p.a + r * p.a_stride;
  const std::int8_t* w = p.w + b * p.block_stride;
  __m256i acc[Rows][kVectors];
  const std::int32_t* init = p.init + std::int64_t{b} * 16;
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) {
      acc[i][j] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(init + j * 8));
    }
  }
  for (std::int32_t q = 0; q < p.quads; ++q, a += 4, w += p.quad_stride) {
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const Quad quad(a + i * p.a_stride);
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) {
        const std::int8_t* at = w + j / 2 * p.block_stride + j % 2 * 32;
        acc[i][j] = quad.add(acc[i][j], _mm256_load_si256(reinterpret_cast<const __m256i*>(at)));
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    alignas(32) std::int32_t sums[kVectors * 8];
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) {
      _mm256_store_si256(reinterpret_cast<__m256i*>(sums + j * 8), acc[i][j]);
    }
    use(sums, r + i, std::int64_t{b} * 16, kVectors * 8);
  }
}

// A panel of weights stays in the first-level cache for all rows.
template <typename Quad, int Blocks, typename Use>
inline std::int32_t panels(const Sums& p, std::int32_t b, const Use& use) {
  for (; b + Blocks <= p.blocks; b += Blocks) {
    std::int32_t r = 0;
    for (; r + 2 <= p.rows; r += 2) tile<Quad, 2, Blocks>(p, r, b, use);
    if (r < p.rows) tile<Quad, 1, Blocks>(p, r, b, use);
  }
  return b;
}

template <bool kSigned>
struct QuadOf {
  using Type = SignedQuad;
};
template <>
struct QuadOf<false> {
  using Type = UnsignedQuad;
};

template <bool kSigned, typename Use>
void multiply(const Sums& p, const Use& use) {
  using Quad = typename QuadOf<kSigned>::Type;
  panels<Quad, 1>(p, panels<Quad, 2>(p, 0, use), use);
}

#include "backend/cpu/kernels_product-inl.h"

}  // namespace

const Kernels kAvx2Kernels = {"avx2",
                              kFlip,
                              product_quantise,
                              product_relu_squared,
                              product_residual,
                              product_logits,
                              attend,
                              embed,
                              norm,
                              keep,
                              distribution,
                              nullptr};

}  // namespace nnzip::cpu
