// SPDX-License-Identifier: Apache-2.0
// The kernels without instructions beyond the baseline: any machine.
#include <cstdint>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 0;

#include "backend/cpu/kernels_generic-inl.h"

// Sums of 16 outputs by 4 inputs, folded at the end: the compiler makes vectors of this on any
// machine, as a product of two bytes fits 16 bits.
template <bool kSigned, typename Use>
void multiply(const Sums& p, const Use& use) {
  for (std::int32_t b = 0; b < p.blocks; ++b) {
    for (std::int32_t r = 0; r < p.rows; ++r) {
      const std::uint8_t* a = p.a + r * p.a_stride;
      const std::int8_t* w = p.w + b * p.block_stride;
      std::int32_t sums[64] = {};
      for (std::int32_t q = 0; q < p.quads; ++q, a += 4, w += p.quad_stride) {
        std::int16_t factors[16];
        for (int i = 0; i < 16; ++i) {
          factors[i] = kSigned ? static_cast<std::int8_t>(a[i % 4]) : a[i % 4];
        }
        for (int i = 0; i < 64; i += 16) {
          for (int j = 0; j < 16; ++j) {
            sums[i + j] += static_cast<std::int16_t>(factors[j] * w[i + j]);
          }
        }
      }
      std::int32_t out[16];
      for (int i = 0; i < 16; ++i) {
        out[i] =
            p.init[b * 16 + i] + sums[4 * i] + sums[4 * i + 1] + sums[4 * i + 2] + sums[4 * i + 3];
      }
      use(out, r, std::int64_t{b} * 16, 16);
    }
  }
}

#include "backend/cpu/kernels_product-inl.h"

}  // namespace

const Kernels kScalarKernels = {"scalar",
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
