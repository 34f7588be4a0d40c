// SPDX-License-Identifier: Apache-2.0
// Whole-sequence integer forward pass, for parity vectors.
#include "integer_forward.h"

#include "net.h"

namespace nnzip::train {
namespace {

using torch::Tensor;

template <class T>
Tensor tensor_of(const std::vector<T>& values, std::vector<int64_t> shape) {
  std::vector<double> doubles(values.begin(), values.end());
  return torch::tensor(doubles, torch::kDouble).view(shape);  // exact: all parameters fit a double
}

Tensor floats(const std::vector<float>& values) { return torch::tensor(values, torch::kFloat); }

// clamp, round half to even, to integers; x is float32.
Tensor quantise(const Tensor& x, double low, double high) {
  return torch::round(x.clamp(low, high)).to(torch::kLong);
}

Tensor saturate16(const Tensor& x) { return x.clamp(-32767, 32767); }

// a: [T][K] integers; returns the exact accumulators as float32, one rounding: [T][outputs].
Tensor product(const Tensor& a, const Linear& linear) {
  const auto outputs = static_cast<int64_t>(linear.multiplier.size());
  const auto weights = tensor_of(linear.weights, {outputs, a.size(1)});
  return torch::mm(a.to(torch::kDouble), weights.t()).to(torch::kFloat);
}

Tensor norm(const Tensor& x, float constant) {
  const auto squares = x.square().sum(1, true).clamp_min(1).to(torch::kFloat);
  // libtorch 2.11's square root of a float is off by a unit for one value in five; that of a
  // double, rounded, is right, since no root of a float comes near the middle of two floats.
  const auto roots = squares.to(torch::kDouble).sqrt().to(torch::kFloat);
  const auto m = torch::full_like(squares, constant) / roots;
  return quantise(x.to(torch::kFloat) * m, -127, 127);
}

Tensor add_product(const Tensor& x, const Tensor& input, const Linear& linear) {
  return saturate16(x +
                    quantise(product(input, linear) * floats(linear.multiplier), -65535, 65535));
}

// z: integers of any unit; table[i mod n] >> (i / n) for i = max - z.
Tensor exponentials(const Tensor& z, const Tensor& table, int64_t octaves) {
  const auto n = table.size(0);
  const auto i = std::get<0>(z.max(-1, true)) - z;
  const auto inside = i < n * octaves;
  const auto safe = torch::where(inside, i, torch::zeros_like(i));
  const auto raw = table.index_select(0, safe.remainder(n).flatten()).view(z.sizes());
  const auto shifted = torch::bitwise_right_shift(raw, torch::div(safe, n, "floor"));
  return torch::where(inside, shifted, torch::zeros_like(shifted));
}

Tensor table_of(const auto& entries) {
  return torch::tensor(std::vector<int64_t>(entries.begin(), entries.end()), torch::kLong);
}

Tensor indices(std::span<const std::uint8_t> bytes) {
  return torch::tensor(std::vector<int64_t>(bytes.begin(), bytes.end()), torch::kLong);
}

// taps: [T][taps]
Tensor embed(const Model& model, const Tensor& symbols, const Tensor& taps) {
  const int64_t d = model.config.width;
  auto x = tensor_of(model.weights.embedding, {kSymbols, d}).index_select(0, symbols);
  for (size_t i = 0; i < model.config.ngrams.size(); ++i) {
    const auto& table = model.config.ngrams[i];
    const auto rows = ngram_rows(symbols.unsqueeze(0), table).squeeze(0);
    const auto entries = tensor_of(model.weights.ngrams[i].entries, {table.rows, d});
    x = x + entries.index_select(0, rows) * model.weights.ngrams[i].multiplier;
  }
  for (size_t i = 0; i < model.config.taps.size(); ++i) {
    const auto entries = tensor_of(model.weights.taps[i].entries, {kSymbols, d});
    const auto rows = entries.index_select(0, taps.select(1, static_cast<int64_t>(i)));
    x = x + rows * model.weights.taps[i].multiplier;
  }
  return saturate16(x.to(torch::kLong));
}

Tensor attend(const Model& model, const LayerWeights& w, const Tensor& p, int64_t window) {
  const Config& c = model.config;
  const int64_t length = p.size(0), e = c.head_size, heads = c.heads, per = heads / c.kv_heads;
  const auto parts =
      p.to(torch::kDouble).split_with_sizes({heads * e, c.kv_heads * e, c.kv_heads * e}, 1);
  const auto position = torch::arange(length, torch::kLong);
  const auto distance = position.unsqueeze(1) - position.unsqueeze(0);
  const auto kept = (distance >= 0).logical_and(distance < window);
  const auto bias = tensor_of(w.distance_bias, {heads, window}).to(torch::kLong);
  const auto far = torch::full_like(distance, -(int64_t{1} << 40));
  std::vector<Tensor> outputs;
  for (int64_t h = 0; h < heads; ++h) {
    const auto q = parts[0].narrow(1, h * e, e);
    const auto k = parts[1].narrow(1, h / per * e, e), v = parts[2].narrow(1, h / per * e, e);
    const auto scores = torch::mm(q, k.t()).to(torch::kFloat) *
                        floats({w.score_multiplier[static_cast<size_t>(h)]});
    auto z =
        quantise(scores, -0x1p20, 0x1p20) +
        bias[h].index_select(0, distance.clamp(0, window - 1).flatten()).view({length, length});
    z = torch::where(kept, z, far);
    const auto high = exponentials(z, table_of(model.weights.attention_exp), 16);
    const auto weight =
        torch::where(kept, torch::bitwise_right_shift(high + 128, 8), torch::zeros_like(high));
    const auto den = weight.sum(1, true).to(torch::kFloat);
    const auto num = torch::mm(weight.to(torch::kDouble), v).to(torch::kFloat);
    const auto f = torch::full_like(den, w.attention_multiplier) / den;
    outputs.push_back(quantise(num * f, -127, 127));
  }
  return torch::cat(outputs, 1);
}

Tensor distribution(const Weights& w, const Tensor& x) {
  const auto logits =
      product(norm(x, w.head_norm), w.head) * floats(w.head.multiplier) + floats(w.head_bias);
  const auto weight = exponentials(quantise(logits, -0x1p20, 0x1p20), table_of(w.output_exp), 32);
  const auto sums = weight.cumsum(1);
  const auto total = sums.narrow(1, kSymbols - 1, 1);
  const auto scale =
      torch::div(torch::full_like(total, ((int64_t{1} << 22) - kSymbols) << 32), total, "floor");
  const auto before = torch::constant_pad_nd(sums, {1, 0});  // c[0] .. c[256]
  auto cumulative =
      torch::bitwise_right_shift(before * scale, 32) + torch::arange(kSymbols + 1, torch::kLong);
  cumulative.narrow(1, kSymbols, 1).fill_(int64_t{1} << 22);
  return cumulative;
}

}  // namespace

IntegerTrace integer_forward(const Model& model, std::span<const std::uint8_t> symbols,
                             std::span<const std::uint8_t> taps) {
  torch::NoGradGuard no_grad;
  const auto positions = static_cast<int64_t>(symbols.size());
  const auto tap_count = static_cast<int64_t>(model.config.taps.size());
  auto x = embed(model, indices(symbols), indices(taps).view({positions, tap_count}));
  IntegerTrace trace{{x}, {}};
  for (size_t i = 0; i < model.weights.layers.size(); ++i) {
    const LayerWeights& w = model.weights.layers[i];
    const auto p =
        quantise(product(norm(x, w.attention_norm), w.qkv) * floats(w.qkv.multiplier), -127, 127);
    x = add_product(x, attend(model, w, p, model.config.windows[i]), w.out);
    const auto u =
        (product(norm(x, w.hidden_norm), w.up) * floats(w.up.multiplier)).clamp_min(0).square();
    x = add_product(x, quantise(u, 0, 127), w.down);
    trace.residuals.push_back(x);
  }
  trace.cumulative = distribution(model.weights, x);
  return trace;
}

}  // namespace nnzip::train
