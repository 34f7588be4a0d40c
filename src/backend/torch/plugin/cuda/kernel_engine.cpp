// SPDX-License-Identifier: Apache-2.0
// Copies a model to the device, cuts calls into blocks and passes.
#include "backend/torch/plugin/cuda/kernel_engine.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace nnzip::torch_backend {
namespace {

constexpr std::size_t kAlignment = 256;
// Rows of the calls that are usual: what is sent and fetched takes memory of the device.
constexpr std::uint64_t kCallRows = 16384;
// What attention may take of a block's memory before heads are scored one by one: several blocks
// shall share a processor.
constexpr std::size_t kScratchBytes = std::size_t{48} << 10;
constexpr int kBlocksAProcessor = 2;

// Arrays one after the other, with the addresses that they will have on the device.
class Packer {
 public:
  explicit Packer(const void* base) : base_(reinterpret_cast<std::uintptr_t>(base)) {}

  template <class T>
  const T* put(const T* values, std::size_t count) {
    const std::size_t begin = (image_.size() + kAlignment - 1) / kAlignment * kAlignment;
    image_.resize(begin + count * sizeof(T));
    std::memcpy(image_.data() + begin, values, count * sizeof(T));
    return reinterpret_cast<const T*>(base_ + begin);
  }
  const std::vector<unsigned char>& image() const { return image_; }

 private:
  std::uintptr_t base_;
  std::vector<unsigned char> image_;
};

LinearView pack_linear(const nnzip_torch_linear& linear, int outputs, int inputs, Packer& packer) {
  const auto count = static_cast<std::size_t>(outputs);
  return {packer.put(linear.weights, count * static_cast<std::size_t>(inputs)),
          packer.put(linear.multiplier, count), outputs, inputs};
}

TableView pack_table(const nnzip_torch_table& table, std::uint32_t width, Packer& packer) {
  const bool is_tap = table.order == 0;
  return {packer.put(table.entries, std::size_t{table.rows} * width), table.multiplier,
          static_cast<int>(table.order), is_tap ? 0 : 32 - std::countr_zero(table.rows)};
}

LayerView pack_layer(const nnzip_torch_layer& layer, const nnzip_torch_model& model,
                     NetworkView& net, Packer& packer) {
  LayerView view{};
  view.attention_norm = layer.attention_norm;
  view.attention_multiplier = layer.attention_multiplier;
  view.hidden_norm = layer.hidden_norm;
  view.qkv = pack_linear(layer.qkv, net.qkv_size(), net.width, packer);
  view.out = pack_linear(layer.out, net.width, net.query_size(), packer);
  view.up = pack_linear(layer.up, net.hidden, net.width, packer);
  view.down = pack_linear(layer.down, net.width, net.hidden, packer);
  view.score_multiplier = packer.put(layer.score_multiplier, model.heads);
  view.distance_bias = packer.put(layer.distance_bias, std::size_t{model.heads} * layer.window);
  view.window = static_cast<int>(layer.window);
  view.capacity = (view.window + kPassPositions - 1 + 31) / 32 * 32;
  view.ring = net.lane_bytes;
  net.lane_bytes +=
      2 * model.kv_heads * model.head_size * static_cast<std::uint32_t>(view.capacity);
  net.capacity = std::max(net.capacity, view.capacity);
  return view;
}

NetworkView pack(const nnzip_torch_model& model, Packer& packer) {
  NetworkView net{};
  net.width = static_cast<int>(model.width);
  net.heads = static_cast<int>(model.heads);
  net.kv_heads = static_cast<int>(model.kv_heads);
  net.head_size = static_cast<int>(model.head_size);
  net.hidden = static_cast<int>(model.hidden);
  net.layer_count = static_cast<int>(model.layer_count);
  net.ngram_count = static_cast<int>(model.ngram_count);
  net.tap_count = static_cast<int>(model.tap_count);
  net.embedding = packer.put(model.embedding, std::size_t{256} * model.width);
  TableView* table = net.tables;
  for (std::uint32_t i = 0; i < model.ngram_count; ++i) {
    *table++ = pack_table(model.ngrams[i], model.width, packer);
  }
  for (std::uint32_t i = 0; i < model.tap_count; ++i) {
    *table++ = pack_table(model.taps[i], model.width, packer);
  }
  std::vector<LayerView> layers;
  for (std::uint32_t i = 0; i < model.layer_count; ++i) {
    layers.push_back(pack_layer(model.layers[i], model, net, packer));
  }
  net.layers = packer.put(layers.data(), layers.size());
  net.head_norm = model.head_norm;
  net.head = pack_linear(model.head, 256, net.width, packer);
  net.head_bias = packer.put(model.head_bias, 256);
  std::uint8_t weights[1024];
  for (std::size_t i = 0; i < 1024; ++i) {
    weights[i] = static_cast<std::uint8_t>(((model.attention_exp[i % 64] >> (i / 64)) + 128) >> 8);
  }
  net.attention_weight = packer.put(weights, 1024);
  net.output_exp = packer.put(model.output_exp, 256);
  return net;
}

int choose_queries(const NetworkView& net) {
  int queries = 4;
  while (queries > 1 && (queries > net.heads / net.kv_heads ||
                         block_layout(net, 0, queries).bytes > kScratchBytes)) {
    queries /= 2;
  }
  return queries;
}

}  // namespace

KernelEngine::KernelEngine(KernelDevice& device, const nnzip_torch_model& model) : device_(device) {
  Packer measured(nullptr);
  pack(model, measured);
  memory_.reserve(device, measured.image().size());
  Packer packer(memory_.as<void>());
  net_ = pack(model, packer);
  queries_ = choose_queries(net_);
  if (block_layout(net_, 16, queries_).bytes > device.shared_bytes()) {
    throw std::runtime_error("its shape needs " +
                             std::to_string(block_layout(net_, 16, queries_).bytes) +
                             " bytes of a processor's own memory");
  }
  const auto queue = device.queue();
  queue->send(memory_.as<void>(), packer.image().data(), packer.image().size());
  queue->wait();
}

int KernelEngine::coding_lanes() const {
  return net_.tap_count == 0 ? kBlocksAProcessor * device_.processors() * 16 : 0;
}

std::uint64_t KernelEngine::session_bytes(std::int64_t lanes) const {
  const auto count = static_cast<std::uint64_t>(lanes);
  return count * (net_.lane_bytes + sizeof(LaneState)) +
         std::max(kCallRows, count) * (257 * 4 + kMaxTables);
}

KernelSession::KernelSession(const KernelEngine& engine, std::int64_t lanes)
    : engine_(engine),
      device_(engine.device()),
      lanes_(lanes),
      queue_(device_.queue()),
      rings_(device_, static_cast<std::size_t>(lanes) * engine.network().lane_bytes),
      states_(device_, static_cast<std::size_t>(lanes) * sizeof(LaneState)) {
  reset();
}

// What the rings still hold lies at positions that no new row sees.
void KernelSession::reset() {
  queue_->clear(states_.as<void>(), static_cast<std::size_t>(lanes_) * sizeof(LaneState));
}

CallView KernelSession::call(Answer answer, int active, int count) const {
  CallView call{};
  call.answer = answer;
  call.active = active;
  call.count = count;
  call.queries = engine_.queries();
  call.rings = rings_.as<std::uint8_t>();
  call.states = states_.as<LaneState>();
  return call;
}

// symbols, taps and followers, one after the other, each if the call has it.
void KernelSession::send_inputs(CallView& call, const std::uint8_t* symbols,
                                const std::uint8_t* taps, const std::uint8_t* followers) {
  const auto active = static_cast<std::size_t>(call.active);
  const std::size_t rows = active * static_cast<std::size_t>(call.count);
  const std::size_t fed = call.answer == Answer::kSymbols ? active : rows;
  const std::size_t tapped = rows * static_cast<std::size_t>(engine_.network().tap_count);
  const std::size_t others = call.answer == Answer::kDistributions ? 0 : rows;
  inputs_.reserve(device_, fed + tapped + others);
  auto* const memory = inputs_.as<std::uint8_t>();
  queue_->send(memory, symbols, fed);
  if (tapped > 0) queue_->send(memory + fed, taps, tapped);
  if (followers != nullptr) queue_->send(memory + fed + tapped, followers, others);
  call.symbols = memory;
  call.taps = memory + fed;
  call.followers = memory + fed + tapped;
  call.decoded = memory + fed + tapped;
}

// As many lanes to a block as keep all processors at work twice; of known content all positions of
// a pass first, since they share keys and values.
void KernelSession::run(CallView& call) {
  const int processors = kBlocksAProcessor * device_.processors();
  call.positions = call.answer == Answer::kSymbols ? 1 : std::min(call.count, kPassPositions);
  const int least = (call.active + processors - 1) / processors;
  const auto fits = [&](int tiles) {
    return block_layout(engine_.network(), tiles * 16, call.queries).bytes <=
           device_.shared_bytes();
  };
  Launch launch;
  launch.tiles = least * call.positions > 16 && fits(2) ? 2 : 1;
  call.lanes = std::clamp(least, 1, launch.tiles * 16 / call.positions);
  launch.blocks = (call.active + call.lanes - 1) / call.lanes;
  launch.shared_bytes = block_layout(engine_.network(), launch.tiles * 16, call.queries).bytes;
  queue_->launch(launch, engine_.network(), call);
}

void KernelSession::ask(Answer answer, const std::uint8_t* symbols, const std::uint8_t* taps,
                        const std::uint8_t* followers, int active, int count, std::size_t numbers,
                        std::uint32_t* answers) {
  CallView call = this->call(answer, active, count);
  const std::size_t bytes = static_cast<std::size_t>(active) * static_cast<std::size_t>(count) *
                            numbers * sizeof(std::uint32_t);
  next_.reserve(device_, bytes);
  call.next = next_.as<std::uint32_t>();
  send_inputs(call, symbols, taps, followers);
  run(call);
  queue_->fetch(answers, call.next, bytes);
}

void KernelSession::score(const std::uint8_t* symbols, const std::uint8_t* taps, int active,
                          int count, std::uint32_t* next) {
  ask(Answer::kDistributions, symbols, taps, nullptr, active, count, 257, next);
}

void KernelSession::score_walks(const std::uint8_t* symbols, const std::uint8_t* taps,
                                const std::uint8_t* followers, int active, int count,
                                std::uint32_t* walks) {
  ask(Answer::kWalks, symbols, taps, followers, active, count, 8, walks);
}

// Fetches the parts with their sum behind them, and then as many bytes.
void KernelSession::encode(const std::uint8_t* symbols, const std::uint8_t* followers, int active,
                           int count, std::uint8_t* coded, std::uint32_t* parts) {
  CallView call = this->call(Answer::kCoded, active, count);
  const std::size_t lanes = static_cast<std::size_t>(active);
  const std::size_t part_bytes = lanes * sizeof(PartView);
  const std::size_t most = lanes * static_cast<std::size_t>(count) * kMaxCodedBytes;
  coded_.reserve(device_, most);
  packed_.reserve(device_, part_bytes + sizeof(std::uint32_t) + most);
  auto* const packed = packed_.as<std::uint8_t>();
  call.coded_apart = coded_.as<std::uint8_t>();
  call.parts = packed_.as<PartView>();
  call.packed_bytes = reinterpret_cast<std::uint32_t*>(packed + part_bytes);
  call.packed = packed + part_bytes + sizeof(std::uint32_t);
  queue_->clear(call.packed_bytes, sizeof(std::uint32_t));
  send_inputs(call, symbols, nullptr, followers);
  run(call);
  std::vector<PartView> made(lanes + 1);
  queue_->fetch(made.data(), packed, part_bytes + sizeof(std::uint32_t));
  std::memcpy(parts, made.data(), part_bytes);
  const std::uint32_t bytes = made.back().begin;
  if (bytes > 0) queue_->fetch(coded, call.packed, bytes);
}

void KernelSession::start_decoding(const std::uint8_t* coded, const std::uint64_t* bytes,
                                   int active) {
  std::vector<LaneState> states(static_cast<std::size_t>(active));
  queue_->fetch(states.data(), states_.as<void>(), states.size() * sizeof(LaneState));
  std::uint64_t end = 0;
  for (std::size_t lane = 0; lane < states.size(); ++lane) {
    LaneState& state = states[lane];
    state.coded = end;
    state.bytes = bytes[lane];
    state.range = 0xFFFFFFFF;
    for (state.taken = 0; state.taken < 4; ++state.taken) {
      state.code = state.code << 8 | (state.taken < state.bytes ? coded[end + state.taken] : 0);
    }
    end += bytes[lane];
  }
  coded_.reserve(device_, std::max<std::size_t>(end, 1));
  if (end > 0) queue_->send(coded_.as<void>(), coded, end);
  queue_->send(states_.as<void>(), states.data(), states.size() * sizeof(LaneState));
  queue_->wait();
}

void KernelSession::decode(const std::uint8_t* first, int active, int count, std::uint8_t* symbols,
                           std::uint64_t* taken) {
  CallView call = this->call(Answer::kSymbols, active, count);
  call.coded = coded_.as<std::uint8_t>();
  send_inputs(call, first, nullptr, nullptr);
  run(call);
  queue_->fetch(symbols, call.decoded,
                static_cast<std::size_t>(active) * static_cast<std::size_t>(count));
  std::vector<LaneState> states(static_cast<std::size_t>(active));
  queue_->fetch(states.data(), states_.as<void>(), states.size() * sizeof(LaneState));
  for (std::size_t lane = 0; lane < states.size(); ++lane) taken[lane] = states[lane].taken;
}

}  // namespace nnzip::torch_backend
