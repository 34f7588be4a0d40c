// SPDX-License-Identifier: Apache-2.0
// Some bytes through two sessions, compared for equality.
#include "backend/torch/plugin/kernel_test.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "backend/torch/plugin/torch_session.h"

namespace nnzip::torch_backend {
namespace {

constexpr int kLanes = 3;

// Bytes of all values, or signs, the same on every machine.
class Numbers {
 public:
  std::uint8_t byte() {
    state_ = state_ * 1664525 + 1013904223;
    return static_cast<std::uint8_t>(state_ >> 24);
  }
  std::int8_t sign() { return byte() < 100 ? std::int8_t{-127} : std::int8_t{127}; }

 private:
  std::uint32_t state_ = 1;
};

// The model with one layer of +-127 whose sums saturate what they can.
struct ExtremeModel {
  explicit ExtremeModel(const nnzip_torch_model& of) : model(of), layer(of.layers[0]) {
    const std::uint32_t kv = of.kv_heads * of.head_size, queries = of.heads * of.head_size;
    std::uint32_t most = 256;
    for (const std::uint32_t size : {queries + 2 * kv, of.width, of.hidden}) {
      most = std::max(most, size);
    }
    weights.resize(std::size_t{most} * std::max({of.width, queries, of.hidden}));
    std::generate(weights.begin(), weights.end(), [this] { return numbers.sign(); });
    multipliers.assign(most, 1.0F / 64);
    layer.window = std::min(layer.window, 40U);
    bias.assign(std::size_t{of.heads} * layer.window, -(1 << 20));
    for (std::size_t i = 0; i < bias.size(); i += 3) bias[i] = 1 << 20;
    layer.qkv = layer.out = layer.up = layer.down = {weights.data(), multipliers.data()};
    layer.distance_bias = bias.data();
    model.layer_count = 1;
    model.layers = &layer;
    model.head = {weights.data(), multipliers.data()};
  }
  ExtremeModel(const ExtremeModel&) = delete;
  ExtremeModel& operator=(const ExtremeModel&) = delete;

  Numbers numbers;
  nnzip_torch_model model;
  nnzip_torch_layer layer;
  std::vector<std::int8_t> weights;
  std::vector<float> multipliers;
  std::vector<std::int32_t> bias;
};

void compare(const KernelEngine& engine, const nnzip_torch_model& model) {
  const TorchWeights weights(model, at::Device(at::kCPU));
  TorchSession expected(weights, kLanes);
  KernelSession found(engine, kLanes);
  Numbers numbers;
  for (const int count : {1, 21, 1, 40}) {
    const std::size_t rows = static_cast<std::size_t>(kLanes) * static_cast<std::size_t>(count);
    std::vector<std::uint8_t> symbols(rows), taps(rows * model.tap_count);
    for (auto& symbol : symbols) symbol = numbers.byte();
    for (auto& tap : taps) tap = numbers.byte();
    std::vector<std::uint32_t> a(rows * 257), b(rows * 257);
    expected.score(symbols.data(), taps.data(), kLanes, count, a.data());
    found.score(symbols.data(), taps.data(), kLanes, count, b.data());
    if (a != b) throw std::runtime_error("their numbers are wrong on this device");
  }
}

}  // namespace

void test_kernels(const KernelEngine& engine, const nnzip_torch_model& model) {
  compare(engine, model);
  const ExtremeModel extreme(model);
  compare(KernelEngine(engine.device(), extreme.model), extreme.model);
}

}  // namespace nnzip::torch_backend
