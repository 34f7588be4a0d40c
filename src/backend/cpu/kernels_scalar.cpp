// SPDX-License-Identifier: Apache-2.0
// The kernels without instructions beyond the baseline: any machine.
#include <cstdint>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

constexpr std::int32_t kFlip = 0;

#include "backend/cpu/kernels_generic-inl.h"

// The activation byte as the type in which it counts: signed in products, unsigned in weighing.
template <typename Activation>
void multiply(const Product& p) noexcept {
  for (std::int32_t b = 0; b < p.blocks; ++b) {
    for (std::int32_t r = 0; r < p.rows; ++r) {
      const std::uint8_t* a = p.a + r * p.a_stride;
      const std::int8_t* w = p.w + b * p.block_stride;
      std::int32_t acc[16];
      for (int i = 0; i < 16; ++i) acc[i] = p.init[r * p.init_stride + b * 16 + i];
      for (std::int32_t q = 0; q < p.quads; ++q, a += 4, w += p.quad_stride) {
        const std::int32_t a0 = static_cast<Activation>(a[0]), a1 = static_cast<Activation>(a[1]);
        const std::int32_t a2 = static_cast<Activation>(a[2]), a3 = static_cast<Activation>(a[3]);
        for (int i = 0; i < 16; ++i) {
          acc[i] += a0 * w[4 * i] + a1 * w[4 * i + 1] + a2 * w[4 * i + 2] + a3 * w[4 * i + 3];
        }
      }
      for (int i = 0; i < 16; ++i) p.out[r * p.out_stride + b * 16 + i] = acc[i];
    }
  }
}

}  // namespace

const Kernels kScalarKernels = {"scalar",
                                kFlip,
                                multiply<std::int8_t>,
                                multiply<std::uint8_t>,
                                embed,
                                norm,
                                quantise,
                                quantise_plain,
                                relu_squared,
                                add_residual,
                                attention_weights,
                                quantise_mean,
                                distribution};

}  // namespace nnzip::cpu
