// SPDX-License-Identifier: Apache-2.0
// Measurements of float networks, on the CPU.
#include "measure.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numbers>
#include <random>
#include <stdexcept>
#include <vector>

#include "weights_file.h"

namespace nnzip::train {
namespace {

constexpr int64_t kWindows = 48;        // of each category
constexpr int64_t kKnockoutEvery = 64;  // bytes from one replaced byte to the next, and the reach

// Bits of each target: [B][T].
torch::Tensor costs(const torch::Tensor& logits, const torch::Tensor& targets) {
  const auto nats = torch::nn::functional::cross_entropy(
      logits.flatten(0, 1), targets.flatten(),
      torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone));
  return nats.view(targets.sizes()) / std::numbers::ln2;
}

torch::Tensor costs(Net& net, const Batch& batch) {
  return costs(net->forward(batch.inputs, batch.taps, Mode::kFloat), batch.targets);
}

Dataset held_out(const Options& options) {
  return {options.valid, options.weights, options.config.taps, torch::kCPU};
}

// Mean cost of the bytes at each position of a window that has an empty history.
void measure_positions(Net& net, const Options& options) {
  const auto data = held_out(options);
  std::printf("category\tposition\tbits\n");
  for (size_t c = 0; c < data.categories(); ++c) {
    const auto mean = costs(net, data.fixed(c, kWindows, options.length)).mean(0);
    for (int64_t i = 0; i < options.length; ++i) {
      std::printf("%s\t%lld\t%.4f\n", data.name(c).c_str(), static_cast<long long>(i),
                  mean[i].item<double>());
    }
  }
}

// What it costs the byte that follows at each distance that one byte of its history is replaced by
// a byte from elsewhere in the window: distance 1 is the byte just before.
void measure_knockout(Net& net, const Options& options) {
  const auto data = held_out(options);
  const int64_t length = options.length, reach = kKnockoutEvery;
  if (length < 2 * reach) throw std::runtime_error("--length is too short for --measure knockout");
  auto sums = torch::zeros({reach}, torch::kDouble);
  double weights = 0;
  std::mt19937_64 rng(1);
  for (size_t c = 0; c < data.categories(); ++c) {
    auto batch = data.fixed(c, kWindows, length);
    const auto before = costs(net, batch);
    auto inputs = batch.inputs.clone();  // input i is the byte before target i
    const int64_t first = 1 + static_cast<int64_t>(rng() % static_cast<uint64_t>(reach));
    std::vector<int64_t> places;
    for (int64_t i = first; i + reach <= length; i += reach) places.push_back(i);
    for (const int64_t place : places) {
      const auto from = static_cast<int64_t>(1 + rng() % static_cast<uint64_t>(length - 1));
      inputs.select(1, place).copy_(batch.inputs.select(1, from));
    }
    batch.inputs = inputs;
    const auto more = costs(net, batch) - before;
    for (const int64_t place : places) {
      sums += more.narrow(1, place, reach).mean(0).to(torch::kDouble) *
              (data.weight(c) / static_cast<double>(places.size()));
    }
    weights += data.weight(c);
  }
  std::printf("distance\tbits\n");
  for (int64_t i = 0; i < reach; ++i) {
    std::printf("%lld\t%.5f\n", static_cast<long long>(i + 1), sums[i].item<double>() / weights);
  }
}

// Attention weights of a block by distance, summed over queries: [H][window]; a mean query has 1.
torch::Tensor by_distance(const BlockImpl& block) {
  const auto& weights = block.kept_weights;
  const int64_t chunk = weights.size(2), keys = weights.size(3);
  const auto distance = (torch::arange(chunk).unsqueeze(1) + keys - chunk - torch::arange(keys));
  const auto inside = distance.ge(0).logical_and(distance.lt(block.window));
  const auto mean = weights.mean(0).masked_fill(inside.logical_not(), 0.0) / chunk;  // [H][c][keys]
  return torch::zeros({weights.size(1), block.window})
      .index_add(1, distance.clamp(0, block.window - 1).flatten(), mean.flatten(1));
}

// Attention weights and the learned bias by distance, for each head of each layer. Distance 0 is
// the byte that was fed last.
void measure_distances(Net& net, const Options& options) {
  const auto data = held_out(options);
  for (auto& block : net->blocks) block->keeps_weights = true;
  std::vector<torch::Tensor> sums(net->blocks.size());
  double all = 0;
  for (size_t c = 0; c < data.categories(); ++c) {
    const auto batch = data.fixed(c, kWindows, options.length);
    net->forward(batch.inputs, batch.taps, Mode::kFloat);
    for (size_t i = 0; i < sums.size(); ++i) {
      const auto mine = by_distance(*net->blocks[i]) * data.weight(c);
      sums[i] = sums[i].defined() ? sums[i] + mine : mine;
    }
    all += data.weight(c);
  }
  std::printf("layer\thead\tdistance\tweight\tbias\n");
  for (size_t i = 0; i < sums.size(); ++i) {
    for (int64_t head = 0; head < sums[i].size(0); ++head) {
      for (int64_t d = 0; d < sums[i].size(1); ++d) {
        std::printf("%zu\t%lld\t%lld\t%.6f\t%.4f\n", i, static_cast<long long>(head),
                    static_cast<long long>(d), sums[i][head][d].item<double>() / all,
                    net->blocks[i]->distance_bias[head][d].item<double>());
      }
    }
  }
}

// [streams][bytes of one]: what does not fill the last streams is left out.
torch::Tensor read_streams(const std::filesystem::path& path, int64_t streams) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  const auto each = static_cast<int64_t>(bytes.size()) / streams;
  auto content = torch::empty({streams * each}, torch::kUInt8);
  std::copy_n(bytes.begin(), streams * each, content.data_ptr<uint8_t>());
  return content.view({streams, each}).to(torch::kLong);
}

// Code length of a file whose streams are coded side by side, window after window, each with the
// `overlap` bytes before it as its history. With `learn` the network takes a step on what it has
// just coded, as a decoder could.
void measure_file(Net& net, const Options& options, const MeasureOptions& measurement) {
  const int64_t step = options.length - measurement.overlap;
  if (measurement.streams < 1 || measurement.overlap < 0 || step < 1) {
    throw std::runtime_error("--file-streams is below 1, or --overlap not below --length");
  }
  const auto content = read_streams(measurement.file, measurement.streams);
  const int64_t size = content.size(1) / step * step;
  if (size == 0) throw std::runtime_error("the file is too short");
  Optimiser optimiser(trained_parameters(net, options, false), false);
  const auto fed = torch::constant_pad_nd(content, {1 + measurement.overlap, 0});
  const auto targets = torch::constant_pad_nd(content, {measurement.overlap, 0});
  double sum = 0;
  std::printf("bytes\tbits_per_byte\n");
  for (int64_t at = 0; at < size; at += step) {
    torch::AutoGradMode gradients(measurement.learn > 0);
    const Batch batch{fed.narrow(1, at, options.length), targets.narrow(1, at, options.length), {}};
    for (const auto& p : optimiser.parameters()) p.value.mutable_grad() = torch::Tensor();
    const auto bits = costs(net, batch).narrow(1, measurement.overlap, step);
    sum += bits.sum().item<double>();
    if (measurement.learn > 0) {
      bits.mean().backward();
      optimiser.step(measurement.learn, kGradientClip);
    }
    const int64_t done = at + step;
    if (done == size || (done / step) % 16 == 0) {
      const int64_t bytes = done * content.size(0);
      std::printf("%lld\t%.4f\n", static_cast<long long>(bytes), sum / static_cast<double>(bytes));
    }
  }
}

}  // namespace

void measure(const Options& options, const MeasureOptions& measurement) {
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  Net net(options.config);
  if (!options.start_from.empty()) load_weights(options.start_from, net);
  if (measurement.what == "file") return measure_file(net, options, measurement);
  const torch::NoGradGuard no_grad;
  if (measurement.what == "positions") return measure_positions(net, options);
  if (measurement.what == "knockout") return measure_knockout(net, options);
  measure_distances(net, options);
}

}  // namespace nnzip::train
