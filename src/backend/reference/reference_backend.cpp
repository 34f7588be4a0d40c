// SPDX-License-Identifier: Apache-2.0
// The specification, line by line. Names and order follow ARITHMETIC.md; nothing is shared with the
// other backends, so that two implementations must agree.
#include "backend/reference/reference_backend.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "backend/float_environment.h"
#include "nnzip/error.hpp"

namespace nnzip::reference {
namespace {

float clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

std::int32_t round(float x) { return static_cast<std::int32_t>(std::nearbyint(x)); }

std::int16_t saturate16(std::int32_t x) {
  return static_cast<std::int16_t>(std::clamp(x, -32767, 32767));
}

std::int8_t to_int8(float x) { return static_cast<std::int8_t>(round(clamp(x, -127, 127))); }

std::int32_t product(const Linear& linear, std::size_t output,
                     const std::vector<std::int8_t>& input) {
  std::int32_t sum = 0;
  const std::int8_t* row = linear.weights.data() + output * input.size();
  for (std::size_t k = 0; k < input.size(); ++k) sum += input[k] * row[k];
  return sum;
}

}  // namespace

Lane::Lane(const Model& model) : config_(model.config), weights_(model.weights) { reset(); }

void Lane::reset() {
  last_bytes_.assign(8, 0);
  kept_.assign(config_.layers(), {});
  x_.assign(config_.width, 0);
  trace_.clear();
}

void Lane::feed(std::uint8_t symbol, std::span<const std::uint8_t> taps, Distribution& next) {
  embed(symbol, taps);
  trace_.assign(1, x_);
  for (std::size_t layer = 0; layer < config_.layers(); ++layer) {
    attention(layer);
    feed_forward(weights_.layers[layer]);
    trace_.push_back(x_);
  }
  distribution(next);
}

void Lane::embed(std::uint8_t symbol, std::span<const std::uint8_t> taps) {
  last_bytes_.insert(last_bytes_.begin(), symbol);
  last_bytes_.resize(8);
  std::vector<std::int32_t> sum(config_.width);
  for (std::size_t d = 0; d < config_.width; ++d)
    sum[d] = weights_.embedding[symbol * config_.width + d];
  for (std::size_t i = 0; i < config_.ngrams.size(); ++i) {
    const NgramTable& table = config_.ngrams[i];
    std::uint32_t hash = 0;
    for (std::size_t back = table.order; back-- > 0;) {
      hash = (hash + last_bytes_[back] + 1) * 0x9E3779B1U;
      hash ^= hash >> 15;
    }
    const std::uint32_t row = hash >> (32 - std::countr_zero(table.rows));
    const TableWeights& ngram = weights_.ngrams[i];
    for (std::size_t d = 0; d < config_.width; ++d) {
      sum[d] += ngram.multiplier * ngram.entries[std::size_t{row} * config_.width + d];
    }
  }
  for (std::size_t i = 0; i < config_.taps.size(); ++i) {
    const TableWeights& tap = weights_.taps[i];
    for (std::size_t d = 0; d < config_.width; ++d) {
      sum[d] += tap.multiplier * tap.entries[taps[i] * config_.width + d];
    }
  }
  for (std::size_t d = 0; d < config_.width; ++d) x_[d] = saturate16(sum[d]);
}

std::vector<std::int8_t> Lane::norm(float constant) const {
  std::int64_t squares = 0;
  for (const std::int16_t x : x_) squares += std::int64_t{x} * x;
  const float m = constant / std::sqrt(static_cast<float>(std::max<std::int64_t>(1, squares)));
  std::vector<std::int8_t> a(x_.size());
  for (std::size_t d = 0; d < x_.size(); ++d) a[d] = to_int8(static_cast<float>(x_[d]) * m);
  return a;
}

void Lane::attention(std::size_t layer) {
  const LayerWeights& w = weights_.layers[layer];
  const std::vector<std::int8_t> a = norm(w.attention_norm);
  std::vector<std::int8_t> p(config_.qkv_size());
  for (std::size_t j = 0; j < p.size(); ++j) {
    p[j] = to_int8(static_cast<float>(product(w.qkv, j, a)) * w.qkv.multiplier[j]);
  }
  const auto keys = p.begin() + config_.query_size();
  const auto values = keys + config_.kv_heads * config_.head_size;
  kept_[layer].push_front({{keys, values}, {values, p.end()}});
  if (kept_[layer].size() > config_.windows[layer]) kept_[layer].pop_back();

  std::vector<std::int8_t> o(config_.query_size());
  for (std::uint32_t h = 0; h < config_.heads; ++h) {
    attend(w, kept_[layer], h, p.data() + h * config_.head_size, o.data() + h * config_.head_size);
  }
  add_to_residual(w.out, o);
}

void Lane::attend(const LayerWeights& w, const std::deque<KeyValue>& kept, std::uint32_t head,
                  const std::int8_t* query, std::int8_t* out) const {
  const std::size_t size = config_.head_size;
  const std::size_t shared = head / (config_.heads / config_.kv_heads) * size;
  const std::size_t window = w.distance_bias.size() / config_.heads;

  std::vector<std::int32_t> z(kept.size());
  for (std::size_t distance = 0; distance < kept.size(); ++distance) {
    std::int32_t s = 0;
    for (std::size_t e = 0; e < size; ++e) s += query[e] * kept[distance].key[shared + e];
    z[distance] =
        round(clamp(static_cast<float>(s) * w.score_multiplier[head], -0x1p20F, 0x1p20F)) +
        w.distance_bias[head * window + distance];
  }
  const std::int32_t largest = *std::max_element(z.begin(), z.end());

  std::int32_t den = 0;
  std::vector<std::int32_t> num(size);
  for (std::size_t distance = 0; distance < kept.size(); ++distance) {
    const std::int32_t i = largest - z[distance];
    if (i >= 1024) continue;
    const std::int32_t weight = ((weights_.attention_exp[i % 64] >> (i / 64)) + 128) >> 8;
    den += weight;
    for (std::size_t e = 0; e < size; ++e) num[e] += weight * kept[distance].value[shared + e];
  }
  const float f = w.attention_multiplier / static_cast<float>(den);
  for (std::size_t e = 0; e < size; ++e) out[e] = to_int8(static_cast<float>(num[e]) * f);
}

void Lane::feed_forward(const LayerWeights& w) {
  const std::vector<std::int8_t> a = norm(w.hidden_norm);
  std::vector<std::int8_t> hidden(config_.hidden);
  for (std::size_t j = 0; j < hidden.size(); ++j) {
    float u = static_cast<float>(product(w.up, j, a)) * w.up.multiplier[j];
    u = u > 0 ? u : 0;
    u = u * u;
    hidden[j] = static_cast<std::int8_t>(round(clamp(u, 0, 127)));
  }
  add_to_residual(w.down, hidden);
}

void Lane::add_to_residual(const Linear& linear, const std::vector<std::int8_t>& input) {
  for (std::size_t d = 0; d < x_.size(); ++d) {
    const float change = static_cast<float>(product(linear, d, input)) * linear.multiplier[d];
    x_[d] = saturate16(x_[d] + round(clamp(change, -65535, 65535)));
  }
}

void Lane::distribution(Distribution& next) const {
  const std::vector<std::int8_t> a = norm(weights_.head_norm);
  std::fill_n(next.signature, 8, 0u);
  for (std::size_t i = 0; i < std::min<std::size_t>(a.size(), 256); ++i) {
    if (a[i] < 0) next.signature[i / 32] |= 1u << (i % 32);
  }
  std::int32_t z[kSymbols];
  for (std::size_t j = 0; j < kSymbols; ++j) {
    float logit = static_cast<float>(product(weights_.head, j, a)) * weights_.head.multiplier[j];
    logit = logit + weights_.head_bias[j];
    z[j] = round(clamp(logit, -0x1p20F, 0x1p20F));
  }
  const std::int32_t largest = *std::max_element(z, z + kSymbols);
  std::uint32_t c[kSymbols + 1] = {0};
  for (std::size_t j = 0; j < kSymbols; ++j) {
    const std::int32_t i = largest - z[j];
    c[j + 1] =
        c[j] +
        (i >= 8192 ? 0 : weights_.output_exp[static_cast<std::size_t>(i % 256)] >> (i / 256));
  }
  const std::uint64_t scale = (std::uint64_t{Distribution::kTotal - kSymbols} << 32) / c[kSymbols];
  for (std::uint32_t j = 0; j < kSymbols; ++j) {
    next.cumulative[j] = static_cast<std::uint32_t>((c[j] * scale) >> 32) + j;
  }
  next.cumulative[kSymbols] = Distribution::kTotal;
}

namespace {

class ReferenceSession : public Session {
 public:
  ReferenceSession(std::shared_ptr<const Model> model, int lanes)
      : model_(std::move(model)), lanes_(static_cast<std::size_t>(lanes), Lane(*model_)) {}

  int lanes() const noexcept override { return static_cast<int>(lanes_.size()); }

  void reset() noexcept override {
    for (Lane& lane : lanes_) lane.reset();
  }

  void score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps, int active,
             int count, std::span<Distribution> next) noexcept override {
    const FloatEnvironment environment;
    const auto n = static_cast<std::size_t>(count);
    const std::size_t values = model_->config.taps.size();
    for (std::size_t lane = 0; lane < static_cast<std::size_t>(active); ++lane) {
      for (std::size_t t = 0; t < n; ++t) {
        const std::size_t i = lane * n + t;
        lanes_[lane].feed(symbols[i], taps.subspan(i * values, values), next[i]);
      }
    }
  }

 private:
  std::shared_ptr<const Model> model_;
  std::vector<Lane> lanes_;
};

class ReferenceEngine : public Engine {
 public:
  explicit ReferenceEngine(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

  std::unique_ptr<Session> session(int lanes) const override {
    if (lanes < 1 || lanes > kMaxLanes) {
      throw Error(ErrorCode::kInvalidArgument, "a session has 1 to 4096 lanes.");
    }
    return std::make_unique<ReferenceSession>(model_, lanes);
  }

  std::unique_ptr<Session> signing_session(int lanes) const override { return session(lanes); }

  // A kept key or value is a vector of its own, with about 64 bytes beside its numbers.
  std::uint64_t session_bytes(int lanes) const override {
    const Config& config = model_->config;
    std::uint64_t lane = 4096;
    for (const std::uint32_t window : config.windows) {
      lane += 2 * (std::uint64_t{window} + 1) * (config.kv_heads * config.head_size + 64);
    }
    return lane * static_cast<std::uint64_t>(lanes);
  }

  Form content() const override { return model_->config.content; }
  Width preferred() const override { return {1, 1}; }

  std::span<const Tap> taps() const override { return model_->config.taps; }

  std::string description() const override { return "reference"; }

 private:
  std::shared_ptr<const Model> model_;
};

}  // namespace

std::unique_ptr<Engine> ReferenceBackend::load(std::shared_ptr<const Model> model) const {
  return std::make_unique<ReferenceEngine>(std::move(model));
}

}  // namespace nnzip::reference
