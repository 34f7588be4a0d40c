// SPDX-License-Identifier: Apache-2.0
// Folding of scales into multipliers, and the files of an exported model.
#include "export.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>
#include <stdexcept>

#include "base/hash.h"
#include "integer_forward.h"
#include "model/model_file.h"

namespace nnzip::train {
namespace {

constexpr double kAttentionUnits = 64 / std::numbers::ln2;  // nats -> 1/64 octave
constexpr double kOutputUnits = 256 / std::numbers::ln2;    // nats -> 1/256 octave
constexpr size_t kVectorPositions = 600;                    // beyond any ring of 512

// Magnitudes below the format's smallest count as zero.
float parameter(double x) { return std::fabs(x) < 0x1p-60 ? 0.0F : static_cast<float>(x); }

template <class T>
std::vector<T> to_vector(const torch::Tensor& tensor, double limit) {
  const auto values =
      torch::round(tensor.detach().cpu().to(torch::kDouble)).clamp(-limit, limit).contiguous();
  const double* data = values.data_ptr<double>();
  std::vector<T> out(static_cast<size_t>(values.numel()));
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<T>(data[i]);
  return out;
}

// gain(j): what one unit of the accumulator times the weight's step is worth in output units.
template <class Gain>
Linear to_linear(const torch::Tensor& weights, Gain gain) {
  const auto step = weight_step(weights);
  Linear linear{to_vector<std::int8_t>(weights / step, 127), {}};
  const auto steps = step.cpu();
  for (int64_t j = 0; j < weights.size(0); ++j) {
    linear.multiplier.push_back(parameter(gain(j) * steps[j][0].item<float>()));
  }
  return linear;
}

LayerWeights to_layer(const Block& block, double unit) {
  const Config& c = block->config;
  const double root_width = std::sqrt(c.width);
  const double in = block->attention_in->scale(), q = block->query->scale(),
               k = block->key->scale(), v = block->value->scale(),
               mixed = block->attention_out->scale(), hidden_in = block->hidden_in->scale(),
               hidden = block->hidden->scale();
  const int64_t queries = c.query_size(), keys_end = queries + c.kv_heads * c.head_size;
  LayerWeights w;
  w.attention_norm = parameter(root_width / in);
  w.qkv = to_linear(block->qkv, [&](int64_t j) {
    return in / (j < queries ? q : j < keys_end ? k : v);
  });
  w.score_multiplier.assign(c.heads, parameter(q * k / std::sqrt(c.head_size) * kAttentionUnits));
  w.distance_bias = to_vector<std::int32_t>(block->distance_bias * kAttentionUnits, 1 << 20);
  w.attention_multiplier = parameter(v / mixed);
  w.out = to_linear(block->out, [&](int64_t) { return mixed / unit; });
  w.hidden_norm = parameter(root_width / hidden_in);
  w.up = to_linear(block->up, [&](int64_t) { return hidden_in / std::sqrt(hidden); });
  w.down = to_linear(block->down, [&](int64_t) { return hidden / unit; });
  return w;
}

void write_file(const std::filesystem::path& path, const void* data, size_t size) {
  std::ofstream out(path, std::ios::binary);
  if (!out.write(static_cast<const char*>(data), static_cast<std::streamsize>(size)).flush()) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

template <class T>
std::uint32_t checksum(const torch::Tensor& row) {
  const auto values = to_vector<T>(row, 4.0e9);
  return xxh32({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(T)});
}

// Words of several kinds, punctuation, other scripts, every byte value: made, not copied.
std::vector<std::uint8_t> vector_input() {
  std::vector<std::uint8_t> input{0};
  const std::string text =
      "The table was set for two. int main() { return 0; }\n<p>caf\xC3\xA9 \xD0\xB4\xD0\xB0</p> "
      "{\"a\": 1.5}\n";
  while (input.size() < 330) input.insert(input.end(), text.begin(), text.end());
  for (std::uint32_t i = 0; input.size() < kVectorPositions; ++i) {
    input.push_back(static_cast<std::uint8_t>(i < 256 ? i : (i * i * 7) >> 3));
  }
  return input;
}

// Every value of each tap, in another order for each: 37 (2 i + 1) is odd.
std::vector<std::uint8_t> vector_taps(size_t taps) {
  std::vector<std::uint8_t> values;
  for (size_t t = 0; t < kVectorPositions; ++t) {
    for (size_t i = 0; i < taps; ++i) {
      values.push_back(static_cast<std::uint8_t>(t * 37 * (2 * i + 1) + 11 * i));
    }
  }
  return values;
}

// The input, of models with taps their values [position][tap], then one line a position: XXH32 of
// the residual stream (int16) after the embedding and each layer, then of the 257 cumulative
// frequencies (uint32), all little-endian.
std::string parity_vectors(const Model& model, const std::string& name) {
  const auto input = vector_input();
  const auto taps = vector_taps(model.config.taps.size());
  const IntegerTrace trace = integer_forward(model, input, taps);
  std::string text = "model " + name + "\ninput " + to_hex(input) + "\n";
  if (!taps.empty()) text += "taps " + to_hex(taps) + "\n";
  char word[16];
  for (int64_t t = 0; t < static_cast<int64_t>(input.size()); ++t) {
    for (const auto& residual : trace.residuals) {
      std::snprintf(word, sizeof word, "%08x ", checksum<std::int16_t>(residual[t]));
      text += word;
    }
    std::snprintf(word, sizeof word, "%08x\n", checksum<std::uint32_t>(trace.cumulative[t]));
    text += word;
  }
  return text;
}

}  // namespace

Model to_integers(const Net& net) {
  torch::NoGradGuard no_grad;
  const double unit = net->residual_unit.item<float>();
  Model model{net->config, {}};
  Weights& w = model.weights;
  w.embedding = to_vector<std::int16_t>(net->embedding / unit, 32767);
  for (size_t i = 0; i < net->ngrams.size(); ++i) {
    const double multiplier = net->ngram_multiplier[static_cast<int64_t>(i)].item<float>();
    w.ngrams.push_back({static_cast<std::int32_t>(multiplier),
                        to_vector<std::int8_t>(net->ngrams[i] / (unit * multiplier), 127)});
  }
  for (int64_t i = 0; i < static_cast<int64_t>(net->config.taps.size()); ++i) {
    const double multiplier = net->tap_multiplier[i].item<float>();
    const auto table = net->taps.narrow(0, i * kSymbols, kSymbols);
    w.taps.push_back({static_cast<std::int32_t>(multiplier),
                      to_vector<std::int8_t>(table / (unit * multiplier), 127)});
  }
  for (const auto& block : net->blocks) w.layers.push_back(to_layer(block, unit));
  const double head_in = net->head_in->scale();
  w.head_norm = parameter(std::sqrt(net->config.width) / head_in);
  w.head = to_linear(net->head, [&](int64_t) { return head_in * kOutputUnits; });
  const auto bias = net->head_bias.cpu();
  for (int64_t j = 0; j < kSymbols; ++j)
    w.head_bias.push_back(parameter(bias[j].item<float>() * kOutputUnits));
  for (size_t i = 0; i < w.attention_exp.size(); ++i) {
    w.attention_exp[i] =
        static_cast<std::uint16_t>(std::lround(65280 * std::exp2(-static_cast<double>(i) / 64)));
  }
  for (size_t i = 0; i < w.output_exp.size(); ++i) {
    w.output_exp[i] =
        static_cast<std::uint32_t>(std::lround(0x1p23 * std::exp2(-static_cast<double>(i) / 256)));
  }
  return model;
}

std::string export_model(const Net& net, const std::string& prefix,
                         const std::filesystem::path& folder) {
  const Model model = to_integers(net);
  const Bytes file = pack_model(model);
  const std::string name = model_name(prefix, model.config, read_model_header(file, "model").hash);
  const std::string vectors = parity_vectors(model, name);
  write_file(folder / (name + ".nnzm"), file.data(), file.size());
  write_file(folder / (name + ".vectors.txt"), vectors.data(), vectors.size());
  return name;
}

}  // namespace nnzip::train
