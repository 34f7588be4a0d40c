// SPDX-License-Identifier: Apache-2.0
// A model as tensors on a device; immutable and shared by its sessions.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "backend/torch/plugin_interface.h"

namespace nnzip::torch_backend {

// The largest K for which float32 sums exactly: |a*b| * K <= 2^24.
constexpr std::int64_t kProductTerms = 1040;   // of int8 and int8
constexpr std::int64_t kAttentionTerms = 518;  // of 0..255 and int8

// Matrices hold int8 values as float32, transposed, in pieces of kProductTerms inputs at most.
struct TorchLinear {
  std::vector<at::Tensor> pieces;  // [inputs of the piece][outputs]
  at::Tensor multiplier;           // [outputs]
};

struct TorchLayer {
  std::int64_t window = 0;
  at::Tensor attention_norm, attention_multiplier, hidden_norm;  // float64, without dimensions
  TorchLinear qkv, out, up, down;
  at::Tensor score_multiplier;  // [H][1][1]
  at::Tensor distance_bias;     // [H][W+1]; the last is that of what is not seen
};

struct TorchNgram {
  std::uint32_t order = 0, rows = 0;
};

struct TorchWeights {
  TorchWeights(const nnzip_torch_model& model, at::Device where);

  at::Device device;
  std::int64_t width, heads, kv_heads, head_size;
  std::size_t tap_count;
  std::vector<TorchNgram> ngrams;
  std::vector<std::int64_t> table_starts;  // of n-grams, then taps: their first row in `tables`

  at::Tensor embedding;    // int32, [256][D]
  at::Tensor tables;       // int8, [rows of all][D]
  at::Tensor multipliers;  // int32, [tables][1]
  std::vector<TorchLayer> layers;
  at::Tensor head_norm;
  TorchLinear head;
  at::Tensor head_bias;         // [256]
  at::Tensor attention_weight;  // float32, of i = 0..1024, of which the last is 0
  at::Tensor output_weight;     // int64, of i = 0..8192, of which the last is 0
};

// input: [rows][K], whole numbers as float32. The exact sums, each rounded to float32 once.
at::Tensor product(const at::Tensor& input, const TorchLinear& linear);

// Throws std::runtime_error unless the device sums exactly what the model can ask for.
void test_exactness(const TorchWeights& weights, const nnzip_torch_model& model);

}  // namespace nnzip::torch_backend
