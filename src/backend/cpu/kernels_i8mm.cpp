// SPDX-License-Identifier: Apache-2.0
// The kernels for NEON with smmla: two rows of 8 bytes times two rows of 8 bytes into four int32.
// Attention, which has few rows, is that of the target neondot.
#include <arm_neon.h>

#include <cstdint>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 0;

#include "backend/cpu/kernels_generic-inl.h"
#include "backend/cpu/kernels_neondot-inl.h"
// After the tiles.
#include "backend/cpu/kernels_neon-inl.h"

// The engine's sums start at 0, as is the flip.
constexpr std::int32_t kTileRows = 8, kMaxInputs = 4096;

// Up to 8 rows as pairs: [inputs/8][Pairs][2][8]. Rows that are missing repeat the last one.
template <int Pairs>
inline void pair_rows(const Product& p, std::int64_t first, std::int8_t* to) {
  const std::int64_t last = p.rows - 1;
  const std::uint8_t* rows[2 * Pairs];
  for (std::int64_t i = 0; i < 2 * Pairs; ++i) {
    rows[i] = p.a + (first + i < last ? first + i : last) * p.a_stride;
  }
  for (std::int64_t k = 0; k < 4 * p.quads; k += 8) {
    for (int i = 0; i < 2 * Pairs; ++i, to += 8) __builtin_memcpy(to, rows[i] + k, 8);
  }
}

// A row in pairs with zeros: [inputs/8][2][2][8], the row first and then second.
inline void pair_zeros(const Product& p, std::int64_t row, std::int8_t* to) {
  const std::uint8_t* const a = p.a + row * p.a_stride;
  const uint8x8_t zeros = vdup_n_u8(0);
  for (std::int64_t k = 0; k < 4 * p.quads; k += 8, to += 32) {
    const uint8x8_t inputs = vld1_u8(a + k);
    vst1q_s8(to, vreinterpretq_s8_u8(vcombine_u8(inputs, zeros)));
    vst1q_s8(to + 16, vreinterpretq_s8_u8(vcombine_u8(zeros, inputs)));
  }
}

// Pairs of rows times Vectors pairs of outputs of each of some blocks; w: [inputs/8][16][8], of
// which it takes a part, `stride` bytes from block to block. out: [Pairs][2][2 * Blocks * Vectors]
template <int Pairs, int Blocks, int Vectors>
[[gnu::noinline]] void pair_tile(const std::int8_t* a, const std::int8_t* w, std::int64_t stride,
                                 std::int32_t quads, std::int32_t* out) {
  const std::int8_t* weights[Blocks];
#pragma GCC unroll 2
  for (int b = 0; b < Blocks; ++b) weights[b] = w + b * stride;
  int32x4_t acc[Pairs][Blocks * Vectors];
#pragma GCC unroll 8
  for (int i = 0; i < Pairs; ++i) {
#pragma GCC unroll 16
    for (int j = 0; j < Blocks * Vectors; ++j) acc[i][j] = vdupq_n_s32(0);
  }
  constexpr int kGroups = 8 / Pairs < 4 ? 4 : 8 / Pairs;  // of 8 inputs: 64 of them at most
  const std::int8_t* const end = a + std::int64_t{quads} * 8 * Pairs;
  while (a != end) {
    int8x16x4_t rows;
#pragma GCC unroll 8
    for (int g = 0; g < kGroups; ++g) {
      if (g * Pairs % 4 == 0) rows = load_next(a);
#pragma GCC unroll 16
      for (int j = 0; j < Blocks * Vectors; j += 4) {
        asm volatile("" ::: "memory");  // or GCC loads all weights first, and spills sums
        const int8x16x4_t four = load_next(weights[j / Vectors], Vectors == 4 ? 128 : 64);
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) {
#pragma GCC unroll 4
          for (int i = 0; i < Pairs; ++i) {
            acc[i][j + k] = vmmlaq_s32(acc[i][j + k], rows.val[g * Pairs % 4 + i], four.val[k]);
          }
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < Pairs; ++i) {
    constexpr int kOutputs = 2 * Blocks * Vectors;
#pragma GCC unroll 8
    for (int j = 0; j < Blocks * Vectors; j += 2) {
      const int64x2_t x = vreinterpretq_s64_s32(acc[i][j]);
      const int64x2_t y = vreinterpretq_s64_s32(acc[i][j + 1]);
      std::int32_t* const to = out + 2 * i * kOutputs + 2 * j;
      vst1q_s32(to, vreinterpretq_s32_s64(vtrn1q_s64(x, y)));
      vst1q_s32(to + kOutputs, vreinterpretq_s32_s64(vtrn2q_s64(x, y)));
    }
  }
}

// One row times some blocks. Paired with zeros on either side it adds to two halves of each sum, so
// that four outputs come to lie side by side. a: as pair_zeros. out: [16 * Blocks]
template <int Blocks>
[[gnu::noinline]] void row_tile(const std::int8_t* a, const std::int8_t* w, std::int64_t stride,
                                std::int32_t quads, std::int32_t* out) {
  const std::int8_t* weights[Blocks];
#pragma GCC unroll 4
  for (int b = 0; b < Blocks; ++b) weights[b] = w + b * stride;
  int32x4_t acc[4 * Blocks];
#pragma GCC unroll 16
  for (int j = 0; j < 4 * Blocks; ++j) acc[j] = vdupq_n_s32(0);
  const std::int8_t* const end = a + std::int64_t{quads} * 16;
  while (a != end) {
    int8x16x4_t rows;
#pragma GCC unroll 8
    for (int g = 0; g < 8; ++g) {
      asm volatile("" : "+r"(a));  // or GCC moves it to another register and back
      if (g % 2 == 0) rows = load_next(a);
#pragma GCC unroll 16
      for (int j = 0; j < 4 * Blocks; j += 2) {
        asm volatile("" ::: "memory");  // as above
        const int8x16x4_t four = load_next(weights[j / 4]);
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
          int32x4_t& sum = acc[j + i / 2];
          sum = vmmlaq_s32(sum, rows.val[g % 2 * 2 + i % 2], four.val[i]);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int j = 0; j < 4 * Blocks; ++j) vst1q_s32(out + 4 * j, acc[j]);
}

// All blocks of the rows from `first` on. The number of blocks is even.
template <int Pairs, typename Use>
inline void multiply_pairs(const Product& p, std::int32_t first, const Use& use) {
  alignas(64) std::int8_t a[2 * Pairs * kMaxInputs];
  pair_rows<Pairs>(p, first, a);
  constexpr int kBlocksTogether = Pairs == 1 ? 2 : 1, kVectors = Pairs == 4 ? 4 : 8;
  constexpr std::int32_t kOutputs = 2 * kBlocksTogether * kVectors;
  const std::int32_t rows = p.rows - first < 2 * Pairs ? p.rows - first : 2 * Pairs;
  const std::int64_t stride = std::int64_t{p.quads} * 64;
  for (std::int64_t b = 0; b < p.blocks; b += kBlocksTogether) {
    for (std::int64_t j = 0; j < 8; j += kVectors) {
      std::int32_t out[2 * Pairs][kOutputs];
      const std::int8_t* const w = p.w + b * stride + j * 16;
      pair_tile<Pairs, kBlocksTogether, kVectors>(a, w, stride, p.quads, out[0]);
      for (std::int32_t i = 0; i < rows; ++i) use(out[i], first + i, b * 16 + j * 2, kOutputs);
    }
  }
}

// Blocks of one row from b on, some at a time.
template <int Blocks, typename Use>
inline void multiply_row(const Product& p, const std::int8_t* a, std::int64_t row, std::int64_t b,
                         const Use& use) {
  const std::int64_t stride = std::int64_t{p.quads} * 64;
  std::int32_t out[16 * Blocks];
  for (; b + Blocks <= p.blocks; b += Blocks) {
    row_tile<Blocks>(a, p.w + b * stride, stride, p.quads, out);
    use(out, row, b * 16, 16 * Blocks);
  }
}

template <typename Use>
void multiply_matrix(const Product& p, const Use& use) {
  std::int32_t row = 0;
  for (; p.rows - row > 4; row += kTileRows) multiply_pairs<4>(p, row, use);
  for (; p.rows - row > 2; row += 4) multiply_pairs<2>(p, row, use);
  for (; p.rows - row > 1; row += 2) multiply_pairs<1>(p, row, use);
  if (p.rows - row < 1) return;
  alignas(64) std::int8_t a[4 * kMaxInputs];
  pair_zeros(p, row, a);
  multiply_row<4>(p, a, row, 0, use);
  multiply_row<2>(p, a, row, p.blocks & ~3, use);
}

#include "backend/cpu/kernels_neon_products-inl.h"

}  // namespace

const Kernels kI8mmKernels = {.name = "i8mm",
                              .flip = kFlip,
                              .product_quantise = product_quantise,
                              .product_relu_squared = product_relu_squared,
                              .product_residual = product_residual,
                              .product_logits = product_logits,
                              .attend = attend,
                              .embed = embed,
                              .norm = norm,
                              .keep = vector_keep,
                              .distribution = distribution,
                              .peak_loop = nullptr,
                              .inputs_together = 8};

}  // namespace nnzip::cpu
