// SPDX-License-Identifier: Apache-2.0
// Generated weights: an integer generator, and float multipliers that are exact powers of two.
#include "model/synthetic.h"

#include <bit>

namespace nnzip {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014).
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  // Uniform in low..high.
  std::int32_t uniform(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }

 private:
  std::uint64_t state_;
};

float power_of_two(int exponent) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(exponent + 127) << 23);
}

// The largest power of two whose square is at most n.
int half_log2(std::uint32_t n) { return (std::bit_width(n) - 1) / 2; }

class Builder {
 public:
  Builder(const Config& config, std::uint64_t seed, SyntheticKind kind)
      : c_(config), random_(seed), extreme_(kind == SyntheticKind::kExtreme) {}

  Model build() {
    Model model{c_, {}};
    Weights& w = model.weights;
    fill_tables(w);
    w.embedding.resize(std::size_t{kSymbols} * c_.width);
    const int embedding_range = extreme_ ? 32767 : 1024;
    for (auto& x : w.embedding)
      x = static_cast<std::int16_t>(random_.uniform(-embedding_range, embedding_range));
    for (const NgramTable& ngram : c_.ngrams) w.ngrams.push_back(table(ngram.rows));
    w.taps.resize(c_.taps.size());
    for (TableWeights& tap : w.taps) tap = table(kSymbols);
    for (const std::uint32_t window : c_.windows) w.layers.push_back(layer(window));
    w.head_norm = norm();
    // Products have a deviation of about 127^2/3 * sqrt(D)/2; one octave is 256 units.
    w.head = linear(kSymbols, c_.width, -5 - half_log2(c_.width));
    for (int i = 0; i < kSymbols; ++i) {
      w.head_bias.push_back(static_cast<float>(random_.uniform(-512, 512)) * 0.5F);
    }
    return model;
  }

 private:
  void fill(std::vector<std::int8_t>& values, std::size_t size) {
    values.resize(size);
    for (auto& x : values) {
      const std::int32_t value = random_.uniform(-127, 127);
      x = static_cast<std::int8_t>(extreme_ ? (value < 0 ? -127 : 127) : value);
    }
  }

  TableWeights table(std::uint32_t rows) {
    TableWeights table{extreme_ ? 300 : 4, {}};
    fill(table.entries, std::size_t{rows} * c_.width);
    return table;
  }

  Linear linear(std::uint32_t outputs, std::uint32_t inputs, int exponent) {
    Linear l;
    fill(l.weights, std::size_t{outputs} * inputs);
    for (std::uint32_t i = 0; i < outputs; ++i) {
      const float fraction = 1.0F + static_cast<float>(random_.uniform(0, 255)) * power_of_two(-8);
      l.multiplier.push_back(power_of_two(extreme_ ? exponent + 6 : exponent) * fraction);
    }
    return l;
  }

  // Norm constant: C / sqrt(sum of squares) scales the root mean square to about 32 (or saturates).
  float norm() const { return power_of_two((extreme_ ? 8 : 5) + half_log2(c_.width)); }

  LayerWeights layer(std::uint32_t window) {
    LayerWeights l;
    l.attention_norm = norm();
    l.qkv = linear(c_.qkv_size(), c_.width, -6 - half_log2(c_.width));
    for (std::uint32_t h = 0; h < c_.heads; ++h) {
      l.score_multiplier.push_back(power_of_two(-7 - half_log2(c_.head_size)));
      for (std::uint32_t d = 0; d < window; ++d) {
        const int slope = static_cast<int>(8U >> (h % 4));
        const int bias = -slope * static_cast<int>(d < 60 ? d : 60) + random_.uniform(-32, 32);
        l.distance_bias.push_back(extreme_ ? random_.uniform(-(1 << 20), 1 << 20) : bias);
      }
    }
    l.attention_multiplier = extreme_ ? 8.0F : 2.0F;
    l.out = linear(c_.width, c_.query_size(), -3 - half_log2(c_.query_size()));
    l.hidden_norm = norm();
    l.up = linear(c_.hidden, c_.width, -8 - half_log2(c_.width));
    l.down = linear(c_.width, c_.hidden, -1 - half_log2(c_.hidden));
    return l;
  }

  // Straight lines between powers of two: not 2^x exactly, but as good for a test.
  static void fill_tables(Weights& w) {
    for (std::uint32_t i = 0; i < 64; ++i) {
      w.attention_exp[i] = static_cast<std::uint16_t>(65280 - i * (65280 - 32768) / 64);
    }
    for (std::uint32_t i = 0; i < 256; ++i) w.output_exp[i] = (1U << 23) - i * ((1U << 22) / 256);
  }

  const Config& c_;
  Generator random_;
  bool extreme_;
};

}  // namespace

Model synthetic_model(const Config& config, std::uint64_t seed, SyntheticKind kind) {
  return Builder(config, seed, kind).build();
}

Config tiny_config() {
  Config config;
  config.width = 64;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_size = 32;
  config.hidden = 128;
  config.windows = {16, 48};
  config.ngrams = {{2, 256}, {3, 512}};
  return config;
}

std::vector<Tap> all_taps(Form form) {
  std::vector<Tap> taps;
  if (form == Form::kBytes) return taps;
  for (int number = 0; number < 256; ++number) {
    if (form_of(static_cast<Tap>(number)) == form) taps.push_back(static_cast<Tap>(number));
  }
  return taps;
}

Config tiny_tap_config(Form form) {
  Config config = tiny_config();
  config.content = form;
  config.taps = all_taps(form);
  return config;
}

Config four_million_config() {
  Config config;
  config.width = 256;
  config.heads = 3;
  config.kv_heads = 1;
  config.head_size = 64;
  config.hidden = 1024;
  config.windows.assign(6, 256);
  config.ngrams = {{2, 16384}, {3, 16384}, {4, 16384}};
  return config;
}

}  // namespace nnzip
