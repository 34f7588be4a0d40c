// SPDX-License-Identifier: Apache-2.0
// Tiles by sdot and udot, which add four exact products of bytes to each of four int32. Included as
// kernels_neon-inl.h is, and before it.

constexpr int kRows = 4, kBlocks = 4;

// acc += the products of four outputs with the quad kLane of a.
template <bool kSigned, int kLane>
inline int32x4_t add_products(int32x4_t acc, int8x16_t w, int8x16_t a) {
  if constexpr (kSigned) {
    return vdotq_laneq_s32(acc, w, a, kLane);
  } else {
    return vreinterpretq_s32_u32(vdotq_laneq_u32(vreinterpretq_u32_s32(acc), vreinterpretq_u8_s8(w),
                                                 vreinterpretq_u8_s8(a), kLane));
  }
}

template <bool kSigned, int kLane, int Rows, int Vectors>
inline void add_quad(int32x4_t (&acc)[Rows][Vectors], const int8x16_t (&a)[Rows],
                     const std::int8_t* w, std::int64_t block_stride) {
  asm volatile("" ::: "memory");  // or GCC loads the weights of all quads first, and spills sums
#pragma GCC unroll 4
  for (int b = 0; b < Vectors / 4; ++b) {
    const int8x16x4_t weights = vld1q_s8_x4(w + b * block_stride);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
#pragma GCC unroll 8
      for (int i = 0; i < Rows; ++i) {
        acc[i][4 * b + j] = add_products<kSigned, kLane>(acc[i][4 * b + j], weights.val[j], a[i]);
      }
    }
  }
}

template <bool kSigned, int Rows, int Blocks>
[[gnu::noinline]] void tile(const Sums p, std::int64_t r, std::int64_t b,
                            std::int32_t (*out)[16 * Blocks]) {
  const std::uint8_t* a = p.a + r * p.a_stride;
  const std::int8_t* w = p.w + b * p.block_stride;
  int32x4_t acc[Rows][4 * Blocks];
#pragma GCC unroll 16
  for (int j = 0; j < 4 * Blocks; ++j) {
    const int32x4_t init = vld1q_s32(p.init + b * 16 + j * 4);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) acc[i][j] = init;
  }
  for (std::int32_t q = 0; q < p.quads; q += 4, a += 16, w += 4 * p.quad_stride) {
    int8x16_t quads[Rows];
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) quads[i] = vreinterpretq_s8_u8(vld1q_u8(a + i * p.a_stride));
    add_quad<kSigned, 0>(acc, quads, w, p.block_stride);
    add_quad<kSigned, 1>(acc, quads, w + p.quad_stride, p.block_stride);
    add_quad<kSigned, 2>(acc, quads, w + 2 * p.quad_stride, p.block_stride);
    add_quad<kSigned, 3>(acc, quads, w + 3 * p.quad_stride, p.block_stride);
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 16
    for (int j = 0; j < 4 * Blocks; ++j) vst1q_s32(out[i] + j * 4, acc[i][j]);
  }
}
