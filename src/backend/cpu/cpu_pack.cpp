// SPDX-License-Identifier: Apache-2.0
// Permutes weights once, when a model is loaded.
#include "backend/cpu/cpu_pack.h"

#include <algorithm>

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

// Writes to `weights` and moves it past them. outputs: a multiple of 16; inputs: of 8, which are
// flipped by `flip`.
PackedLinear pack_linear(const Linear& linear, std::uint32_t outputs, std::uint32_t inputs,
                         const Kernels& target, std::uint8_t flip, std::int8_t*& weights) {
  PackedLinear packed{static_cast<std::int32_t>(outputs), static_cast<std::int32_t>(inputs),
                      weights, AlignedArray<std::int32_t>(outputs), AlignedArray<float>(outputs)};
  for (std::size_t j = 0; j < outputs; ++j) {
    const std::int8_t* row = linear.weights.data() + j * inputs;
    const auto together = static_cast<std::size_t>(target.inputs_together);
    std::int8_t* block = weights + j / 16 * 16 * inputs + j % 16 * together;
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < inputs; k += 4) {
      for (std::size_t i = k; i < k + 4; ++i) {
        block[i / together * together * 16 + i % together] =
            static_cast<std::int8_t>(row[i] ^ target.weight_flip);
      }
      sum += row[k] + row[k + 1] + row[k + 2] + row[k + 3];
    }
    packed.init.data()[j] = -flip * sum;
    packed.multiplier.data()[j] = linear.multiplier[j];
  }
  weights += std::size_t{outputs} * inputs;
  return packed;
}

// For product_sparse: by inputs.
PackedLinear pack_transposed(const Linear& linear, std::uint32_t outputs, std::uint32_t inputs,
                             std::int8_t*& weights) {
  PackedLinear packed{static_cast<std::int32_t>(outputs), static_cast<std::int32_t>(inputs),
                      weights, AlignedArray<std::int32_t>(outputs), AlignedArray<float>(outputs)};
  for (std::size_t j = 0; j < outputs; ++j) {
    for (std::size_t k = 0; k < inputs; ++k) {
      weights[k * outputs + j] = linear.weights[j * inputs + k];
    }
    packed.multiplier.data()[j] = linear.multiplier[j];
  }
  weights += std::size_t{outputs} * inputs;
  return packed;
}

// All weights, and those of the down products once more if the target takes them in both forms.
std::size_t packed_size(const Config& config, const Kernels& target) {
  const bool both = target.sparse_rows > 0 && target.sparse_rows < kMaxRows;
  const std::size_t down = config.layers() * config.width * config.hidden;
  return config.macs_per_byte() + (both ? down : 0);
}

}  // namespace

PackedMatrices::PackedMatrices(const Model& model, const Kernels& target)
    : weights(packed_size(model.config, target)) {
  const Config& c = model.config;
  std::int8_t* end = weights.data();
  for (std::size_t i = 0; i < c.layers(); ++i) {
    const LayerWeights& w = model.weights.layers[i];
    PackedLayer& packed = layers.emplace_back();
    packed.window = static_cast<std::int32_t>(c.windows[i]);
    packed.qkv = pack_linear(w.qkv, c.qkv_size(), c.width, target, target.flip, end);
    packed.out = pack_linear(w.out, c.width, c.query_size(), target, target.flip, end);
    packed.up = pack_linear(w.up, c.hidden, c.width, target, target.flip, end);
    if (target.sparse_rows < kMaxRows) {
      const std::uint8_t flip = target.product_sparse != nullptr ? 0 : target.flip;
      packed.down = pack_linear(w.down, c.width, c.hidden, target, flip, end);
    }
    pack_bias(w.distance_bias, c.heads, packed);
  }
  head = pack_linear(model.weights.head, kSymbols, c.width, target, target.flip, end);
  if (target.sparse_rows == 0) return;
  for (std::size_t i = 0; i < c.layers(); ++i) {
    layers[i].sparse_down = pack_transposed(model.weights.layers[i].down, c.width, c.hidden, end);
  }
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

Model without_packed(const Model& model) {
  Model rest;
  rest.config = model.config;
  rest.weights.embedding = model.weights.embedding;
  for (const LayerWeights& layer : model.weights.layers) {
    LayerWeights& kept = rest.weights.layers.emplace_back();
    kept.attention_norm = layer.attention_norm;
    kept.score_multiplier = layer.score_multiplier;
    kept.attention_multiplier = layer.attention_multiplier;
    kept.hidden_norm = layer.hidden_norm;
  }
  rest.weights.head_norm = model.weights.head_norm;
  rest.weights.head_bias = model.weights.head_bias;
  rest.weights.output_exp = model.weights.output_exp;
  return rest;
}

}  // namespace nnzip::cpu
