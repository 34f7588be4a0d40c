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

constexpr std::int64_t kBlock = 16;  // positions of a ring block
constexpr std::size_t kMaxTables = kMaxNgrams + kMaxTaps;

// Keys and values of one layer, for all lanes and key/value heads: [lanes][G], each a ring of
// `capacity` positions. The ring holds a window and the positions of one batch, so that a batch may
// be written before its first row is attended to.
struct Rings {
  std::int64_t capacity = 0;
  std::int8_t* keys = nullptr;       // [capacity/16][E/4][16][4]
  std::int8_t* values = nullptr;     // [capacity/4][E][4]
  std::int32_t* key_init = nullptr;  // [capacity] -flip * sum of the key
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
  void score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps, int active,
             int count, std::span<Distribution> next) noexcept override;

 private:
  void lap(Part part) const {
    if (clock_ != nullptr) clock_->lap(part);
  }
  void allocate_rings();
  void embed(const std::uint8_t* symbols, const std::uint8_t* taps, std::size_t stride,
             std::size_t first_lane, std::size_t lanes, std::size_t count) noexcept;
  void find_rows(std::uint64_t history, const std::uint8_t* taps,
                 const std::int8_t** found) const noexcept;
  void norm(float constant) noexcept;
  void sign(const std::uint8_t* normed, std::uint32_t* signature) const noexcept;
  Product product(const PackedLinear& linear, const std::uint8_t* a) const noexcept;
  void attention(std::size_t layer) noexcept;
  void keep(Rings& rings, std::int64_t row) noexcept;
  void attend(std::size_t layer, std::int64_t row, std::int64_t group) noexcept;
  void feed_forward(std::size_t layer) noexcept;

  const std::shared_ptr<const PackedModel> packed_;
  PartClock* const clock_;
  const Kernels& kernels_;
  const Config& config_;
  const std::int64_t width_, heads_, groups_, head_size_, query_size_, qkv_size_, hidden_;
  std::int64_t score_stride_ = 0;

  std::vector<Rings> rings_;  // by layer
  AlignedArray<std::int8_t> ring_bytes_;
  AlignedArray<std::int32_t> ring_inits_;
  std::vector<std::int64_t> positions_;   // by lane
  std::vector<std::uint64_t> histories_;  // by lane: the last 8 bytes, the latest lowest

  std::int64_t row_count_ = 0;
  Row rows_[kMaxRows];
  const std::int8_t* table_rows_[kMaxRows][kMaxTables] = {};
  AlignedArray<std::int16_t> x_;        // [rows][D] residual stream
  AlignedArray<std::uint8_t> normed_;   // [rows][D]
  AlignedArray<std::uint8_t> qkv_;      // [rows][(H+2G)*E]; attention's output replaces queries
  AlignedArray<std::uint8_t> squares_;  // [rows][F]
  AlignedArray<std::int32_t> logits_;   // [rows][256]
  AlignedArray<std::int32_t> scores_;   // [H/G][score_stride]
  AlignedArray<std::uint8_t> weights_;  // [H/G][score_stride]
};

CpuSession::CpuSession(std::shared_ptr<const PackedModel> packed, int lanes, PartClock* clock)
    : packed_(std::move(packed)),
      clock_(clock),
      kernels_(packed_->kernels),
      config_(packed_->model.config),
      width_(config_.width),
      heads_(config_.heads),
      groups_(config_.kv_heads),
      head_size_(config_.head_size),
      query_size_(config_.query_size()),
      qkv_size_(config_.qkv_size()),
      hidden_(config_.hidden),
      positions_(static_cast<std::size_t>(lanes)),
      histories_(static_cast<std::size_t>(lanes)) {
  allocate_rings();
  const auto sharing = static_cast<std::size_t>(heads_ / groups_);
  const auto rows = static_cast<std::size_t>(kMaxRows);
  x_ = AlignedArray<std::int16_t>(rows * config_.width);
  normed_ = AlignedArray<std::uint8_t>(rows * config_.width);
  qkv_ = AlignedArray<std::uint8_t>(rows * config_.qkv_size());
  squares_ = AlignedArray<std::uint8_t>(rows * config_.hidden);
  logits_ = AlignedArray<std::int32_t>(rows * kSymbols);
  scores_ = AlignedArray<std::int32_t>(sharing * static_cast<std::size_t>(score_stride_));
  weights_ = AlignedArray<std::uint8_t>(sharing * static_cast<std::size_t>(score_stride_));
}

void CpuSession::allocate_rings() {
  std::int64_t all_slots = 0, widest = 0;
  for (const PackedLayer& layer : packed_->matrices.layers) {
    const std::int64_t capacity = ring_capacity(layer.window);
    all_slots += lanes() * groups_ * capacity;
    widest = std::max(widest, capacity);
  }
  score_stride_ = (widest + 31) / 32 * 32;
  ring_bytes_ = AlignedArray<std::int8_t>(static_cast<std::size_t>(2 * all_slots * head_size_));
  ring_inits_ = AlignedArray<std::int32_t>(static_cast<std::size_t>(all_slots));
  std::int8_t* bytes = ring_bytes_.data();
  std::int32_t* inits = ring_inits_.data();
  for (const PackedLayer& layer : packed_->matrices.layers) {
    const std::int64_t capacity = ring_capacity(layer.window);
    const std::int64_t slots = lanes() * groups_ * capacity;
    rings_.push_back({capacity, bytes, bytes + slots * head_size_, inits});
    bytes += 2 * slots * head_size_;
    inits += slots;
  }
}

void CpuSession::reset() noexcept {
  // What the rings still hold lies at positions that no new row looks back to.
  std::fill(positions_.begin(), positions_.end(), 0);
  std::fill(histories_.begin(), histories_.end(), 0);
}

void CpuSession::score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps,
                       int active, int count, std::span<Distribution> next) noexcept {
  if (active < 1 || count < 1) return;
  const FloatEnvironment environment;
  const auto all = static_cast<std::size_t>(active), n = static_cast<std::size_t>(count);
  const std::size_t chunk = std::min<std::size_t>(n, kMaxRows), group = kMaxRows / chunk;
  for (std::size_t lane = 0; lane < all; lane += group) {
    const std::size_t lanes = std::min(group, all - lane);
    for (std::size_t t = 0; t < n; t += chunk) {
      const std::size_t length = std::min(chunk, n - t), start = lane * n + t;
      embed(symbols.data() + start, taps.data() + start * config_.taps.size(), n, lane, lanes,
            length);
      lap(Part::kEmbedding);
      for (std::size_t layer = 0; layer < packed_->matrices.layers.size(); ++layer) {
        attention(layer);
        feed_forward(layer);
      }
      const Weights& weights = packed_->model.weights;
      norm(weights.head_norm);
      kernels_.product_logits(product(packed_->matrices.head, normed_.data()),
                              weights.head_bias.data(), logits_.data());
      lap(Part::kHead);
      for (std::size_t r = 0; r < lanes * length; ++r) {
        kernels_.distribution(logits_.data() + r * kSymbols, weights.output_exp.data(),
                              next[start + r / length * n + r % length].cumulative);
        sign(normed_.data() + static_cast<std::int64_t>(r) * width_,
             next[start + r / length * n + r % length].signature);
      }
      lap(Part::kDistribution);
    }
  }
}

void CpuSession::find_rows(std::uint64_t history, const std::uint8_t* taps,
                           const std::int8_t** found) const noexcept {
  for (std::size_t i = 0; i < config_.ngrams.size(); ++i) {
    const NgramTable& table = config_.ngrams[i];
    std::uint32_t hash = 0;
    for (std::uint32_t back = table.order; back-- > 0;) {
      hash = (hash + static_cast<std::uint8_t>(history >> (8 * back)) + 1) * 0x9E3779B1U;
      hash ^= hash >> 15;
    }
    const std::size_t row = hash >> (32 - std::countr_zero(table.rows));
    found[i] = packed_->tables.starts[i] + row * config_.width;
  }
  const std::size_t ngrams = config_.ngrams.size(), tables = ngrams + config_.taps.size();
  for (std::size_t i = ngrams; i < tables; ++i) {
    found[i] = packed_->tables.starts[i] + std::size_t{taps[i - ngrams]} * config_.width;
  }
  for (std::size_t i = 0; i < tables; ++i) {
    for (std::int64_t d = 0; d < width_; d += 64) __builtin_prefetch(found[i] + d);
  }
}

// The rows of the batch: `count` positions of each of the lanes, lane by lane.
void CpuSession::embed(const std::uint8_t* symbols, const std::uint8_t* taps, std::size_t stride,
                       std::size_t first_lane, std::size_t lanes, std::size_t count) noexcept {
  row_count_ = static_cast<std::int64_t>(lanes * count);
  for (std::size_t r = 0; r < lanes * count; ++r) {
    const std::size_t lane = first_lane + r / count;
    rows_[r] = {lane, positions_[lane]++};
    const std::size_t at = r / count * stride + r % count;
    histories_[lane] = histories_[lane] << 8 | symbols[at];
    find_rows(histories_[lane], taps + at * config_.taps.size(), table_rows_[r]);
  }
  const std::int16_t* embedding = packed_->model.weights.embedding.data();
  for (std::size_t r = 0; r < lanes * count; ++r) {
    kernels_.embed(embedding + symbols[r / count * stride + r % count] * width_, table_rows_[r],
                   packed_->tables.multipliers.data(),
                   static_cast<std::int32_t>(packed_->tables.multipliers.size()),
                   static_cast<std::int32_t>(width_),
                   x_.data() + static_cast<std::int64_t>(r) * width_);
  }
}

void CpuSession::norm(float constant) noexcept {
  kernels_.norm(x_.data(), static_cast<std::int32_t>(row_count_), static_cast<std::int32_t>(width_),
                constant, normed_.data());
  lap(Part::kNorms);
}

// The signs of the first 256 numbers, eight at once. normed: [D], a multiple of 64.
void CpuSession::sign(const std::uint8_t* normed, std::uint32_t* signature) const noexcept {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  std::fill_n(signature, 8, 0u);
  for (std::int64_t i = 0; i < std::min<std::int64_t>(width_, 256); i += 8) {
    std::uint64_t eight = 0;
    for (int k = 0; k < 8; ++k) eight |= std::uint64_t{normed[i + k]} << (8 * k);
    const std::uint64_t signs = (eight ^ kEach * kernels_.flip) >> 7 & kEach;
    // The sign of byte k comes to bit 56 + k.
    const auto bits = static_cast<std::uint32_t>(signs * 0x0102040810204080 >> 56);
    signature[i / 32] |= bits << (i % 32);
  }
}

// a: [rows][linear.inputs]
Product CpuSession::product(const PackedLinear& linear, const std::uint8_t* a) const noexcept {
  return {a,
          linear.inputs,
          static_cast<std::int32_t>(row_count_),
          linear.outputs / 16,
          linear.inputs / 4,
          linear.weights,
          linear.init.data(),
          linear.multiplier.data()};
}

void CpuSession::attention(std::size_t layer) noexcept {
  const PackedLayer& packed = packed_->matrices.layers[layer];
  norm(packed_->model.weights.layers[layer].attention_norm);
  kernels_.product_quantise(product(packed.qkv, normed_.data()), qkv_.data(), qkv_size_);
  for (std::int64_t r = 0; r < row_count_; ++r) keep(rings_[layer], r);
  lap(Part::kQkv);
  for (std::int64_t r = 0; r < row_count_; ++r) {
    for (std::int64_t group = 0; group < groups_; ++group) attend(layer, r, group);
  }
  lap(Part::kAttention);
  Product out = product(packed.out, qkv_.data());
  out.a_stride = qkv_size_;
  kernels_.product_residual(out, x_.data(), width_);
  lap(Part::kOut);
}

// The row's keys and values into the ring.
void CpuSession::keep(Rings& rings, std::int64_t row) noexcept {
  const auto [lane, position] = rows_[row];
  const std::int64_t slot = position % rings.capacity;
  const std::uint8_t* key = qkv_.data() + row * qkv_size_ + query_size_;
  for (std::int64_t g = 0; g < groups_; ++g, key += head_size_) {
    const std::int64_t ring = (static_cast<std::int64_t>(lane) * groups_ + g) * rings.capacity;
    const std::int32_t sum =
        kernels_.keep(key, key + groups_ * head_size_, static_cast<std::int32_t>(head_size_),
                      rings.keys + (ring + slot / kBlock * kBlock) * head_size_ + slot % kBlock * 4,
                      rings.values + (ring + slot / 4 * 4) * head_size_ + slot % 4);
    rings.key_init[ring + slot] = -kernels_.flip * sum;
  }
}

// The query heads that share one key/value head, together. Whole blocks of positions are computed;
// the bias gives those outside the window weight 0.
void CpuSession::attend(std::size_t layer, std::int64_t row, std::int64_t group) noexcept {
  const PackedLayer& packed = packed_->matrices.layers[layer];
  const LayerWeights& weights = packed_->model.weights.layers[layer];
  const Rings& rings = rings_[layer];
  const auto [lane, position] = rows_[row];
  const std::int64_t sharing = heads_ / groups_, e = head_size_, head = group * sharing;
  const std::int64_t first = std::max<std::int64_t>(0, position - packed.window + 1) / kBlock;
  const std::int64_t blocks = position / kBlock - first + 1;
  const std::int64_t ring_blocks = rings.capacity / kBlock, start = first % ring_blocks;
  const std::int64_t ring = (static_cast<std::int64_t>(lane) * groups_ + group) * rings.capacity;
  // A window that wraps around the end of the ring comes in two parts.
  const std::int64_t before = std::min(blocks, ring_blocks - start);
  const auto part = [&](std::int64_t slot, std::int64_t count) {
    return RingPart{rings.keys + slot * e, rings.key_init + slot, rings.values + slot * e,
                    static_cast<std::int32_t>(count)};
  };
  // Most often the next ring is read at the same place.
  const std::int8_t* const keys = rings.keys + (ring + start * kBlock) * e;
  kernels_.attend({qkv_.data() + row * qkv_size_ + head * e,
                   static_cast<std::int32_t>(sharing),
                   static_cast<std::int32_t>(e),
                   {part(ring + start * kBlock, before), part(ring, blocks - before)},
                   packed.bias.data() + head * packed.bias_stride + packed.window + 15 -
                       (position - first * kBlock),
                   packed.bias_stride,
                   weights.score_multiplier.data() + head,
                   packed_->attention_exp.data(),
                   weights.attention_multiplier,
                   keys + rings.capacity * e,
                   scores_.data(),
                   weights_.data(),
                   score_stride_});
}

void CpuSession::feed_forward(std::size_t layer) noexcept {
  const PackedLayer& packed = packed_->matrices.layers[layer];
  norm(packed_->model.weights.layers[layer].hidden_norm);
  kernels_.product_relu_squared(product(packed.up, normed_.data()), squares_.data(), hidden_);
  lap(Part::kUp);
  if (row_count_ <= kernels_.sparse_rows) {
    kernels_.product_sparse(product(packed.sparse_down, squares_.data()), x_.data(), width_);
  } else {
    kernels_.product_residual(product(packed.down, squares_.data()), x_.data(), width_);
  }
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
  const std::uint64_t rings =
      AlignedArray<std::int8_t>::memory_bytes(2 * ring_slots * config.head_size) +
      AlignedArray<std::int32_t>::memory_bytes(ring_slots);
  const std::uint64_t row =
      3 * config.width + config.qkv_size() + config.hidden + sizeof(std::int32_t) * kSymbols;
  const std::uint64_t attention = config.heads * 5 * (widest + 32);
  constexpr std::uint64_t kFixed = 64 << 10;  // the object, arrays' alignment
  return rings + kMaxRows * row + attention + 16 * static_cast<std::uint64_t>(lanes) + kFixed;
}

std::unique_ptr<Session> make_cpu_session(std::shared_ptr<const PackedModel> packed, int lanes,
                                          PartClock* clock) {
  return std::make_unique<CpuSession>(std::move(packed), lanes, clock);
}

}  // namespace nnzip::cpu
