// SPDX-License-Identifier: Apache-2.0
// The forward pass. Rows are (lane, position) pairs: a step is several lanes at one position,
// scoring is one or more lanes at several positions, and both run through the same code: one matrix
// product for all rows, then attention row by row over rings that already hold the keys of all
// rows.
#include <algorithm>
#include <bit>
#include <vector>

#include "backend/cpu/cpu_engine.h"
#include "backend/float_environment.h"

namespace nnzip::cpu {
namespace {

constexpr std::int64_t kMaxRows = 64;
constexpr std::int64_t kBlock = 16;  // positions of a ring block
constexpr std::size_t kMaxTables = 8;

// Keys and values of one layer, for all lanes and key/value heads: [lanes][G], each a ring of
// `capacity` positions. The ring holds a window and the positions of one batch, so that a batch may
// be written before its first row is attended to.
struct Rings {
  std::int64_t capacity = 0;
  AlignedArray<std::int8_t> keys;       // [capacity/16][E/4][16][4]
  AlignedArray<std::int8_t> values;     // [capacity/4][E][4]
  AlignedArray<std::int32_t> key_init;  // [capacity] -flip * sum of the key
};

std::int64_t ring_capacity(std::int64_t window) {
  return (window + kMaxRows + 2 * kBlock - 1) / kBlock * kBlock;
}

struct Row {
  std::size_t lane = 0;
  std::int64_t position = 0;
};

class CpuSession : public Session {
 public:
  CpuSession(std::shared_ptr<const PackedModel> packed, int lanes, PartClock* clock);

  int lanes() const noexcept override { return static_cast<int>(positions_.size()); }
  void reset() noexcept override;
  void step(std::span<const std::uint8_t> symbols, std::span<Distribution> next) noexcept override {
    score(symbols, static_cast<int>(symbols.size()), 1, next);
  }
  void score(std::span<const std::uint8_t> symbols, int active, int count,
             std::span<Distribution> next) noexcept override;

 private:
  void lap(Part part) const {
    if (clock_ != nullptr) clock_->lap(part);
  }
  void embed(const std::uint8_t* symbols, std::size_t stride, std::size_t first_lane,
             std::size_t lanes, std::size_t count) noexcept;
  void find_ngrams(std::uint64_t history, const std::int8_t** found) const noexcept;
  void norm(float constant) noexcept;
  void multiply(const PackedLinear& linear) noexcept;
  void add_residual(const PackedLinear& linear) noexcept;
  void attention(std::size_t layer) noexcept;
  void keep(Rings& rings, const Row& row, const std::int8_t* key,
            const std::int8_t* value) noexcept;
  void attend(const PackedLayer& layer, const LayerWeights& weights, const Rings& rings,
              const Row& row, std::int64_t group, std::uint8_t* inout) noexcept;
  void feed_forward(std::size_t layer) noexcept;

  const std::shared_ptr<const PackedModel> packed_;
  PartClock* const clock_;
  const Kernels& kernels_;
  const Config& config_;
  const std::int64_t width_, heads_, groups_, head_size_, query_size_, hidden_, activation_stride_;
  std::int64_t acc_stride_ = 0, score_stride_ = 0;

  std::vector<Rings> rings_;              // by layer
  std::vector<std::int64_t> positions_;   // by lane
  std::vector<std::uint64_t> histories_;  // by lane: the last 8 bytes, the latest lowest

  std::int64_t row_count_ = 0;
  Row rows_[kMaxRows];
  const std::int8_t* ngram_rows_[kMaxRows][kMaxTables] = {};
  AlignedArray<std::int16_t> x_;           // [rows][D] residual stream
  AlignedArray<std::uint8_t> activation_;  // [rows][max of D, H*E, F]
  AlignedArray<std::int32_t> acc_;         // [rows][max of outputs]
  AlignedArray<std::int8_t> key_value_;    // [2*G*E]
  AlignedArray<std::int32_t> scores_;      // [H/G][score_stride]
  AlignedArray<std::uint8_t> weights_;     // [H/G][score_stride]
  AlignedArray<std::int32_t> means_;       // [H/G][E]
  AlignedArray<std::int32_t> zeros_;       // [E]
};

CpuSession::CpuSession(std::shared_ptr<const PackedModel> packed, int lanes, PartClock* clock)
    : packed_(std::move(packed)),
      clock_(clock),
      kernels_(packed_->kernels),
      config_(packed_->model->config),
      width_(config_.width),
      heads_(config_.heads),
      groups_(config_.kv_heads),
      head_size_(config_.head_size),
      query_size_(config_.query_size()),
      hidden_(config_.hidden),
      activation_stride_(std::max({width_, query_size_, hidden_})),
      positions_(static_cast<std::size_t>(lanes)),
      histories_(static_cast<std::size_t>(lanes)) {
  acc_stride_ =
      std::max({std::int64_t{config_.qkv_size()}, width_, hidden_, std::int64_t{kSymbols}});
  std::int64_t widest = 0;
  for (const PackedLayer& layer : packed_->layers) {
    Rings& rings = rings_.emplace_back();
    rings.capacity = ring_capacity(layer.window);
    const auto slots = static_cast<std::size_t>(lanes * groups_ * rings.capacity);
    rings.keys = AlignedArray<std::int8_t>(slots * config_.head_size);
    rings.values = AlignedArray<std::int8_t>(slots * config_.head_size);
    rings.key_init = AlignedArray<std::int32_t>(slots);
    widest = std::max(widest, rings.capacity);
  }
  score_stride_ = widest;
  const auto sharing = static_cast<std::size_t>(heads_ / groups_);
  x_ = AlignedArray<std::int16_t>(static_cast<std::size_t>(kMaxRows * width_));
  activation_ = AlignedArray<std::uint8_t>(static_cast<std::size_t>(kMaxRows * activation_stride_));
  acc_ = AlignedArray<std::int32_t>(static_cast<std::size_t>(kMaxRows * acc_stride_));
  key_value_ = AlignedArray<std::int8_t>(static_cast<std::size_t>(2 * groups_ * head_size_));
  scores_ = AlignedArray<std::int32_t>(sharing * static_cast<std::size_t>(score_stride_));
  weights_ = AlignedArray<std::uint8_t>(sharing * static_cast<std::size_t>(score_stride_));
  means_ = AlignedArray<std::int32_t>(sharing * config_.head_size);
  zeros_ = AlignedArray<std::int32_t>(config_.head_size);
}

void CpuSession::reset() noexcept {
  // What the rings still hold lies at positions that no new row looks back to.
  std::fill(positions_.begin(), positions_.end(), 0);
  std::fill(histories_.begin(), histories_.end(), 0);
}

void CpuSession::score(std::span<const std::uint8_t> symbols, int active, int count,
                       std::span<Distribution> next) noexcept {
  if (active < 1 || count < 1) return;
  const FloatEnvironment environment;
  const auto all = static_cast<std::size_t>(active), n = static_cast<std::size_t>(count);
  const std::size_t chunk = std::min<std::size_t>(n, kMaxRows), group = kMaxRows / chunk;
  for (std::size_t lane = 0; lane < all; lane += group) {
    const std::size_t lanes = std::min(group, all - lane);
    for (std::size_t t = 0; t < n; t += chunk) {
      const std::size_t length = std::min(chunk, n - t), start = lane * n + t;
      embed(symbols.data() + start, n, lane, lanes, length);
      lap(Part::kEmbedding);
      for (std::size_t layer = 0; layer < packed_->layers.size(); ++layer) {
        attention(layer);
        feed_forward(layer);
      }
      const Weights& weights = packed_->model->weights;
      norm(weights.head_norm);
      lap(Part::kNorms);
      multiply(packed_->head);
      lap(Part::kHead);
      for (std::size_t r = 0; r < lanes * length; ++r) {
        kernels_.distribution(acc_.data() + static_cast<std::int64_t>(r) * acc_stride_,
                              packed_->head.multiplier.data(), weights.head_bias.data(),
                              weights.output_exp.data(),
                              next[start + r / length * n + r % length].cumulative);
      }
      lap(Part::kDistribution);
    }
  }
}

void CpuSession::find_ngrams(std::uint64_t history, const std::int8_t** found) const noexcept {
  for (std::size_t i = 0; i < config_.ngrams.size(); ++i) {
    const NgramTable& table = config_.ngrams[i];
    std::uint32_t hash = 0;
    for (std::uint32_t back = table.order; back-- > 0;) {
      hash = (hash + static_cast<std::uint8_t>(history >> (8 * back)) + 1) * 0x9E3779B1U;
      hash ^= hash >> 15;
    }
    const std::size_t row = hash >> (32 - std::countr_zero(table.rows));
    found[i] = packed_->model->weights.ngrams[i].entries.data() + row * config_.width;
    for (std::int64_t d = 0; d < width_; d += 64) __builtin_prefetch(found[i] + d);
  }
}

// The rows of the batch: `count` positions of each of the lanes, lane by lane.
void CpuSession::embed(const std::uint8_t* symbols, std::size_t stride, std::size_t first_lane,
                       std::size_t lanes, std::size_t count) noexcept {
  row_count_ = static_cast<std::int64_t>(lanes * count);
  for (std::size_t r = 0; r < lanes * count; ++r) {
    const std::size_t lane = first_lane + r / count;
    rows_[r] = {lane, positions_[lane]++};
    histories_[lane] = histories_[lane] << 8 | symbols[r / count * stride + r % count];
    find_ngrams(histories_[lane], ngram_rows_[r]);
  }
  const std::int16_t* embedding = packed_->model->weights.embedding.data();
  for (std::size_t r = 0; r < lanes * count; ++r) {
    kernels_.embed(embedding + symbols[r / count * stride + r % count] * width_, ngram_rows_[r],
                   packed_->ngram_multipliers.data(),
                   static_cast<std::int32_t>(config_.ngrams.size()),
                   static_cast<std::int32_t>(width_), acc_.data(),
                   x_.data() + static_cast<std::int64_t>(r) * width_);
  }
}

void CpuSession::norm(float constant) noexcept {
  for (std::int64_t r = 0; r < row_count_; ++r) {
    kernels_.norm(x_.data() + r * width_, static_cast<std::int32_t>(width_), constant,
                  activation_.data() + r * activation_stride_);
  }
}

void CpuSession::multiply(const PackedLinear& linear) noexcept {
  kernels_.product({activation_.data(), activation_stride_, static_cast<std::int32_t>(row_count_),
                    linear.outputs / 16, linear.inputs / 4, linear.weights.data(),
                    std::int64_t{linear.inputs} * 16, 64, linear.init.data(), 0, acc_.data(),
                    acc_stride_});
}

void CpuSession::add_residual(const PackedLinear& linear) noexcept {
  for (std::int64_t r = 0; r < row_count_; ++r) {
    kernels_.add_residual(acc_.data() + r * acc_stride_, linear.multiplier.data(),
                          static_cast<std::int32_t>(width_), x_.data() + r * width_);
  }
}

void CpuSession::attention(std::size_t layer) noexcept {
  const PackedLayer& packed = packed_->layers[layer];
  const LayerWeights& weights = packed_->model->weights.layers[layer];
  norm(weights.attention_norm);
  lap(Part::kNorms);
  multiply(packed.qkv);
  const float* multiplier = packed.qkv.multiplier.data();
  const std::int64_t shared_size = groups_ * head_size_;
  for (std::int64_t r = 0; r < row_count_; ++r) {
    const std::int32_t* acc = acc_.data() + r * acc_stride_;
    kernels_.quantise(acc, multiplier, static_cast<std::int32_t>(query_size_),
                      activation_.data() + r * activation_stride_);
    kernels_.quantise_plain(acc + query_size_, multiplier + query_size_,
                            static_cast<std::int32_t>(2 * shared_size), key_value_.data());
    keep(rings_[layer], rows_[r], key_value_.data(), key_value_.data() + shared_size);
  }
  lap(Part::kQkv);
  for (std::int64_t r = 0; r < row_count_; ++r) {
    for (std::int64_t group = 0; group < groups_; ++group) {
      attend(packed, weights, rings_[layer], rows_[r], group,
             activation_.data() + r * activation_stride_ + group * (heads_ / groups_) * head_size_);
    }
  }
  lap(Part::kAttention);
  multiply(packed.out);
  add_residual(packed.out);
  lap(Part::kOut);
}

// key, value: [G][E]
void CpuSession::keep(Rings& rings, const Row& row, const std::int8_t* key,
                      const std::int8_t* value) noexcept {
  const std::int64_t slot = row.position % rings.capacity;
  for (std::int64_t g = 0; g < groups_; ++g, key += head_size_, value += head_size_) {
    const std::int64_t ring = (static_cast<std::int64_t>(row.lane) * groups_ + g) * rings.capacity;
    std::int8_t* to_key =
        rings.keys.data() + (ring + slot / kBlock * kBlock) * head_size_ + slot % kBlock * 4;
    std::int8_t* to_value = rings.values.data() + (ring + slot / 4 * 4) * head_size_ + slot % 4;
    std::int32_t sum = 0;
    for (std::int64_t e = 0; e < head_size_; e += 4) {
      std::copy_n(key + e, 4, to_key + e * kBlock);
      sum += key[e] + key[e + 1] + key[e + 2] + key[e + 3];
    }
    for (std::int64_t e = 0; e < head_size_; ++e) to_value[e * 4] = value[e];
    rings.key_init.data()[ring + slot] = -kernels_.flip * sum;
  }
}

// The query heads that share one key/value head, together. inout: their queries, replaced by their
// output. Whole blocks of positions are computed; the bias gives those outside the window weight 0.
void CpuSession::attend(const PackedLayer& layer, const LayerWeights& weights, const Rings& rings,
                        const Row& row, std::int64_t group, std::uint8_t* inout) noexcept {
  const std::int64_t sharing = heads_ / groups_, e = head_size_;
  const std::int64_t first = std::max<std::int64_t>(0, row.position - layer.window + 1) / kBlock;
  const std::int64_t blocks = row.position / kBlock - first + 1;
  const std::int64_t ring_blocks = rings.capacity / kBlock, start = first % ring_blocks;
  const std::int64_t ring =
      (static_cast<std::int64_t>(row.lane) * groups_ + group) * rings.capacity;
  // A window that wraps around the end of the ring comes in two parts.
  const std::int64_t before = std::min(blocks, ring_blocks - start);
  const struct {
    std::int64_t slot, at, count;
  } parts[2] = {{ring + start * kBlock, 0, before}, {ring, before * kBlock, blocks - before}};

  for (const auto& part : parts) {
    if (part.count == 0) continue;
    kernels_.product(
        {inout, e, static_cast<std::int32_t>(sharing), static_cast<std::int32_t>(part.count),
         static_cast<std::int32_t>(e / 4), rings.keys.data() + part.slot * e, e * kBlock, 64,
         rings.key_init.data() + part.slot, 0, scores_.data() + part.at, score_stride_});
  }
  float factors[64];
  for (std::int64_t i = 0; i < sharing; ++i) {
    const std::int64_t head = group * sharing + i;
    const std::int32_t* bias = layer.bias.data() + head * layer.bias_stride + layer.window + 15 -
                               (row.position - first * kBlock);
    const std::int32_t sum = kernels_.attention_weights(
        scores_.data() + i * score_stride_, bias,
        weights.score_multiplier[static_cast<std::size_t>(head)], packed_->attention_exp.data(),
        static_cast<std::int32_t>(blocks * kBlock), weights_.data() + i * score_stride_);
    factors[i] = weights.attention_multiplier / static_cast<float>(sum);
  }
  for (const auto& part : parts) {
    if (part.count == 0) continue;
    kernels_.weigh({weights_.data() + part.at, score_stride_, static_cast<std::int32_t>(sharing),
                    static_cast<std::int32_t>(e / 16), static_cast<std::int32_t>(part.count * 4),
                    rings.values.data() + part.slot * e, 64, e * 4,
                    part.at == 0 ? zeros_.data() : means_.data(), part.at == 0 ? 0 : e,
                    means_.data(), e});
  }
  for (std::int64_t i = 0; i < sharing; ++i) {
    kernels_.quantise_mean(means_.data() + i * e, factors[i], static_cast<std::int32_t>(e),
                           inout + i * e);
  }
}

void CpuSession::feed_forward(std::size_t layer) noexcept {
  const PackedLayer& packed = packed_->layers[layer];
  norm(packed_->model->weights.layers[layer].hidden_norm);
  lap(Part::kNorms);
  multiply(packed.up);
  for (std::int64_t r = 0; r < row_count_; ++r) {
    kernels_.relu_squared(acc_.data() + r * acc_stride_, packed.up.multiplier.data(),
                          static_cast<std::int32_t>(hidden_),
                          activation_.data() + r * activation_stride_);
  }
  lap(Part::kUp);
  multiply(packed.down);
  add_residual(packed.down);
  lap(Part::kDown);
}

}  // namespace

std::uint64_t cpu_session_bytes(const Config& config, int lanes) {
  std::uint64_t ring_slots = 0, widest = 0;
  for (const std::uint32_t window : config.windows) {
    const auto capacity = static_cast<std::uint64_t>(ring_capacity(window));
    ring_slots += static_cast<std::uint64_t>(lanes) * config.kv_heads * capacity;
    widest = std::max(widest, capacity);
  }
  const std::uint64_t rings = ring_slots * (2 * config.head_size + sizeof(std::int32_t));
  const std::uint64_t row = 2 * config.width +
                            sizeof(std::int32_t) * std::max({config.qkv_size(), config.width,
                                                             config.hidden, std::uint32_t{256}}) +
                            std::max({config.width, config.query_size(), config.hidden});
  const std::uint64_t attention = config.heads * (5 * widest + 8 * config.head_size);
  constexpr std::uint64_t kFixed = 64 << 10;  // the object, arrays' alignment
  return rings + kMaxRows * row + attention + 16 * static_cast<std::uint64_t>(lanes) + kFixed;
}

std::unique_ptr<Session> make_cpu_session(std::shared_ptr<const PackedModel> packed, int lanes,
                                          PartClock* clock) {
  return std::make_unique<CpuSession>(std::move(packed), lanes, clock);
}

}  // namespace nnzip::cpu
