// SPDX-License-Identifier: Apache-2.0
// The kernels of the cpu backend: plain pointers and sizes, one table of functions per target.
//
// Kernels do not allocate, throw or choose. They rely on what the engine prepares:
//   packed matrices   [outputs/16][inputs/4][16][4] bytes, each group of 64 bytes aligned to 64;
//                     with inputs_together = 8, [outputs/16][inputs/8][16][8]
//   activations       int8 stored with the bits of Kernels::flip inverted; with flip = 128 they
//                     read as unsigned a + 128, and the engine puts -128 * sum of weights into
//                     `init`
//   sizes             widths are multiples of 64, score rows multiples of 32
#pragma once

#include <cstdint>

namespace nnzip::cpu {

// acc[r][j] = init[j] + sum over k of a[r][k] * w[j][k], for r < rows, j < 16 * blocks and
// k < 4 * quads. The 64 bytes of outputs 16*b.. and inputs 4*q.. lie at w + (b * quads + q) * 64.
// What becomes of acc is the kernel's name; it never stands in memory as a whole.
struct Product {
  const std::uint8_t* a;
  std::int64_t a_stride;
  std::int32_t rows;
  std::int32_t blocks;
  std::int32_t quads;
  const std::int8_t* w;
  const std::int32_t* init;
  const float* multiplier;  // [outputs]
};

// Some positions of a ring, in whole blocks of 16.
struct RingPart {
  const std::int8_t* keys;       // [blocks][E/4][16][4]
  const std::int32_t* key_init;  // [blocks][16] -flip * sum of the key
  const std::int8_t* values;     // [blocks][4][E][4]
  std::int32_t blocks;
};

// The query heads that share one key/value head, at one position.
struct Attention {
  std::uint8_t* inout;  // [heads][E] queries, replaced by what the heads give; both flipped
  std::int32_t heads;
  std::int32_t head_size;
  RingPart parts[2];  // the positions in order; the second may be empty
  // A bias for each position; kOutside for those that are not to count.
  const std::int32_t* bias;
  std::int64_t bias_stride;
  const float* score_multiplier;  // [heads]
  const std::uint32_t* exp;       // [64]
  float output_multiplier;
  // Whose keys are read next: they may be fetched meanwhile. May be any address.
  const std::int8_t* next_keys;
  // Scratch.
  std::int32_t* scores;   // [heads][score_stride]
  std::uint8_t* weights;  // [heads][score_stride]
  std::int64_t score_stride;
};

struct Kernels {
  const char* name;
  std::uint8_t flip;  // 0 or 128

  // Requantised to int8, flipped.
  void (*product_quantise)(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept;
  void (*product_relu_squared)(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept;
  void (*product_residual)(const Product& p, std::int16_t* x, std::int64_t stride) noexcept;
  // z of the section "Distribution". z: [rows][256]
  void (*product_logits)(const Product& p, const float* bias, std::int32_t* z) noexcept;

  void (*attend)(const Attention& a) noexcept;

  // x[d] = sat16(base[d] + sum over i of multipliers[i] * rows[i][d])
  void (*embed)(const std::int16_t* base, const std::int8_t* const* rows,
                const std::int32_t* multipliers, std::int32_t tables, std::int32_t n,
                std::int16_t* x) noexcept;
  // x: [rows][n], a: [rows][n], flipped
  void (*norm)(const std::int16_t* x, std::int32_t rows, std::int32_t n, float constant,
               std::uint8_t* a) noexcept;
  // Puts the key and value of one position, both flipped, where they belong in the form that attend
  // reads: the first of its 4
  // bytes in each group of 64 of a block of keys, the first of its bytes in each group of 4 of a
  // block of values. Returns the sum of the key.
  std::int32_t (*keep)(const std::uint8_t* key, const std::uint8_t* value, std::int32_t head_size,
                       std::int8_t* to_key, std::int8_t* to_value) noexcept;
  // cumulative: 257 entries. exp: 256 entries.
  void (*distribution)(const std::int32_t* z, const std::uint32_t* exp,
                       std::uint32_t* cumulative) noexcept;

  // Multiplies in registers alone, as fast as the target can; returns the number of
  // multiply-accumulates. Null if the target has no instruction for them.
  std::int64_t (*peak_loop)(std::int64_t rounds) noexcept;

  // 128 for packed matrices of w + 128, without a sign.
  std::uint8_t weight_flip = 0;
  // product_residual of inputs within 0..127, unflipped and most of them 0; p.w: [inputs][outputs],
  // signed. May be null. If not null, product_relu_squared does not flip.
  void (*product_sparse)(const Product& p, std::int16_t* x, std::int64_t stride) noexcept = nullptr;
  // Steps of at most that many rows take product_sparse, others product_residual.
  std::int32_t sparse_rows = 0;
  // Inputs of an output that lie side by side in packed matrices: 4 or 8.
  std::int32_t inputs_together = 4;
};

// Far below every real score, and far from overflow when a score of +-2^20 is added.
constexpr std::int32_t kOutside = -(1 << 28);

// Of a step, at most.
constexpr std::int32_t kMaxRows = 64;

extern const Kernels kScalarKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvxVnniKernels;
extern const Kernels kAvx512VnniKernels;
#elif defined(__aarch64__)
extern const Kernels kNeonKernels;
extern const Kernels kNeonDotKernels;
extern const Kernels kI8mmKernels;
#endif

}  // namespace nnzip::cpu
