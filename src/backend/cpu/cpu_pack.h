// SPDX-License-Identifier: Apache-2.0
// The model's matrices and tables in the layout of kernels.h.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/cpu/aligned_array.h"
#include "backend/cpu/kernels.h"
#include "model/architecture.h"

namespace nnzip::cpu {

struct PackedLinear {
  std::int32_t outputs = 0, inputs = 0;
  const std::int8_t* weights = nullptr;  // as kernels.h says, or [inputs][outputs]
  AlignedArray<std::int32_t> init;       // [outputs] -flip * sum of the output's weights
  AlignedArray<float> multiplier;        // [outputs]
};

struct PackedLayer {
  std::int32_t window = 0;
  PackedLinear qkv, out, up;
  PackedLinear down, sparse_down;  // what the target takes of the two
  // [H][bias_stride]: entry i holds distance window + 15 - i, or kOutside beyond the window. So 16
  // consecutive positions read 16 consecutive entries, whatever the distance of the first.
  AlignedArray<std::int32_t> bias;
  std::int64_t bias_stride = 0;
};

// The matrices in the order of their use, so that the last of one can be fetching the next, and
// behind them those whose rows are taken as they come.
struct PackedMatrices {
  PackedMatrices(const Model& model, const Kernels& target);

  AlignedArray<std::int8_t> weights;  // of all
  std::vector<PackedLayer> layers;
  PackedLinear head;
};

// The rows of all n-gram tables, then of all taps.
struct PackedTables {
  explicit PackedTables(const Model& model);

  AlignedArray<std::int8_t> entries;
  std::vector<const std::int8_t*> starts;  // [rows][D] of each
  std::vector<std::int32_t> multipliers;
};

// The model without the matrices and the rows of tables, which most of its memory goes to.
Model without_packed(const Model& model);

}  // namespace nnzip::cpu
