// SPDX-License-Identifier: Apache-2.0
// Every bound that the overflow proofs of ARITHMETIC.md lean on.
#include "model/model_limits.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "nnzip/error.hpp"

namespace nnzip {
namespace {

constexpr float kSmallest = 0x1p-60F;
constexpr float kLargest = 0x1p16F;
constexpr float kLargestBias = 0x1p20F;

void require_supported(bool holds, const std::string& what, const std::string& rule) {
  if (!holds) throw Error(ErrorCode::kModelUnsupported, what + ": this build needs " + rule + ".");
}

bool multiple_of_64(std::uint32_t x) { return x >= 64 && x <= 4096 && x % 64 == 0; }

class WeightChecker {
 public:
  explicit WeightChecker(const std::string& what) : what_(what) {}

  void require(bool holds, const char* problem) const {
    if (!holds) throw Error(ErrorCode::kModelCorrupt, what_ + ": " + problem + ".");
  }

  // Zero, or a magnitude that can neither overflow nor become denormal.
  void parameter(float x, float largest, bool negative_allowed) const {
    const float magnitude = std::fabs(x);
    require(x == 0 || (magnitude >= kSmallest && magnitude <= largest),
            "a parameter is out of range");
    require(negative_allowed || !std::signbit(x), "a scale is negative");
  }

  void parameters(const std::vector<float>& xs, std::size_t size, float largest,
                  bool negative_allowed) const {
    require(xs.size() == size, "a tensor has the wrong size");
    for (const float x : xs) parameter(x, largest, negative_allowed);
  }

  void int8s(const std::vector<std::int8_t>& xs, std::size_t size) const {
    require(xs.size() == size, "a tensor has the wrong size");
    require(std::find(xs.begin(), xs.end(), std::int8_t{-128}) == xs.end(), "a weight is -128");
  }

  void table(const TableWeights& table, std::size_t size) const {
    int8s(table.entries, size);
    require(table.multiplier >= 1 && table.multiplier <= 32767,
            "a table's multiplier is out of range");
  }

  void linear(const Linear& linear, std::size_t outputs, std::size_t inputs) const {
    int8s(linear.weights, outputs * inputs);
    parameters(linear.multiplier, outputs, kLargest, true);
  }

 private:
  const std::string& what_;
};

void check_layer(const WeightChecker& check, const Config& c, const LayerWeights& layer,
                 std::size_t window) {
  check.parameter(layer.attention_norm, kLargest, false);
  check.linear(layer.qkv, c.qkv_size(), c.width);
  check.parameters(layer.score_multiplier, c.heads, kLargest, false);
  check.require(layer.distance_bias.size() == c.heads * window, "a tensor has the wrong size");
  for (const std::int32_t bias : layer.distance_bias) {
    check.require(bias >= -(1 << 20) && bias <= 1 << 20, "a distance bias is out of range");
  }
  check.parameter(layer.attention_multiplier, kLargest, false);
  check.linear(layer.out, c.width, c.query_size());
  check.parameter(layer.hidden_norm, kLargest, false);
  check.linear(layer.up, c.hidden, c.width);
  check.linear(layer.down, c.width, c.hidden);
}

}  // namespace

void check_config(const Config& c, const std::string& what) {
  require_supported(multiple_of_64(c.width), what, "a width that is a multiple of 64 up to 4096");
  require_supported(c.heads >= 1 && c.heads <= 64, what, "1 to 64 heads");
  require_supported(c.kv_heads >= 1 && c.kv_heads <= c.heads && c.heads % c.kv_heads == 0, what,
                    "a number of key/value heads that divides the heads");
  require_supported(c.head_size >= 16 && c.head_size <= 128 && c.head_size % 16 == 0, what,
                    "a head size that is a multiple of 16 up to 128");
  require_supported(multiple_of_64(c.query_size()), what,
                    "heads times head size to be a multiple of 64 up to 4096");
  require_supported(multiple_of_64(c.hidden), what,
                    "a hidden size that is a multiple of 64 up to 4096");
  require_supported(c.layers() >= 1 && c.layers() <= 64, what, "1 to 64 layers");
  for (const std::uint32_t window : c.windows) {
    require_supported(window >= 1 && window <= 4096, what, "attention windows of 1 to 4096");
  }
  require_supported(c.ngrams.size() <= kMaxNgrams, what, "at most 8 n-gram tables");
  for (const NgramTable& table : c.ngrams) {
    require_supported(table.order >= 2 && table.order <= 8, what, "n-gram orders of 2 to 8");
    require_supported(std::has_single_bit(table.rows) && table.rows >= 2 && table.rows <= 1U << 22,
                      what, "n-gram tables of 2 to 2^22 rows, a power of two");
  }
  require_supported(c.content == Form::kBytes || c.content == Form::kPixels ||
                        c.content == Form::kSamples || c.content == Form::kCode,
                    what,
                    "models of bytes, pixels, samples or code, not of content " +
                        std::to_string(static_cast<int>(c.content)));
  require_supported(c.taps.size() <= kMaxTaps, what, "at most 32 taps");
  const bool is_of_bytes = c.content == Form::kBytes || c.content == Form::kCode;
  require_supported(c.taps.empty() == is_of_bytes, what,
                    "taps of models of pixels or samples, and of no others");
  for (std::size_t i = 0; i < c.taps.size(); ++i) {
    require_supported(
        form_of(c.taps[i]) != Form::kBytes, what,
        "taps that it knows, not number " + std::to_string(static_cast<int>(c.taps[i])));
    require_supported(i == 0 || c.taps[i - 1] < c.taps[i], what, "taps in increasing order");
    require_supported(form_of(c.taps[i]) == c.content, what, "taps of the model's content");
  }
}

void check_weights(const Model& model, const std::string& what) {
  const WeightChecker check(what);
  const Config& c = model.config;
  const Weights& w = model.weights;
  check.require(w.embedding.size() == std::size_t{kSymbols} * c.width,
                "a tensor has the wrong size");
  check.require(
      std::find(w.embedding.begin(), w.embedding.end(), std::int16_t{-32768}) == w.embedding.end(),
      "an embedding is -32768");
  check.require(w.ngrams.size() == c.ngrams.size() && w.taps.size() == c.taps.size() &&
                    w.layers.size() == c.windows.size(),
                "a list has the wrong length");
  for (std::size_t i = 0; i < w.ngrams.size(); ++i) {
    check.table(w.ngrams[i], std::size_t{c.ngrams[i].rows} * c.width);
  }
  for (const TableWeights& tap : w.taps) check.table(tap, std::size_t{kSymbols} * c.width);
  for (std::size_t i = 0; i < w.layers.size(); ++i)
    check_layer(check, c, w.layers[i], c.windows[i]);
  check.parameter(w.head_norm, kLargest, false);
  check.linear(w.head, kSymbols, c.width);
  check.parameters(w.head_bias, kSymbols, kLargestBias, true);
  check.require(std::is_sorted(w.attention_exp.rbegin(), w.attention_exp.rend()) &&
                    w.attention_exp.front() <= 65280 && w.attention_exp.back() >= 1U << 15,
                "the attention table is not an exponential");
  check.require(std::is_sorted(w.output_exp.rbegin(), w.output_exp.rend()) &&
                    w.output_exp.front() <= 1U << 23 && w.output_exp.back() >= 1U << 22,
                "the output table is not an exponential");
}

}  // namespace nnzip
