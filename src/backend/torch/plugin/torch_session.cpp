// SPDX-License-Identifier: Apache-2.0
// ARITHMETIC.md in the operations of libtorch that it lists. Whole numbers are float32 as long as
// all of a sum stays within 2^24, so that every device sums them exactly.
#include "backend/torch/plugin/torch_session.h"

#include <algorithm>
#include <bit>

namespace nnzip::torch_backend {
namespace {

at::Tensor to_device(const std::vector<std::int64_t>& values, at::IntArrayRef shape,
                     at::Device device) {
  auto* data = const_cast<std::int64_t*>(values.data());
  return at::from_blob(data, shape, at::TensorOptions(at::kLong))
      .to(device, at::kLong, false, true);
}

// x: [rows][D]. The sum is below 2^42. Root and quotient are those of float32: a double has more
// than twice its digits, so that rounding twice gives what rounding once does.
at::Tensor norm(const at::Tensor& x, const at::Tensor& constant) {
  const auto wide = x.to(at::kDouble);
  const auto squares = at::mul(wide, wide).sum(1, true).clamp_min_(1).to(at::kFloat);
  const auto roots = squares.to(at::kDouble).sqrt_().to(at::kFloat);
  const auto m = at::div(constant, roots.to(at::kDouble)).to(at::kFloat);
  return at::mul(x, m).clamp_(-127, 127).round_();
}

void add_product(at::Tensor& x, const at::Tensor& input, const TorchLinear& linear) {
  const auto change = product(input, linear).mul_(linear.multiplier).clamp_(-65535, 65535).round_();
  x.add_(change).clamp_(-32767, 32767);
}

void feed_forward(at::Tensor& x, const TorchLayer& layer) {
  auto u = product(norm(x, layer.hidden_norm), layer.up).mul_(layer.up.multiplier).clamp_min_(0);
  add_product(x, at::mul(u, u).clamp_max_(127).round_(), layer.down);
}

// table[max - z] along the last dimension; the table's last entry is for all that is farther.
at::Tensor exponentials(const at::Tensor& z, const at::Tensor& table) {
  const auto below = at::sub(z.amax(-1, true), z).clamp_max_(table.size(0) - 1).to(at::kInt);
  return table.index_select(0, below.flatten()).view(z.sizes());
}

// bytes: int64, [rows][1]. Returns [rows][8], as plugin_interface.h has them: a bit cuts a part of
// 256, 128 .. 2 symbols in the middle.
at::Tensor places_of_cuts(const at::Tensor& bytes) {
  const auto options = bytes.options();
  const auto part = at::bitwise_right_shift(at::full({8}, 256, options), at::arange(8, options));
  return at::sub(bytes, bytes.remainder(part)).add_(at::bitwise_right_shift(part, 1));
}

// rows: int32, [lanes * positions][n], to [lanes][count][n] of the host, from `to` on.
void copy_rows(const at::Tensor& rows, std::int64_t lanes, std::int64_t positions,
               std::int64_t count, std::uint32_t* to) {
  const std::int64_t n = rows.size(1);
  at::from_blob(to, {lanes, positions, n}, {count * n, n, 1}, at::TensorOptions(at::kInt))
      .copy_(rows.view({lanes, positions, n}));
}

}  // namespace

PassSize pass_size(at::Device device) {
  return device.is_cuda() ? PassSize{1024, 16384} : PassSize{64, 256};
}

TorchSession::TorchSession(const TorchWeights& weights, std::int64_t lanes)
    : weights_(weights),
      size_(pass_size(weights.device)),
      positions_(static_cast<std::size_t>(lanes)),
      histories_(static_cast<std::size_t>(lanes)) {
  const auto options = at::TensorOptions(at::kFloat).device(weights.device);
  for (const TorchLayer& layer : weights.layers) {
    const std::int64_t capacity = layer.window + kPositions - 1;
    const std::vector<std::int64_t> shape{lanes, weights.kv_heads, capacity, weights.head_size};
    rings_.push_back({capacity, at::zeros(shape, options), at::zeros(shape, options)});
  }
}

// What the rings still hold lies at positions that no new row sees.
void TorchSession::reset() {
  std::fill(positions_.begin(), positions_.end(), 0);
  std::fill(histories_.begin(), histories_.end(), 0);
}

template <class Answer>
void TorchSession::run(const std::uint8_t* symbols, const std::uint8_t* taps, std::int64_t active,
                       std::int64_t count, const Answer& answer) {
  const auto tap_count = static_cast<std::int64_t>(weights_.tap_count);
  const std::int64_t chunk = std::min(count, kPositions);
  const std::int64_t group = std::clamp<std::int64_t>(size_.rows / chunk, 1, size_.lanes);
  for (std::int64_t lane = 0; lane < active; lane += group) {
    for (std::int64_t t = 0; t < count; t += chunk) {
      Pass pass;
      pass.first_lane = lane;
      pass.lanes = std::min(group, active - lane);
      pass.positions = std::min(chunk, count - t);
      const std::int64_t start = lane * count + t;
      at::Tensor x = begin(pass, symbols + start, taps + start * tap_count, count);
      for (std::size_t i = 0; i < weights_.layers.size(); ++i) {
        const TorchLayer& layer = weights_.layers[i];
        const auto p = product(norm(x, layer.attention_norm), layer.qkv)
                           .mul_(layer.qkv.multiplier)
                           .clamp_(-127, 127)
                           .round_();
        add_product(x, attention(pass, i, p), layer.out);
        feed_forward(x, layer);
      }
      answer(pass, start, distribution(x));
    }
  }
}

void TorchSession::score(const std::uint8_t* symbols, const std::uint8_t* taps, std::int64_t active,
                         std::int64_t count, std::uint32_t* next) {
  run(symbols, taps, active, count,
      [&](const Pass& pass, std::int64_t start, const at::Tensor& rows) {
        copy_rows(rows, pass.lanes, pass.positions, count, next + start * 257);
      });
}

void TorchSession::score_walks(const std::uint8_t* symbols, const std::uint8_t* taps,
                               const std::uint8_t* followers, std::int64_t active,
                               std::int64_t count, std::uint32_t* walks) {
  run(symbols, taps, active, count,
      [&](const Pass& pass, std::int64_t start, const at::Tensor& rows) {
        std::vector<std::int64_t> bytes;
        for (std::int64_t i = 0; i < rows.size(0); ++i) {
          bytes.push_back(followers[start + i / pass.positions * count + i % pass.positions]);
        }
        const auto cuts =
            rows.gather(1, places_of_cuts(to_device(bytes, {rows.size(0), 1}, weights_.device)));
        copy_rows(cuts, pass.lanes, pass.positions, count, walks + start * 8);
      });
}

// Takes the symbols into the histories and gives the residual stream, [rows][D].
at::Tensor TorchSession::begin(Pass& pass, const std::uint8_t* symbols, const std::uint8_t* taps,
                               std::int64_t stride) {
  const auto tap_count = static_cast<std::int64_t>(weights_.tap_count);
  std::vector<std::int64_t> positions, bytes, rows;
  const auto first = positions_.begin() + pass.first_lane;
  pass.together = std::all_of(first, first + pass.lanes, [&](auto p) { return p == *first; });
  for (std::int64_t lane = 0; lane < pass.lanes; ++lane) {
    const auto at = static_cast<std::size_t>(pass.first_lane + lane);
    for (std::int64_t t = 0; t < pass.positions; ++t) {
      const std::int64_t from = lane * stride + t;
      positions.push_back(positions_[at]++);
      bytes.push_back(symbols[from]);
      histories_[at] = histories_[at] << 8 | symbols[from];
      std::size_t table = 0;
      for (const TorchNgram& ngram : weights_.ngrams) {
        std::uint32_t hash = 0;
        for (std::uint32_t back = ngram.order; back-- > 0;) {
          hash = (hash + static_cast<std::uint8_t>(histories_[at] >> (8 * back)) + 1) * 0x9E3779B1U;
          hash ^= hash >> 15;
        }
        rows.push_back(weights_.table_starts[table++] +
                       (hash >> (32 - std::countr_zero(ngram.rows))));
      }
      for (std::int64_t tap = 0; tap < tap_count; ++tap) {
        rows.push_back(weights_.table_starts[table++] + taps[from * tap_count + tap]);
      }
    }
  }
  pass.position = to_device(positions, {pass.lanes, pass.positions, 1}, weights_.device);
  return embed(bytes, rows);
}

// rows: [rows][tables]
at::Tensor TorchSession::embed(const std::vector<std::int64_t>& symbols,
                               const std::vector<std::int64_t>& rows) const {
  const auto count = static_cast<std::int64_t>(symbols.size());
  auto sum = weights_.embedding.index_select(0, to_device(symbols, {count}, weights_.device));
  if (!rows.empty()) {
    const auto all = static_cast<std::int64_t>(rows.size());
    const auto entries = weights_.tables.index_select(0, to_device(rows, {all}, weights_.device))
                             .to(at::kInt)
                             .view({count, all / count, weights_.width});
    sum.add_(at::mul(entries, weights_.multipliers).sum(1, false, at::kInt));
  }
  return sum.clamp_(-32767, 32767).to(at::kFloat);
}

// For each row and place of a ring the distance, or W if the row does not see it: [1 or L][T][C],
// 1 if it is the same for all lanes.
const at::Tensor& TorchSession::seen(Pass& pass, std::int64_t window, std::int64_t capacity) const {
  at::Tensor& seen = pass.seen[window];
  if (!seen.defined()) {
    const auto options = at::TensorOptions(at::kLong).device(weights_.device);
    const auto position = pass.together ? pass.position.narrow(0, 0, 1) : pass.position;
    const auto distance = at::sub(position, at::arange(capacity, options)).remainder_(capacity);
    const auto before = distance.gt(position).logical_or_(distance.ge(window));
    seen = distance.masked_fill(before, window);
  }
  return seen;
}

// Where the rows' keys and values go in [lanes][G][C], of the first lane of the pass: [rows][G].
const at::Tensor& TorchSession::slots(Pass& pass, std::int64_t window,
                                      std::int64_t capacity) const {
  at::Tensor& slots = pass.slots[window];
  if (!slots.defined()) {
    const auto options = at::TensorOptions(at::kLong).device(weights_.device);
    const auto rings = at::arange(pass.lanes * weights_.kv_heads, options).mul_(capacity);
    slots =
        at::add(pass.position.remainder(capacity), rings.view({pass.lanes, 1, weights_.kv_heads}))
            .flatten();
  }
  return slots;
}

// p: [rows][(H+2G)*E]. Returns o: [rows][H*E].
at::Tensor TorchSession::attention(Pass& pass, std::size_t index, const at::Tensor& p) {
  const TorchLayer& layer = weights_.layers[index];
  const Rings& rings = rings_[index];
  const std::int64_t l = pass.lanes, t = pass.positions, h = weights_.heads, g = weights_.kv_heads,
                     e = weights_.head_size, c = rings.capacity;
  const auto ring_of = [&](const at::Tensor& all, std::int64_t from) {
    const auto ring = all.narrow(0, pass.first_lane, l).view({l * g * c, e});
    ring.index_copy_(0, slots(pass, layer.window, c),
                     p.narrow(1, from, g * e).reshape({l * t * g, e}));
    return ring.view({l * g, c, e});
  };
  const auto keys = ring_of(rings.keys, h * e), values = ring_of(rings.values, (h + g) * e);
  const auto queries = p.narrow(1, 0, h * e)
                           .reshape({l, t, h, e})
                           .permute({0, 2, 1, 3})
                           .reshape({l * g, h / g * t, e});
  const at::Tensor& distance = seen(pass, layer.window, c);
  const auto bias = layer.distance_bias.index_select(1, distance.flatten())
                        .view({h, distance.size(0), t, c})
                        .transpose(0, 1);
  const auto z = at::bmm(queries, keys.transpose(1, 2))
                     .view({l, h, t, c})
                     .mul_(layer.score_multiplier)
                     .clamp_(-0x1p20, 0x1p20)
                     .round_()
                     .add_(bias);
  const auto weight = exponentials(z, weights_.attention_weight);
  const auto den = weight.sum(-1, true);  // at most 255 * 4096
  const at::ScalarType type = layer.window > kAttentionTerms ? at::kDouble : at::kFloat;
  const auto num =
      at::bmm(weight.view({l * g, h / g * t, c}).to(type), values.to(type)).to(at::kFloat);
  const auto f = at::div(layer.attention_multiplier, den.to(at::kDouble)).to(at::kFloat);
  return at::mul(num.view({l, h, t, e}), f)
      .clamp_(-127, 127)
      .round_()
      .permute({0, 2, 1, 3})
      .reshape({l * t, h * e});
}

// int32, [rows][257]. c[j] * R stays below 2^54.
at::Tensor TorchSession::distribution(const at::Tensor& x) const {
  const auto z = product(norm(x, weights_.head_norm), weights_.head)
                     .mul_(weights_.head.multiplier)
                     .add_(weights_.head_bias)
                     .clamp_(-0x1p20, 0x1p20)
                     .round_();
  const auto c = exponentials(z, weights_.output_weight).cumsum(1);  // c[1] .. c[256]
  const auto total = c.narrow(1, 255, 1);
  const auto scale =
      at::div(at::full_like(total, ((std::int64_t{1} << 22) - 256) << 32), total, "floor");
  const auto options = at::TensorOptions(at::kLong).device(weights_.device);
  const auto low = at::bitwise_right_shift(at::mul(c.narrow(1, 0, 255), scale), 32)
                       .add_(at::arange(1, 256, options));
  return at::cat({at::zeros({x.size(0), 1}, options), low,
                  at::full({x.size(0), 1}, std::int64_t{1} << 22, options)},
                 1)
      .to(at::kInt);
}

std::uint64_t TorchSession::bytes(const TorchWeights& weights, std::int64_t lanes) {
  std::int64_t ring = 0, widest = 0;
  for (const TorchLayer& layer : weights.layers) {
    const std::int64_t capacity = layer.window + kPositions - 1;
    ring += 2 * capacity * weights.kv_heads * weights.head_size;
    widest = std::max(widest, capacity);
  }
  const PassSize size = pass_size(weights.device);
  const std::int64_t passed = std::min(size.rows, lanes * kPositions);
  std::int64_t hidden = 0;
  for (const TorchLayer& layer : weights.layers) hidden = layer.up.multiplier.size(0);
  // What is alive at once: some copies of a row's products, of its scores, of its distribution.
  const std::int64_t row = 8 * (weights.width + hidden) + 6 * weights.heads * widest + 10 * 257;
  return static_cast<std::uint64_t>(4 * (lanes * ring + passed * row)) + (std::uint64_t{1} << 20);
}

}  // namespace nnzip::torch_backend
