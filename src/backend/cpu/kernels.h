// SPDX-License-Identifier: Apache-2.0
// The kernels of the cpu backend: plain pointers and sizes, one table of functions per target.
//
// Kernels do not allocate, throw or choose. They rely on what the engine prepares:
//   packed matrices   [outputs/16][inputs/4][16][4] bytes, each group of 64 bytes aligned to 64
//   activations       int8 stored with the bits of Kernels::flip inverted; with flip = 128 they
//   read
//                     as unsigned a + 128, and the engine puts -128 * sum of weights into `init`
//   sizes             widths are multiples of 64, score rows multiples of 16
#pragma once

#include <cstdint>

namespace nnzip::cpu {

// out[r][j] = init[r][j] + sum over k of a[r][k] * w[j][k], for j < 16 * blocks and k < 4 * quads.
// The 64 bytes of outputs 16*b.. and inputs 4*q.. lie at w + b * block_stride + q * quad_stride.
struct Product {
  const std::uint8_t* a;
  std::int64_t a_stride;
  std::int32_t rows;
  std::int32_t blocks;
  std::int32_t quads;
  const std::int8_t* w;
  std::int64_t block_stride;
  std::int64_t quad_stride;
  const std::int32_t* init;  // may be out itself, to add to it
  std::int64_t init_stride;  // 0: one row for all
  std::int32_t* out;
  std::int64_t out_stride;
};

struct Kernels {
  const char* name;
  std::uint8_t flip;  // 0 or 128

  // Signed activations (stored flipped) and weights of attention (plain 0..255).
  void (*product)(const Product& p) noexcept;
  void (*weigh)(const Product& p) noexcept;

  // x[d] = sat16(base[d] + sum over i of multipliers[i] * rows[i][d])
  void (*embed)(const std::int16_t* base, const std::int8_t* const* rows,
                const std::int32_t* multipliers, std::int32_t tables, std::int32_t n,
                std::int32_t* scratch, std::int16_t* x) noexcept;
  void (*norm)(const std::int16_t* x, std::int32_t n, float constant, std::uint8_t* a) noexcept;
  // Requantised to int8: flipped for a product, or plain for a cache.
  void (*quantise)(const std::int32_t* acc, const float* multiplier, std::int32_t n,
                   std::uint8_t* a) noexcept;
  void (*quantise_plain)(const std::int32_t* acc, const float* multiplier, std::int32_t n,
                         std::int8_t* out) noexcept;
  void (*relu_squared)(const std::int32_t* acc, const float* multiplier, std::int32_t n,
                       std::uint8_t* a) noexcept;
  void (*add_residual)(const std::int32_t* acc, const float* multiplier, std::int32_t n,
                       std::int16_t* x) noexcept;
  // Scores s (overwritten) plus bias to weights; returns their sum. A bias of kOutside gives weight
  // 0. exp: 64 entries.
  std::int32_t (*attention_weights)(std::int32_t* s, const std::int32_t* bias, float multiplier,
                                    const std::uint32_t* exp, std::int32_t n,
                                    std::uint8_t* weights) noexcept;
  // One factor for all: the weighted means of the values, flipped.
  void (*quantise_mean)(const std::int32_t* num, float factor, std::int32_t n,
                        std::uint8_t* a) noexcept;
  // cumulative: 257 entries. exp: 256 entries.
  void (*distribution)(const std::int32_t* acc, const float* multiplier, const float* bias,
                       const std::uint32_t* exp, std::uint32_t* cumulative) noexcept;

  // Multiplies in registers alone, as fast as the target can; returns the number of
  // multiply-accumulates. Null if the target has no instruction for them.
  std::int64_t (*peak_loop)(std::int64_t rounds) noexcept;
};

// Far below every real score, and far from overflow when a score of +-2^20 is added.
constexpr std::int32_t kOutside = -(1 << 28);

extern const Kernels kScalarKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512VnniKernels;
#endif

}  // namespace nnzip::cpu
