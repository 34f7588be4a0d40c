// SPDX-License-Identifier: Apache-2.0
// The kernels for AVX2.
#include <immintrin.h>

#include <cstdint>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 0;
constexpr std::int32_t kKeyFlip = 128;  // as weights are stored

// In this order: each needs those before it.
// clang-format off
#include "backend/cpu/kernels_generic-inl.h"
#include "backend/cpu/kernels_vector256-inl.h"
#include "backend/cpu/kernels_avx2_products-inl.h"
#include "backend/cpu/kernels_avx2_scores-inl.h"
#include "backend/cpu/kernels_attention256-inl.h"
// clang-format on

}  // namespace

const Kernels kAvx2Kernels = {"avx2",
                              kFlip,
                              product_quantise,
                              product_relu_squared,
                              product_residual,
                              product_logits,
                              vector_attend,
                              vector_embed,
                              vector_norm,
                              vector_keep,
                              vector_distribution,
                              nullptr,
                              128,
                              product_sparse,
                              kMaxRows};

}  // namespace nnzip::cpu
