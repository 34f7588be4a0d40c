// SPDX-License-Identifier: Apache-2.0
// The kernels for NEON with the instructions sdot and udot of ARMv8.2.
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

template <typename Use>
void multiply_matrix(const Product& p, const Use& use) {
  multiply<true>(
      Sums{p.a, p.a_stride, p.rows, p.blocks, p.quads, p.w, std::int64_t{p.quads} * 64, 64, p.init},
      use);
}

#include "backend/cpu/kernels_neon_products-inl.h"

}  // namespace

const Kernels kNeonDotKernels = {.name = "neondot",
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
                                 .peak_loop = nullptr};

}  // namespace nnzip::cpu
