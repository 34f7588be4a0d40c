// SPDX-License-Identifier: Apache-2.0
// Copies a model to a device, and finds out whether the device's sums are exact.
#include "backend/torch/plugin/torch_weights.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

namespace nnzip::torch_backend {
namespace {

// A copy of the array on the device, as numbers of that type.
template <class T>
at::Tensor copy_of(const T* values, at::IntArrayRef shape, at::ScalarType of, at::ScalarType as,
                   at::Device device) {
  // Read alone, whatever the signature says.
  return at::from_blob(const_cast<T*>(values), shape, at::TensorOptions(of))
      .to(as)
      .to(device, as, false, true);
}

at::Tensor floats(const float* values, at::IntArrayRef shape, at::Device device) {
  return copy_of(values, shape, at::kFloat, at::kFloat, device);
}

at::Tensor constant(float value, at::Device device) {
  return at::full({}, static_cast<double>(value), at::TensorOptions(at::kDouble)).to(device);
}

TorchLinear copy_linear(const nnzip_torch_linear& linear, std::int64_t outputs, std::int64_t inputs,
                        at::Device device) {
  const auto weights =
      copy_of(linear.weights, {outputs, inputs}, at::kChar, at::kFloat, device).t().contiguous();
  TorchLinear copy{{}, floats(linear.multiplier, {outputs}, device)};
  for (std::int64_t begin = 0; begin < inputs; begin += kProductTerms) {
    copy.pieces.push_back(
        weights.narrow(0, begin, std::min(kProductTerms, inputs - begin)).contiguous());
  }
  return copy;
}

// Of positions outside the window and before the first one: z stays an exact float32, and is so far
// below the largest that the weight is 0.
constexpr float kUnseen = -0x1p23F;

TorchLayer copy_layer(const nnzip_torch_layer& layer, const nnzip_torch_model& model,
                      at::Device device) {
  const std::int64_t d = model.width, h = model.heads, g = model.kv_heads, e = model.head_size;
  const std::int64_t window = layer.window;
  const auto bias =
      copy_of(layer.distance_bias, {h, window}, at::kInt, at::kFloat, at::Device(at::kCPU));
  const auto unseen = at::full({h, 1}, kUnseen, at::TensorOptions(at::kFloat));
  return {window,
          constant(layer.attention_norm, device),
          constant(layer.attention_multiplier, device),
          constant(layer.hidden_norm, device),
          copy_linear(layer.qkv, (h + 2 * g) * e, d, device),
          copy_linear(layer.out, d, h * e, device),
          copy_linear(layer.up, model.hidden, d, device),
          copy_linear(layer.down, d, model.hidden, device),
          floats(layer.score_multiplier, {h, 1, 1}, device),
          at::cat({bias, unseen}, 1).to(device)};
}

at::Tensor attention_weights(const std::uint16_t* exponentials, at::Device device) {
  std::vector<float> weights(1025);
  for (std::size_t i = 0; i < 1024; ++i) {
    weights[i] = static_cast<float>(((exponentials[i % 64] >> (i / 64)) + 128) >> 8);
  }
  return floats(weights.data(), {1025}, device);
}

at::Tensor output_weights(const std::uint32_t* exponentials, at::Device device) {
  std::vector<std::int64_t> weights(8193);
  for (std::size_t i = 0; i < 8192; ++i) weights[i] = exponentials[i % 256] >> (i / 256);
  return copy_of(weights.data(), {8193}, at::kLong, at::kLong, device);
}

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("its sums are not exact (" + what +
                           "), so files would not open elsewhere; use another device");
}

// Rows of +127 and of +127 and -127 in turns, against the sums of whole numbers.
void test_product(std::int64_t inputs, at::Device device) {
  constexpr std::int64_t kRows = 32, kOutputs = 64;
  std::vector<std::int8_t> a(kRows * inputs), w(kOutputs * inputs);
  const auto value = [](std::int64_t row, std::int64_t k) {
    return static_cast<std::int8_t>(row % 3 != 0 && k % (row % 7 + 2) == 0 ? -127 : 127);
  };
  for (std::int64_t i = 0; i < kRows * inputs; ++i) a[i] = value(i / inputs, i % inputs);
  for (std::int64_t i = 0; i < kOutputs * inputs; ++i) w[i] = value(i / inputs + 1, i % inputs);
  const std::vector<float> ones(kOutputs, 1);
  const TorchLinear linear = copy_linear({w.data(), ones.data()}, kOutputs, inputs, device);
  const auto input = copy_of(a.data(), {kRows, inputs}, at::kChar, at::kFloat, device);
  const auto sums = product(input, linear).to(at::kCPU).contiguous();
  for (std::int64_t row = 0; row < kRows; ++row) {
    for (std::int64_t output = 0; output < kOutputs; ++output) {
      std::int64_t sum = 0;
      for (std::int64_t k = 0; k < inputs; ++k) sum += a[row * inputs + k] * w[output * inputs + k];
      if (sums.data_ptr<float>()[row * kOutputs + output] != static_cast<float>(sum)) {
        fail(std::to_string(inputs) + " products");
      }
    }
  }
}

// Weights of 255 and 1 with values of +-127, in a batch.
void test_attention(std::int64_t window, at::Device device) {
  constexpr std::int64_t kBatch = 3, kRows = 2, kSize = 16;
  const auto options = at::TensorOptions(at::kLong);
  const auto slots = at::arange(window, options);
  const auto weights = (slots.remainder(7).ne(3)).to(at::kLong).mul(254).add(1);
  const auto signs = at::arange(kSize, options).unsqueeze(0) + slots.unsqueeze(1);
  const auto values = signs.remainder(5).ne(0).to(at::kLong).mul(254).sub(127);  // [W][E]
  const auto sums = (weights.unsqueeze(1) * values).sum(0).to(at::kFloat);
  const at::ScalarType type = window > kAttentionTerms ? at::kDouble : at::kFloat;
  const auto got = at::bmm(weights.to(type).to(device).expand({kBatch, kRows, window}).contiguous(),
                           values.to(type).to(device).expand({kBatch, window, kSize}).contiguous());
  if (!got.to(at::kFloat).to(at::kCPU).equal(sums.expand({kBatch, kRows, kSize}))) {
    fail("a window of " + std::to_string(window));
  }
}

}  // namespace

TorchWeights::TorchWeights(const nnzip_torch_model& model, at::Device where)
    : device(where),
      width(model.width),
      heads(model.heads),
      kv_heads(model.kv_heads),
      head_size(model.head_size),
      tap_count(model.tap_count) {
  embedding = copy_of(model.embedding, {256, width}, at::kShort, at::kInt, device);
  std::vector<at::Tensor> parts;
  std::vector<std::int32_t> factors;
  std::int64_t rows = 0;
  const auto add_table = [&](const nnzip_torch_table& table) {
    parts.push_back(copy_of(table.entries, {table.rows, width}, at::kChar, at::kChar, device));
    factors.push_back(table.multiplier);
    table_starts.push_back(rows);
    rows += table.rows;
  };
  for (std::uint32_t i = 0; i < model.ngram_count; ++i) {
    ngrams.push_back({model.ngrams[i].order, model.ngrams[i].rows});
    add_table(model.ngrams[i]);
  }
  for (std::uint32_t i = 0; i < model.tap_count; ++i) add_table(model.taps[i]);
  if (!parts.empty()) {
    tables = at::cat(parts, 0);
    multipliers = copy_of(factors.data(), {static_cast<std::int64_t>(factors.size()), 1}, at::kInt,
                          at::kInt, device);
  }
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    layers.push_back(copy_layer(model.layers[i], model, device));
  }
  head_norm = constant(model.head_norm, device);
  head = copy_linear(model.head, 256, width, device);
  head_bias = floats(model.head_bias, {256}, device);
  attention_weight = attention_weights(model.attention_exp, device);
  output_weight = output_weights(model.output_exp, device);
}

at::Tensor product(const at::Tensor& input, const TorchLinear& linear) {
  if (linear.pieces.size() == 1) return at::mm(input, linear.pieces.front());
  at::Tensor sum;  // int32: |sum| < 2^31
  std::int64_t begin = 0;
  for (const at::Tensor& piece : linear.pieces) {
    const auto part = at::mm(input.narrow(1, begin, piece.size(0)), piece).to(at::kInt);
    sum = sum.defined() ? sum.add_(part) : part;
    begin += piece.size(0);
  }
  return sum.to(at::kFloat);
}

void test_exactness(const TorchWeights& weights, const nnzip_torch_model& model) {
  std::set<std::int64_t> windows;
  for (const TorchLayer& layer : weights.layers) windows.insert(layer.window);
  const std::set<std::int64_t> inputs{weights.width, weights.heads * weights.head_size,
                                      std::int64_t{model.hidden}};
  for (const std::int64_t count : inputs) test_product(count, weights.device);
  for (const std::int64_t window : windows) test_attention(window, weights.device);
}

}  // namespace nnzip::torch_backend
