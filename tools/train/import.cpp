// SPDX-License-Identifier: Apache-2.0
// Unfolding of multipliers into weights and activation scales.
#include "import.h"

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace nnzip::train {
namespace {

constexpr double kAttentionUnits = 64 / std::numbers::ln2;  // nats -> 1/64 octave
constexpr double kOutputUnits = 256 / std::numbers::ln2;    // nats -> 1/256 octave

template <class T>
torch::Tensor to_tensor(const std::vector<T>& values, std::vector<int64_t> shape) {
  return torch::tensor(std::vector<double>(values.begin(), values.end()), torch::kDouble)
      .view(shape);
}

// The weights times the multiplier of each output, [outputs][inputs].
torch::Tensor product(const Linear& linear, int64_t inputs) {
  return to_tensor(linear.weights, {-1, inputs}) * to_tensor(linear.multiplier, {-1, 1});
}

double size_of(const torch::Tensor& weights) {
  return weights.square().mean().sqrt().item<double>();
}

void set_scale(Quantiser& quantiser, double scale) { quantiser->log_scale.fill_(std::log(scale)); }

// The residual unit that makes the first layer's `out` as large as its queries.
double residual_unit(const LayerWeights& w, const Config& c) {
  const double in = std::sqrt(c.width) / w.attention_norm;
  const auto qkv = product(w.qkv, c.width) / in;
  const int64_t values = qkv.size(0) - c.kv_heads * c.head_size;
  const double root = std::sqrt(w.score_multiplier[0] * std::sqrt(c.head_size) / kAttentionUnits);
  const double size = size_of(qkv.slice(0, 0, values)) * root;
  const double v = size / size_of(qkv.slice(0, values)), mixed = v / w.attention_multiplier;
  return std::exp2(std::round(std::log2(size * mixed / size_of(product(w.out, c.query_size())))));
}

void fill_block(const LayerWeights& w, double unit, Block& block) {
  const Config& c = block->config;
  const int64_t width = c.width, values = c.query_size() + c.kv_heads * c.head_size;
  const double root_width = std::sqrt(c.width);
  const double in = root_width / w.attention_norm, hidden_in = root_width / w.hidden_norm;
  // Queries and keys share what is known of their product alone.
  const double qk = std::sqrt(w.score_multiplier[0] * std::sqrt(c.head_size) / kAttentionUnits);
  auto qkv = product(w.qkv, width) / in;
  qkv.slice(0, 0, values) *= qk;
  const double size = size_of(qkv.slice(0, 0, values));
  const double v = size / size_of(qkv.slice(0, values)), mixed = v / w.attention_multiplier;
  qkv.slice(0, values) *= v;
  auto up = product(w.up, width) / hidden_in;
  const double root_hidden = size / size_of(up), hidden = root_hidden * root_hidden;
  block->qkv.copy_(qkv);
  block->distance_bias.copy_(to_tensor(w.distance_bias, {c.heads, -1}) / kAttentionUnits);
  block->out.copy_(product(w.out, c.query_size()) * (unit / mixed));
  block->up.copy_(up * root_hidden);
  block->down.copy_(product(w.down, c.hidden) * (unit / hidden));
  set_scale(block->attention_in, in);
  set_scale(block->query, qk);
  set_scale(block->key, qk);
  set_scale(block->value, v);
  set_scale(block->attention_out, mixed);
  set_scale(block->hidden_in, hidden_in);
  set_scale(block->hidden, hidden);
}

}  // namespace

void from_integers(const Model& model, Net& net) {
  torch::NoGradGuard no_grad;
  const Config& c = model.config;
  if (!(c == net->config)) throw std::runtime_error("the model has not the shape of the recipe");
  const Weights& w = model.weights;
  const double unit = residual_unit(w.layers.at(0), c);
  const int64_t width = c.width;
  net->residual_unit.fill_(unit);
  net->embedding.copy_(to_tensor(w.embedding, {kSymbols, width}) * unit);
  for (size_t i = 0; i < w.ngrams.size(); ++i) {
    const int multiplier = w.ngrams[i].multiplier;
    net->ngram_multiplier[static_cast<int64_t>(i)] = multiplier;
    net->ngrams[i].copy_(to_tensor(w.ngrams[i].entries, {-1, width}) * (unit * multiplier));
  }
  for (size_t i = 0; i < w.taps.size(); ++i) {
    const int multiplier = w.taps[i].multiplier;
    const auto first = static_cast<int64_t>(i) * kSymbols;
    net->tap_multiplier[static_cast<int64_t>(i)] = multiplier;
    net->taps.narrow(0, first, kSymbols)
        .copy_(to_tensor(w.taps[i].entries, {kSymbols, width}) * (unit * multiplier));
  }
  for (size_t i = 0; i < w.layers.size(); ++i) fill_block(w.layers[i], unit, net->blocks[i]);
  const double head_in = std::sqrt(c.width) / w.head_norm;
  net->head.copy_(product(w.head, width) / (head_in * kOutputUnits));
  net->head_bias.copy_(to_tensor(w.head_bias, {kSymbols}) / kOutputUnits);
  set_scale(net->head_in, head_in);
}

}  // namespace nnzip::train
