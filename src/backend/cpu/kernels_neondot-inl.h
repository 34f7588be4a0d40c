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

// Four vectors, past which `from` moves by `step` bytes; of 64 in the same instruction.
inline int8x16x4_t load_next(const std::int8_t*& from, std::int64_t step = 64) {
  const int8x16x4_t loaded = vld1q_s8_x4(from);
  from += step;
  asm("" : "+r"(from));  // or GCC adds an offset to one pointer for each load
  return loaded;
}

// quad_stride: 64 if kSigned, of keys and matrices.
template <bool kSigned, int kLane, int Rows, int Blocks>
inline void add_quad(int32x4_t (&acc)[Rows][4 * Blocks], const int8x16_t (&a)[Rows],
                     const std::int8_t* (&w)[Blocks], std::int64_t quad_stride) {
#pragma GCC unroll 4
  for (int b = 0; b < Blocks; ++b) {
    asm volatile("" ::: "memory");  // or GCC loads the weights of all quads first, and spills sums
    const int8x16x4_t weights = load_next(w[b], kSigned ? 64 : quad_stride);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
#pragma GCC unroll 8
      for (int i = 0; i < Rows; ++i) {
        acc[i][4 * b + j] = add_products<kSigned, kLane>(acc[i][4 * b + j], weights.val[j], a[i]);
      }
    }
  }
}

// 16 inputs of all rows and outputs.
template <bool kSigned, int Rows, int Blocks>
inline void add_inputs(int32x4_t (&acc)[Rows][4 * Blocks], const std::uint8_t* a,
                       std::int64_t a_stride, const std::int8_t* (&w)[Blocks],
                       std::int64_t quad_stride) {
  int8x16_t quads[Rows];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) quads[i] = vreinterpretq_s8_u8(vld1q_u8(a + i * a_stride));
  add_quad<kSigned, 0>(acc, quads, w, quad_stride);
  add_quad<kSigned, 1>(acc, quads, w, quad_stride);
  add_quad<kSigned, 2>(acc, quads, w, quad_stride);
  add_quad<kSigned, 3>(acc, quads, w, quad_stride);
}

template <bool kSigned, int Rows, int Blocks>
[[gnu::noinline]] void tile(const Sums p, std::int64_t r, std::int64_t b,
                            std::int32_t (*out)[16 * Blocks]) {
  const std::int8_t* w[Blocks];
#pragma GCC unroll 4
  for (int j = 0; j < Blocks; ++j) w[j] = p.w + (b + j) * p.block_stride;
  int32x4_t acc[Rows][4 * Blocks];
#pragma GCC unroll 16
  for (int j = 0; j < 4 * Blocks; ++j) {
    const int32x4_t init = vld1q_s32(p.init + b * 16 + j * 4);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) acc[i][j] = init;
  }
  const std::uint8_t* a = p.a + r * p.a_stride;
  const std::uint8_t* const end = a + 4 * p.quads;
  if constexpr (Rows == 1) {
#pragma GCC unroll 4
    for (; a != end; a += 16) add_inputs<kSigned>(acc, a, p.a_stride, w, p.quad_stride);
  } else {
    for (; a != end; a += 16) add_inputs<kSigned>(acc, a, p.a_stride, w, p.quad_stride);
  }
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 16
    for (int j = 0; j < 4 * Blocks; ++j) vst1q_s32(out[i] + j * 4, acc[i][j]);
  }
}
