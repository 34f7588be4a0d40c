// SPDX-License-Identifier: Apache-2.0
// The float twin of src/model/architecture.h, with optional fake quantisation.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "model/architecture.h"

namespace nnzip::train {

// What the quantisers do: nothing, measure the range of what passes, or round to the integer grid
// with a straight-through gradient.
enum class Mode { kFloat, kCalibrate, kQuantised };

// Rounds to `scale` x integer in [low, high]; the scale is learned through its logarithm.
struct QuantiserImpl : torch::nn::Module {
  // share: of the magnitudes, that calibration keeps from being clipped.
  QuantiserImpl(double low, double high, double share = 0.9995);
  torch::Tensor forward(const torch::Tensor& x, Mode mode);
  double scale() const;

  double low, high, share;
  torch::Tensor log_scale;  // scalar
};
TORCH_MODULE(Quantiser);

// One transformer block. x: [B][T][D].
struct BlockImpl : torch::nn::Module {
  BlockImpl(const Config& config, int index);
  torch::Tensor forward(torch::Tensor x, Mode mode, const torch::Tensor& residual_unit);
  torch::Tensor attention(const torch::Tensor& normed, Mode mode);

  Config config;
  int window;
  bool fused = false;                // see NetImpl::set_fused
  bool keeps_weights = false;        // not where attention is fused
  torch::Tensor kept_weights;        // those of the last forward, [chunks][H][chunk][keys]
  torch::Tensor qkv, out, up, down;  // [outputs][inputs]
  torch::Tensor distance_bias;       // [H][W], nats
  Quantiser attention_in, query, key, value, attention_out, hidden_in, hidden;

 private:
  torch::Tensor bias_and_mask(int chunk, int chunks, int keys, const torch::Tensor& like) const;
};
TORCH_MODULE(Block);

struct NetImpl : torch::nn::Module {
  explicit NetImpl(const Config& config);
  // bytes: [B][T] int64, the symbols fed; taps: [B][T][taps] int64, of the bytes that follow, or
  // undefined; returns logits [B][T][256] in nats.
  torch::Tensor forward(const torch::Tensor& bytes, const torch::Tensor& taps, Mode mode);
  // Sets the residual unit and the table scales from the float weights and the measured residual.
  void finish_calibration();
  // Attention of the float phase by one kernel that keeps no scores: for a GPU, on a CPU it is
  // slower. Needs libtorch 2, has no effect before.
  void set_fused(bool fused);

  Config config;
  torch::Tensor embedding;            // [256][D]
  std::vector<torch::Tensor> ngrams;  // [rows][D]
  torch::Tensor taps;                 // [taps * 256][D]; undefined without taps
  std::vector<Block> blocks;
  torch::Tensor head, head_bias;  // [256][D], [256]
  Quantiser head_in;
  torch::Tensor residual_unit;     // scalar: value of one step of the 16-bit residual stream
  torch::Tensor ngram_multiplier;  // [tables]: table step in residual units, an integer
  torch::Tensor tap_multiplier;    // [taps]: likewise

 private:
  torch::Tensor embed_taps(const torch::Tensor& values, bool quantised) const;
};
TORCH_MODULE(Net);

// Rows of an n-gram table for every position. bytes: [B][T] int64; returns [B][T] int64.
torch::Tensor ngram_rows(const torch::Tensor& bytes, const NgramTable& table);

// Per-output-channel int8 weights: returns the step of each row, [outputs][1].
torch::Tensor weight_step(const torch::Tensor& weights);

}  // namespace nnzip::train
