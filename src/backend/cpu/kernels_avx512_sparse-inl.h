// SPDX-License-Identifier: Apache-2.0
// The product of inputs that are mostly zero, for AVX-512. Included for kernels_avx512vnni.cpp
// alone, inside its anonymous namespace and after its products.

// The inputs of a row that are not zero, a multiple of four of them: zeros may follow.
struct Nonzero {
  static constexpr std::int32_t kMax = 4096;
  std::int32_t count;
  std::uint8_t values[kMax + 16];
  std::int32_t offsets[kMax + 16];  // of their weights
};

// stride: bytes of the weights of an input.
inline void list_nonzero(const std::uint8_t* a, std::int32_t n, std::int32_t stride,
                         Nonzero& list) {
  const __m512i step = _mm512_set1_epi32(16 * stride);
  __m512i offsets =
      _mm512_mullo_epi32(_mm512_set1_epi32(stride),
                         _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  std::int32_t count = 0;
  for (std::int32_t k = 0; k < n; k += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a + k));
    const __m512i v = _mm512_cvtepu8_epi32(bytes);
    const __mmask16 set = _mm512_test_epi32_mask(v, v);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(list.values + count),
                     _mm512_cvtepi32_epi8(_mm512_maskz_compress_epi32(set, v)));
    _mm512_storeu_si512(list.offsets + count, _mm512_maskz_compress_epi32(set, offsets));
    offsets = _mm512_add_epi32(offsets, step);
    count += __builtin_popcount(set);
  }
  for (std::int32_t i = count; i < count + 3; ++i) list.values[i] = 0, list.offsets[i] = 0;
  list.count = (count + 3) & ~3;
}

// Four rows of 64 weights become four vectors of 16 outputs, in each of which an output's four
// weights lie side by side: acc[k] has the outputs 4k.. 4k+3 of each 16.
inline void add_four(const std::int8_t* const* w, std::int32_t at, __m512i inputs, __m512i* acc) {
  const __m512i x0 = _mm512_loadu_si512(w[0] + at), x1 = _mm512_loadu_si512(w[1] + at);
  const __m512i x2 = _mm512_loadu_si512(w[2] + at), x3 = _mm512_loadu_si512(w[3] + at);
  const __m512i low0 = _mm512_unpacklo_epi8(x0, x1), low2 = _mm512_unpacklo_epi8(x2, x3);
  const __m512i high0 = _mm512_unpackhi_epi8(x0, x1), high2 = _mm512_unpackhi_epi8(x2, x3);
  add_products(acc[0], inputs, _mm512_unpacklo_epi16(low0, low2));
  add_products(acc[1], inputs, _mm512_unpackhi_epi16(low0, low2));
  add_products(acc[2], inputs, _mm512_unpacklo_epi16(high0, high2));
  add_products(acc[3], inputs, _mm512_unpackhi_epi16(high0, high2));
}

// What becomes of the sums of add_four, in order.
inline void use_four(const __m512i* acc, std::int64_t r, std::int64_t j, const AddVector& use) {
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const __m512i one = half == 0 ? _mm512_shuffle_i32x4(acc[0], acc[1], 0x44)
                                  : _mm512_shuffle_i32x4(acc[0], acc[1], 0xEE);
    const __m512i other = half == 0 ? _mm512_shuffle_i32x4(acc[2], acc[3], 0x44)
                                    : _mm512_shuffle_i32x4(acc[2], acc[3], 0xEE);
    use(_mm512_shuffle_i32x4(one, other, 0x88), r, j + 32 * half);
    use(_mm512_shuffle_i32x4(one, other, 0xDD), r, j + 32 * half + 16);
  }
}

// Sums of 64 * Vectors outputs, and what becomes of them.
template <int Vectors, bool kFetch>
[[gnu::noinline]] void sum_nonzero(const Nonzero& list, const std::int8_t* weights, std::int64_t r,
                                   std::int64_t j, const AddVector use) {
  constexpr std::int32_t kAhead = 8;  // inputs, whose weights are fetched
  __m512i acc[4 * Vectors];
#pragma GCC unroll 8
  for (__m512i& sum : acc) sum = _mm512_setzero_si512();
  for (std::int32_t i = 0; i < list.count; i += 4) {
    const std::int8_t* w[4];
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      w[k] = weights + list.offsets[i + k];
      if constexpr (kFetch) {
        const std::int8_t* const later =
            weights + list.offsets[i + kAhead < list.count ? i + kAhead + k : k];
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) __builtin_prefetch(later + 64 * v);
      }
    }
    const __m512i inputs = broadcast_quad(list.values + i);
#pragma GCC unroll 2
    for (int v = 0; v < Vectors; ++v) add_four(w, 64 * v, inputs, acc + 4 * v);
  }
#pragma GCC unroll 2
  for (int v = 0; v < Vectors; ++v) use_four(acc + 4 * v, r, j + 64 * v, use);
}

// The first row fetches weights.
template <bool kFetch>
inline void sparse_row(const Product& p, std::int64_t r, const AddVector& use, Nonzero& list) {
  const std::int32_t outputs = p.blocks * 16;
  list_nonzero(p.a + r * p.a_stride, p.quads * 4, outputs, list);
  std::int32_t j = 0;
  for (; j + 128 <= outputs; j += 128) sum_nonzero<2, kFetch>(list, p.w + j, r, j, use);
  if (j < outputs) sum_nonzero<1, kFetch>(list, p.w + j, r, j, use);
}

void product_sparse(const Product& p, std::int16_t* x, std::int64_t stride) noexcept {
  const AddVector use{p.multiplier, x, stride};
  Nonzero list;
  sparse_row<true>(p, 0, use, list);
  for (std::int64_t r = 1; r < p.rows; ++r) sparse_row<false>(p, r, use, list);
}
