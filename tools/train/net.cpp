// SPDX-License-Identifier: Apache-2.0
// The float network and its fake-quantised form.
#include "net.h"

#include <torch/version.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "functions.h"

namespace nnzip::train {
namespace {

constexpr double kEpsilon = 1e-6;  // added to the mean square; below one residual unit squared
constexpr double kMasked = -1e4;   // nats; exp of it is zero in float32
constexpr int kChunk = 64;         // queries that share one gathered set of keys
constexpr double kAttentionLevels = 255;
// Squares have a long tail that carries what the layer says. Held-out bits a byte of text-4m.toml
// after calibration: 1.2813 with the 99.95th percentile here too, 1.2456 so, 1.2382 in float.
constexpr double kHiddenShare = 0.99999;
constexpr int64_t kHashMultiplier = 0x9E3779B1, kLow32 = 0xFFFFFFFF;

torch::Tensor normal(std::vector<int64_t> shape, double deviation) {
  return torch::randn(shape) * deviation;
}

torch::Tensor rms_norm(const torch::Tensor& x) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 9)
  if (x.is_cuda()) return at::rms_norm(x, {x.size(-1)}, {}, kEpsilon);  // one kernel each way
#endif
  return RmsNorm::apply(x, kEpsilon);
}

torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weights, Mode mode) {
  if (mode != Mode::kQuantised) return torch::matmul(x, weights.t());
  return torch::matmul(x, RoundTo::apply(weights, weight_step(weights)).t());
}

// The value that a share of |x| is below, from at most about a million values.
double upper_percentile(const torch::Tensor& x, double share = 0.9995) {
  auto flat = x.detach().abs().flatten();
  const int64_t stride = std::max<int64_t>(1, flat.numel() / (1 << 20));
  flat = flat.slice(0, 0, flat.numel(), stride).to(torch::kFloat);
  const auto place = static_cast<int64_t>(static_cast<double>(flat.numel() - 1) * share);
  return std::get<0>(flat.kthvalue(place + 1)).item<double>();
}

torch::Tensor saturate16(const torch::Tensor& x, const torch::Tensor& unit) {
  return Quantise::apply(x, unit, -32767.0, 32767.0);
}

// q: [B*n*G][H/G*c][E], k and v: [B*n*G][keys][E], bias: [1][n][G][H/G*c][keys]; returns the mixed
// values in the shape of q, and the attention weights if `kept` is given.
torch::Tensor mix(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                  const torch::Tensor& bias, Mode mode, torch::Tensor* kept = nullptr) {
  const auto products =
      torch::bmm(q * std::pow(static_cast<double>(q.size(2)), -0.5), k.transpose(1, 2));
  // Not view, in whose gradient an addition in place would be a copy.
  const auto scores =
      at::_unsafe_view(products, {-1, bias.size(1), bias.size(2), bias.size(3), bias.size(4)})
          .add_(bias);
  // Not torch::softmax: autocast would write the largest tensor of all in float32. The sums
  // inside are float32 either way.
  const auto weights = mode == Mode::kQuantised ? RoundedSoftmax::apply(scores, kAttentionLevels)
                                                : torch::_softmax(scores, -1, false);
  if (kept != nullptr) *kept = weights;
  return torch::bmm(weights.view(products.sizes()), v);
}

// The same by one kernel, which keeps no scores. The heads that share keys are rows of one head.
torch::Tensor fused_mix(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                        const torch::Tensor& bias) {
#if TORCH_VERSION_MAJOR >= 2
  const int64_t groups = bias.size(2), parts = q.size(0) / groups;
  const auto heads = [&](const torch::Tensor& x) {
    return x.view({parts, groups, x.size(1), x.size(2)});
  };
  const auto each = bias.expand({parts / bias.size(1), -1, -1, -1, -1}).flatten(0, 1);
  return at::scaled_dot_product_attention(heads(q), heads(k), heads(v), each).flatten(0, 1);
#else
  return mix(q, k, v, bias, Mode::kFloat);
#endif
}

}  // namespace

torch::Tensor weight_step(const torch::Tensor& weights) {
  return (weights.detach().abs().amax(1, true) / 127.0).clamp_min(1e-8);
}

torch::Tensor ngram_rows(const torch::Tensor& bytes, const NgramTable& table) {
  const int64_t length = bytes.size(1);
  auto hash = torch::zeros_like(bytes);
  for (int64_t back = table.order - 1; back >= 0; --back) {  // oldest byte first
    const auto shifted = torch::constant_pad_nd(bytes, {back, 0}).narrow(1, 0, length);
    hash = ((hash + shifted + 1) * kHashMultiplier).bitwise_and(kLow32);
    hash = hash.bitwise_xor(hash.bitwise_right_shift(15));
  }
  return hash.bitwise_right_shift(32 - std::countr_zero(table.rows));
}

QuantiserImpl::QuantiserImpl(double low_, double high_, double share_)
    : low(low_), high(high_), share(share_) {
  log_scale = register_parameter("log_scale", torch::tensor(std::log(4.0 / high_)));
}

torch::Tensor QuantiserImpl::forward(const torch::Tensor& x, Mode mode) {
  if (mode == Mode::kFloat) return x;
  if (mode == Mode::kCalibrate) {
    torch::NoGradGuard no_grad;
    log_scale.fill_(std::log(std::max(upper_percentile(x, share), 1e-6) / high));
    return x;
  }
  return Quantise::apply(x, log_scale.exp(), low, high);
}

double QuantiserImpl::scale() const { return std::exp(log_scale.item<float>()); }

BlockImpl::BlockImpl(const Config& c, int index)
    : config(c),
      window(static_cast<int>(c.windows[index])),
      attention_in(-127, 127),
      query(-127, 127),
      key(-127, 127),
      value(-127, 127),
      attention_out(-127, 127),
      hidden_in(-127, 127),
      hidden(0, 127, kHiddenShare) {
  const int64_t d = c.width, heads_size = c.query_size(), f = c.hidden;
  const double residual_gain = 0.5 / std::sqrt(static_cast<double>(c.layers()));
  qkv = register_parameter("qkv", normal({c.qkv_size(), d}, std::pow(d, -0.5)));
  out = register_parameter("out",
                           normal({d, heads_size}, residual_gain * std::pow(heads_size, -0.5)));
  up = register_parameter("up", normal({f, d}, std::pow(d, -0.5)));
  down = register_parameter("down", normal({d, f}, residual_gain * std::pow(f, -0.5)));
  auto distance = torch::arange(window, torch::kFloat).clamp_max(60);
  auto slope =
      torch::pow(2.0, -1.0 - 6.0 / c.heads * torch::arange(int64_t{c.heads}, torch::kFloat));
  distance_bias = register_parameter("distance_bias", -slope.unsqueeze(1) * distance.unsqueeze(0));
  register_module("attention_in", attention_in);
  register_module("query", query);
  register_module("key", key);
  register_module("value", value);
  register_module("attention_out", attention_out);
  register_module("hidden_in", hidden_in);
  register_module("hidden", hidden);
}

torch::Tensor BlockImpl::forward(torch::Tensor x, Mode mode, const torch::Tensor& residual_unit) {
  const auto add = [&](const torch::Tensor& a, const torch::Tensor& b) {
    return mode == Mode::kQuantised ? saturate16(a + b, residual_unit) : a + b;
  };
  x = add(x, linear(attention(attention_in(rms_norm(x), mode), mode), out, mode));
  const auto activated = SquaredRelu::apply(linear(hidden_in(rms_norm(x), mode), up, mode));
  return add(x, linear(hidden(activated, mode), down, mode));
}

// Additive term of the scores, [chunks][G][H/G*chunk][keys]: the learned bias by distance, and
// kMasked for keys outside the window or before the start.
torch::Tensor BlockImpl::bias_and_mask(int chunk, int chunks, int keys,
                                       const torch::Tensor& like) const {
  const auto options = torch::TensorOptions().device(like.device()).dtype(torch::kLong);
  const int back = keys - chunk;  // keys before the first query of a chunk
  const auto key_index = torch::arange(keys, options);
  const auto distance = torch::arange(chunk, options).unsqueeze(1) + back - key_index;  // [c][keys]
  const auto inside = (distance >= 0).logical_and(distance < window);
  const auto row = torch::where(inside, distance, torch::full_like(distance, window)).flatten();
  const auto padded = torch::constant_pad_nd(distance_bias, {0, 1}, kMasked);
  const auto bias = padded.index_select(1, row).view({config.heads, chunk, keys});
  const auto position = torch::arange(chunks, options).unsqueeze(1) * chunk + key_index - back;
  const auto before_start = (position < 0).to(torch::kFloat) * kMasked;  // [chunks][keys]
  return (bias.unsqueeze(0) + before_start.view({chunks, 1, 1, keys}))
      .view({chunks, config.kv_heads, config.heads / config.kv_heads * chunk, keys});
}

// normed: [B][T][D]; returns the attention output [B][T][H*E], quantised. Sliding windows are
// computed by chunks of queries: chunk i sees the chunks i - w .. i, w = ceil(window / chunk).
torch::Tensor BlockImpl::attention(const torch::Tensor& normed, Mode mode) {
  const int64_t batch = normed.size(0), length = normed.size(1);
  const int64_t g = config.kv_heads, per = config.heads / g, e = config.head_size;
  const int64_t c = std::min<int64_t>({kChunk, window, length});
  TORCH_CHECK(length % c == 0, "sequence length must be a multiple of the attention chunk");
  const int64_t n = length / c, w = std::min<int64_t>((window + c - 1) / c, n - 1),
                keys = (w + 1) * c;

  const auto projected = linear(normed, qkv, mode);
  const auto parts = projected.split_with_sizes({g * per * e, g * e, g * e}, -1);
  const auto q = query(parts[0], mode)
                     .view({batch, n, c, g, per, e})
                     .permute({0, 1, 3, 4, 2, 5})
                     .reshape({batch * n * g, per * c, e});
  const auto gather = [&](const torch::Tensor& x) {  // [B][T][G*E] -> [B*n*G][keys][E]
    const auto padded = torch::constant_pad_nd(x, {0, 0, w * c, 0}).view({batch, n + w, c, g, e});
    std::vector<torch::Tensor> shifted;
    for (int64_t i = 0; i <= w; ++i) shifted.push_back(padded.narrow(1, i, n));
    return torch::cat(shifted, 2).permute({0, 1, 3, 2, 4}).reshape({batch * n * g, keys, e});
  };
  const auto k = gather(key(parts[1], mode)), v = gather(value(parts[2], mode));
  const auto bias =
      bias_and_mask(static_cast<int>(c), static_cast<int>(n), static_cast<int>(keys), normed)
          .to(q.scalar_type())
          .unsqueeze(0);
  torch::Tensor weights;
  const auto mixed = fused && mode == Mode::kFloat
                         ? fused_mix(q, k, v, bias)
                         : mix(q, k, v, bias, mode, keeps_weights ? &weights : nullptr);
  if (weights.defined()) kept_weights = weights.detach().view({-1, config.heads, c, keys});
  return attention_out(mixed.view({batch, n, g, per, c, e})
                           .permute({0, 1, 4, 2, 3, 5})
                           .reshape({batch, length, g * per * e}),
                       mode);
}

NetImpl::NetImpl(const Config& c) : config(c), head_in(-127, 127) {
  const int64_t d = c.width;
  embedding = register_parameter("embedding", normal({kSymbols, d}, 0.5));
  for (size_t i = 0; i < c.ngrams.size(); ++i) {
    ngrams.push_back(
        register_parameter("ngram" + std::to_string(i), normal({c.ngrams[i].rows, d}, 0.1)));
  }
  const auto tap_count = static_cast<int64_t>(c.taps.size());
  if (tap_count > 0) {
    taps = register_parameter("taps", normal({tap_count * kSymbols, d}, 0.1));
    tap_multiplier = register_buffer("tap_multiplier", torch::ones({tap_count}));
  }
  for (size_t i = 0; i < c.windows.size(); ++i) {
    blocks.push_back(register_module("block" + std::to_string(i), Block(c, static_cast<int>(i))));
  }
  head = register_parameter("head", normal({kSymbols, d}, 0.02));
  head_bias = register_parameter("head_bias", torch::zeros(kSymbols));
  register_module("head_in", head_in);
  residual_unit = register_buffer("residual_unit", torch::tensor(1.0 / 512));
  ngram_multiplier =
      register_buffer("ngram_multiplier", torch::ones({static_cast<int64_t>(c.ngrams.size())}));
}

// values: [B][T][taps]; returns the sum of their rows, [B][T][D].
torch::Tensor NetImpl::embed_taps(const torch::Tensor& values, bool quantised) const {
  const int64_t count = values.size(2);
  auto rows = taps;
  if (quantised) {
    const auto step = (residual_unit * tap_multiplier).repeat_interleave(kSymbols).unsqueeze(1);
    rows = Quantise::apply(taps, step, -127.0, 127.0);
  }
  const auto index = values + torch::arange(count, values.options()) * kSymbols;
  const auto sums = torch::embedding_bag(rows, index.flatten(),
                                         torch::arange(0, index.numel(), count, values.options()));
  return std::get<0>(sums).view({values.size(0), values.size(1), -1});
}

torch::Tensor NetImpl::forward(const torch::Tensor& bytes, const torch::Tensor& tap_values,
                               Mode mode) {
  const bool quantised = mode == Mode::kQuantised;
  // A step on the CPU touches few rows of a table; a GPU's large batches touch most, and gathering
  // sparse gradients would make the host wait.
  const bool sparse = !bytes.is_cuda();
  auto x = torch::embedding(embedding, bytes);
  if (quantised) x = saturate16(x, residual_unit);
  for (size_t i = 0; i < ngrams.size(); ++i) {
    auto row = torch::embedding(ngrams[i], ngram_rows(bytes, config.ngrams[i]), -1, false, sparse);
    if (quantised) {
      const auto step = residual_unit * ngram_multiplier[static_cast<int64_t>(i)];
      row = Quantise::apply(row, step, -127.0, 127.0);
    }
    x = x + row;
  }
  if (taps.defined()) x = x + embed_taps(tap_values, quantised);
  double largest = 0;
  if (quantised) x = saturate16(x, residual_unit);
  for (auto& block : blocks) {
    x = block->forward(x, mode, residual_unit);
    if (mode == Mode::kCalibrate)
      largest = std::max(largest, x.detach().abs().max().item<double>());
  }
  if (mode == Mode::kCalibrate) {  // a power of two with a margin of 2 over what was seen
    torch::NoGradGuard no_grad;
    residual_unit.fill_(std::exp2(std::ceil(std::log2(2 * largest / 32767))));
  }
  return linear(head_in(rms_norm(x), mode), head, mode) + head_bias;
}

void NetImpl::set_fused(bool fused) {
  for (auto& block : blocks) block->fused = fused;
}

void NetImpl::finish_calibration() {
  torch::NoGradGuard no_grad;
  const auto multiplier = [this](const torch::Tensor& table) {
    return std::max(1.0, std::ceil(upper_percentile(table) / 127 / residual_unit.item<float>()));
  };
  for (size_t i = 0; i < ngrams.size(); ++i) {
    ngram_multiplier[static_cast<int64_t>(i)] = multiplier(ngrams[i]);
  }
  for (int64_t i = 0; i < static_cast<int64_t>(config.taps.size()); ++i) {
    tap_multiplier[i] = multiplier(taps.narrow(0, i * kSymbols, kSymbols));
  }
}

}  // namespace nnzip::train
