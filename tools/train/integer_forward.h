// SPDX-License-Identifier: Apache-2.0
// ARITHMETIC.md a second time: all positions at once, in float64 torch operations.
#pragma once

#include <torch/torch.h>

#include <span>
#include <vector>

#include "model/architecture.h"

namespace nnzip::train {

struct IntegerTrace {
  std::vector<torch::Tensor>
      residuals;             // layers + 1 of [T][D] int64: after the embedding, each layer
  torch::Tensor cumulative;  // [T][257] int64
};

// Feeds the symbols to one lane, with the taps [symbols][taps of the model]. Sums are float64
// products of integers, exact below 2^53; the steps that ARITHMETIC.md calls float are float32
// tensor operations. Independent of the engine's code.
IntegerTrace integer_forward(const Model& model, std::span<const std::uint8_t> symbols,
                             std::span<const std::uint8_t> taps);

}  // namespace nnzip::train
