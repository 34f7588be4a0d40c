// SPDX-License-Identifier: Apache-2.0
// Permutes weights once, when a model is loaded.
#include "backend/cpu/cpu_pack.h"

#include <algorithm>

#include "backend/cpu/kernels.h"

namespace nnzip::cpu {
namespace {

void pack_bias(const std::vector<std::int32_t>& distance_bias, std::size_t heads,
               PackedLayer& packed) {
  const auto window = static_cast<std::size_t>(packed.window);
  // Distances window + 15 down to -16, in whole cache lines.
  const std::size_t stride = (window + 32 + 15) / 16 * 16;
  packed.bias_stride = static_cast<std::int64_t>(stride);
  packed.bias = AlignedArray<std::int32_t>(heads * stride);
  std::fill_n(packed.bias.data(), heads * stride, kOutside);
  for (std::size_t h = 0; h < heads; ++h) {
    for (std::size_t distance = 0; distance < window; ++distance) {
      packed.bias.data()[h * stride + window + 15 - distance] =
          distance_bias[h * window + distance];
    }
  }
}

// Writes to `weights` and moves it past them. outputs: a multiple of 16; inputs: of 4.
PackedLinear pack_linear(const Linear& linear, std::uint32_t outputs, std::uint32_t inputs,
                         std::uint8_t flip, std::int8_t*& weights) {
  PackedLinear packed{static_cast<std::int32_t>(outputs), static_cast<std::int32_t>(inputs),
                      weights, AlignedArray<std::int32_t>(outputs), AlignedArray<float>(outputs)};
  for (std::size_t j = 0; j < outputs; ++j) {
    const std::int8_t* row = linear.weights.data() + j * inputs;
    std::int8_t* block = weights + j / 16 * 16 * inputs + j % 16 * 4;
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < inputs; k += 4) {
      std::copy_n(row + k, 4, block + k * 16);
      sum += row[k] + row[k + 1] + row[k + 2] + row[k + 3];
    }
    packed.init.data()[j] = -flip * sum;
    packed.multiplier.data()[j] = linear.multiplier[j];
  }
  weights += std::size_t{outputs} * inputs;
  return packed;
}

}  // namespace

PackedMatrices::PackedMatrices(const Model& model, std::uint8_t flip)
    : weights(model.config.macs_per_byte()) {
  const Config& c = model.config;
  std::int8_t* end = weights.data();
  for (std::size_t i = 0; i < c.layers(); ++i) {
    const LayerWeights& w = model.weights.layers[i];
    PackedLayer& packed = layers.emplace_back();
    packed.window = static_cast<std::int32_t>(c.windows[i]);
    packed.qkv = pack_linear(w.qkv, c.qkv_size(), c.width, flip, end);
    packed.out = pack_linear(w.out, c.width, c.query_size(), flip, end);
    packed.up = pack_linear(w.up, c.hidden, c.width, flip, end);
    packed.down = pack_linear(w.down, c.width, c.hidden, flip, end);
    pack_bias(w.distance_bias, c.heads, packed);
  }
  head = pack_linear(model.weights.head, kSymbols, c.width, flip, end);
}

PackedTables::PackedTables(const Model& model) {
  const std::vector<TableWeights>* const lists[] = {&model.weights.ngrams, &model.weights.taps};
  std::size_t size = 0;
  for (const auto* list : lists) {
    for (const TableWeights& table : *list) size += table.entries.size();
  }
  entries = AlignedArray<std::int8_t>(size);
  std::int8_t* end = entries.data();
  for (const auto* list : lists) {
    for (const TableWeights& table : *list) {
      starts.push_back(end);
      multipliers.push_back(table.multiplier);
      end = std::copy(table.entries.begin(), table.entries.end(), end);
    }
  }
}

}  // namespace nnzip::cpu
