// SPDX-License-Identifier: Apache-2.0
// The model's matrices and tables in the layout of kernels.h.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/cpu/aligned_array.h"
#include "model/architecture.h"

namespace nnzip::cpu {

struct PackedLinear {
  std::int32_t outputs = 0, inputs = 0;
  AlignedArray<std::int8_t> weights;  // [outputs/16][inputs/4][16][4]
  AlignedArray<std::int32_t> init;    // [outputs] -flip * sum of the output's weights
  AlignedArray<float> multiplier;     // [outputs]
};

struct PackedLayer {
  std::int32_t window = 0;
  PackedLinear qkv, out, up, down;
  // [H][bias_stride]: entry i holds distance window + 15 - i, or kOutside beyond the window. So 16
  // consecutive positions read 16 consecutive entries, whatever the distance of the first.
  AlignedArray<std::int32_t> bias;
  std::int64_t bias_stride = 0;
};

// outputs: a multiple of 16; inputs: of 4.
PackedLinear pack_linear(const Linear& linear, std::uint32_t outputs, std::uint32_t inputs,
                         std::uint8_t flip);

std::vector<PackedLayer> pack_layers(const Model& model, std::uint8_t flip);

}  // namespace nnzip::cpu
