// SPDX-License-Identifier: Apache-2.0
// The sections A block, Slots, Matches, The network and Mixing of MIXING.md.
#include "reference/mixer/mixer_reference.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip {
namespace {

using mixer_reference::Counter;
using mixer_reference::kContexts;
using mixer_reference::Place;
using mixer_reference::Sets;
using mixer_reference::squash;
using mixer_reference::stretch;

constexpr std::int64_t kOne = 16384;  // of weights

// The inputs, as the section Mixing of MIXING.md lists them.
constexpr std::size_t kOrder0Input = kContexts, kOrder1Input = kContexts + 1;
constexpr std::size_t kMatchInput = kContexts + 2, kNetworkInput = kMatchInput + 2;
constexpr std::size_t kRefinedInput = kNetworkInput + 1;
constexpr std::size_t kSecond = 32;  // from an input x to its y
constexpr std::size_t kBiasInput = kSecond + kNetworkInput + 1;
constexpr std::size_t kRunInput = 64;  // z of the first context
constexpr std::size_t kInputs = 96;
static_assert(kRefinedInput + 2 <= kSecond);

// ceil(log2(n))
int log2_of(std::size_t n) {
  int l = 0;
  while (std::size_t{1} << l < n) ++l;
  return l;
}

std::size_t bucket(std::size_t length) {
  if (length < 8) return length;
  if (length < 16) return 8 + (length - 8) / 4;
  if (length < 32) return 10 + (length - 16) / 8;
  return length < 64 ? 12 : length < 128 ? 13 : length < 400 ? 14 : 15;
}

std::vector<std::int64_t> first_weights(bool network) {
  std::vector<std::int64_t> weights(kInputs);
  for (std::size_t i = 0; i < kContexts; ++i) weights[i] = kOne * (network ? 4 : 9) / 100;
  weights[kMatchInput] = weights[kMatchInput + 1] = kOne / 4;
  weights[kNetworkInput] = kOne * 30 / 100;
  weights[kRefinedInput] = weights[kRefinedInput + 1] = kOne * 15 / 100;
  return weights;
}

}  // namespace

MixerReference::MatchModel::MatchModel(std::size_t least_length, std::size_t entries)
    : least(least_length), table(entries) {
  for (int expected_bit = 0; expected_bit <= 1; ++expected_bit) {
    for (int outcomes = 0; outcomes < 8; ++outcomes) {
      for (std::int64_t b = 0; b < 16; ++b) {
        const std::int64_t right = 65535 - 20000 / (b * b + 1);
        counters.push_back(Counter::start(expected_bit == 1 ? right : 65535 - right, 4));
      }
    }
  }
}

Counter& MixerReference::MatchModel::counter(const Match& match, int expected_bit) {
  const auto bit = static_cast<std::size_t>(expected_bit);
  return counters[(bit * 8 + match.outcomes % 8) * 16 + bucket(match.length)];
}

MixerReference::MixerReference(std::size_t n, std::size_t streams, const Layout& layout,
                               bool network)
    : n_(n),
      length_(std::max<std::size_t>((n + streams - 1) / streams, 1)),
      layout_(layout),
      content_(n),
      known_(n),
      slot_bits_(std::clamp(log2_of(n) + 1, 10, 21)),
      match_bits_(std::clamp(log2_of(n), 10, 20)),
      z_(std::size_t{1} << std::clamp(log2_of(n) - 2, 12, 16)),
      lines_(std::size_t{1} << slot_bits_),
      state_counters_(kContexts),
      order0_(256, Counter::start(32768, 0)),
      order1_(65536, Counter::start(32768, 0)),
      match_models_{MatchModel(5, std::size_t{1} << match_bits_),
                    MatchModel(12, std::size_t{1} << match_bits_)},
      network_by_c_(256),
      network_by_c1_(z_),
      result_by_c_(256),
      result_by_c1_(z_),
      result_by_expected_(z_),
      inputs_(kInputs),
      logits_(8) {
  for (std::size_t i = 0; i < streams; ++i) streams_.emplace_back(i * length_);
  for (Stream& stream : streams_) {
    stream_ = &stream;
    hash_contexts();
  }
  for (auto& rows : state_counters_) {
    for (int state = 0; state < mixer_reference::kHistories; ++state) {
      const auto [zeros, ones, last] = mixer_reference::history(state);
      for (auto& counters : rows) {
        counters[static_cast<std::size_t>(state)] =
            Counter::start(std::int64_t{5 * ones + 2} * 65535 / (5 * (zeros + ones) + 4),
                           static_cast<unsigned>(std::min(2 * (zeros + ones) + 2, 30)));
      }
    }
  }
  for (const std::size_t of : {256, 256, 64, 64, 256, 256, 128, 256}) {
    sets_.emplace_back(of, first_weights(network));
  }
  for (const std::size_t of : {256, 64, 64}) {
    final_sets_.emplace_back(of, std::vector<std::int64_t>(8, kOne / 8));
  }
}

Place MixerReference::place() const { return {content_, stream_->e, stream_->b}; }

void MixerReference::start(std::size_t stream, const Distribution* distribution) {
  stream_ = &streams_[stream];
  distribution_ = distribution;
  c_ = 1;
  k_ = 0;
}

// Of the byte that comes in the stream.
void MixerReference::hash_contexts() {
  const mixer_reference::Values v =
      mixer_reference::context_values(place(), layout_, indirect_, stream_->text, stream_->code);
  for (std::size_t i = 0; i < kContexts; ++i) {
    stream_->hashes[i] = mixer_reference::context_hash(i, v[i]);
  }
}

void MixerReference::look_up() {
  for (std::size_t i = 0; i < kContexts; ++i) {
    const std::uint32_t hash = stream_->hashes[i];
    const std::uint32_t h = k_ == 0 ? hash : static_cast<std::uint32_t>(hash + c_ * 0x9E3779B1);
    Line& line = lines_[h >> (32 - slot_bits_)];
    Slot* slot =
        std::find_if(line.begin(), line.end(), [&](const Slot& s) { return s.check == h % 65536; });
    if (slot == line.end()) {
      slot = std::min_element(line.begin(), line.end(), [](const Slot& a, const Slot& b) {
        return a.states[1] < b.states[1];
      });
      *slot = Slot{.check = h % 65536};
    }
    slots_[i] = slot;
  }
  node_ = 1;
  if (k_ != 0) return;
  first_slots_ = slots_;
  for (std::size_t i = 0; i < kContexts; ++i) {
    runs_[i] = {slots_[i]->run_byte, slots_[i]->run_length};
  }
}

void MixerReference::predict_runs() {
  for (std::size_t i = 0; i < kContexts; ++i) {
    const auto [byte, length] = runs_[i];
    run_states_[i] = 0;
    inputs_[kRunInput + i] = 0;
    if (length == 0 || (256 + byte) >> (8 - k_) != c_) continue;
    const unsigned expected_bit = byte >> (7 - k_) & 1;
    run_states_[i] = 1 + expected_bit + (length >= 2 ? 2 : 0);
    const std::int64_t z = 200 + 100 * std::int64_t{length};
    inputs_[kRunInput + i] = expected_bit == 1 ? z : -z;
  }
}

void MixerReference::predict_matches() {
  for (std::size_t i = 0; i < 2; ++i) {
    const Match& match = stream_->matches[i];
    speaks_[i] = match.m != 0 && (256u + match.expected) >> (8 - k_) == c_;
    const std::size_t x = kMatchInput + i, y = kSecond + x;
    inputs_[x] = inputs_[y] = 0;
    if (!speaks_[i]) continue;
    const int expected_bit = match.expected >> (7 - k_) & 1;
    const auto limited = static_cast<std::int64_t>(16 * std::min<std::size_t>(match.length, 32));
    inputs_[x] = match_models_[i].counter(match, expected_bit).x();
    inputs_[y] = expected_bit == 1 ? limited : -limited;
  }
}

void MixerReference::predict_network() {
  std::int64_t& linear = inputs_[kSecond + kNetworkInput];
  g_ = inputs_[kNetworkInput] = inputs_[kRefinedInput] = inputs_[kRefinedInput + 1] = linear = 0;
  confidence_ = 0;
  if (distribution_ == nullptr) return;
  g_ = mixer_reference::network_logit(*distribution_, c_, k_);
  inputs_[kNetworkInput] = g_;
  linear = (squash(g_) - 32768) >> 4;
  inputs_[kRefinedInput] = stretch(network_by_c_.refine(c_, g_));
  inputs_[kRefinedInput + 1] = stretch(network_by_c1_.refine((256u * place().c(1) + c_) % z_, g_));
  confidence_ = 1 + static_cast<unsigned>(std::min<std::int64_t>(std::abs(g_) / 160, 14));
}

void MixerReference::choose_sets() {
  const Place p = place();
  const Match& first = stream_->matches[0];
  const Match& second = stream_->matches[1];
  const std::size_t match_state =
      16 * (speaks_[1] ? 1 + std::min<std::size_t>(second.length / 16, 2) : 0) +
      (speaks_[0] ? 1 + bucket(first.length) * 14 / 15 : 0);
  std::size_t seen = 0;
  for (std::size_t i = mixer_reference::kOrder1; i <= mixer_reference::kOrder6; ++i) {
    if (slots_[i]->states[node_] != 0) ++seen;
  }
  const std::size_t orders = 8 * seen + k_;
  const std::size_t where = layout_.form == Form::kCode ? stream_->code.position() % 256
                            : layout_.stride != 0       ? (p.e - p.b) % layout_.stride % 256
                                                        : 36 * mixer_reference::kind(p.c(1)) +
                                                        6 * mixer_reference::kind(p.c(2)) +
                                                        mixer_reference::kind(p.c(3));
  const std::size_t sure = 8 * (distribution_ != nullptr ? confidence_ : stream_->text.length) + k_;
  const std::size_t column = std::min<std::size_t>(p.e - stream_->text.line, 255);

  const std::size_t chosen[] = {c_, p.c(1), match_state, orders, p.c(2), where, sure, column};
  for (std::size_t i = 0; i < 8; ++i) {
    sets_[i].mix(chosen[i], inputs_);
    logits_[i] = sets_[i].logit;
  }
  const std::size_t finally[] = {c_, match_state, orders};
  for (std::size_t i = 0; i < 3; ++i) final_sets_[i].mix_final(finally[i], logits_);
}

std::uint32_t MixerReference::predict() {
  if (k_ == 0 || k_ == 4) look_up();
  predict_runs();
  const auto put = [&](std::size_t i, const Counter& counter) {
    inputs_[i] = counter.x();
    inputs_[i + kSecond] = counter.y();
  };
  const unsigned c1 = place().c(1);
  for (std::size_t i = 0; i < kContexts; ++i) {
    put(i, state_counters_[i][run_states_[i]][slots_[i]->states[node_]]);
  }
  put(kOrder0Input, order0_[c_]);
  put(kOrder1Input, order1_[256 * c1 + c_]);
  predict_matches();
  predict_network();
  inputs_[kBiasInput] = 256;

  choose_sets();
  x_ = (final_sets_[0].logit + final_sets_[1].logit + final_sets_[2].logit) / 3;
  expected_context_ = (256u * (speaks_[0] ? stream_->matches[0].expected : place().c(2)) + c_) % z_;
  const std::int64_t A = result_by_c_.refine(c_, x_);
  const std::int64_t B = result_by_c1_.refine((256 * c1 + c_) % z_, x_);
  const std::int64_t D = result_by_expected_.refine(expected_context_, x_);
  const std::int64_t p16 = (squash(x_) + A + 3 * B + 3 * D + 4) >> 3;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(p16, 1, 65535));
}

void MixerReference::learn_matches(int bit) {
  for (std::size_t i = 0; i < 2; ++i) {
    const Match& match = stream_->matches[i];
    if (!speaks_[i]) continue;
    match_models_[i].counter(match, match.expected >> (7 - k_) & 1).learn(bit);
  }
}

void MixerReference::learn(int bit) {
  const std::int64_t rate = 104 + 786432 / (4096 + static_cast<std::int64_t>(bits_));
  for (Sets& sets : sets_) sets.learn(inputs_, bit, rate);
  for (Sets& sets : final_sets_) sets.learn(logits_, bit, 160);
  ++bits_;

  const unsigned c1 = place().c(1);
  std::array<int, kContexts> states;
  for (std::size_t i = 0; i < kContexts; ++i) states[i] = slots_[i]->states[node_];
  for (std::size_t i = 0; i < kContexts; ++i) {
    state_counters_[i][run_states_[i]][static_cast<std::size_t>(states[i])].learn(bit);
    slots_[i]->states[node_] =
        static_cast<std::uint8_t>(mixer_reference::next_state(states[i], bit));
  }
  order0_[c_].learn(bit);
  order1_[256 * c1 + c_].learn(bit);
  learn_matches(bit);
  if (distribution_ != nullptr) {
    network_by_c_.learn(c_, g_, bit, bits_);
    network_by_c1_.learn((256 * c1 + c_) % z_, g_, bit, bits_);
  }
  result_by_c_.learn(c_, x_, bit, bits_);
  result_by_c1_.learn((256 * c1 + c_) % z_, x_, bit, bits_);
  result_by_expected_.learn(expected_context_, x_, bit, bits_);

  node_ = 2 * node_ + static_cast<unsigned>(bit);
  c_ = 2 * c_ + static_cast<unsigned>(bit);
  if (++k_ == 8) end_byte();
}

void MixerReference::end_byte() {
  const auto x = static_cast<std::uint8_t>(c_);
  for (Slot* slot : first_slots_) {
    slot->run_length = slot->run_byte == x ? std::min(slot->run_length + 1, 15u) : 1;
    slot->run_byte = x;
  }
  content_[stream_->e] = x;
  known_[stream_->e] = true;
  ++stream_->e;
  indirect_.take(place());
  stream_->text.take(x, stream_->e);
  if (layout_.form == Form::kCode) stream_->code.take(x, layout_.element);
  hash_contexts();
  for (std::size_t i = 0; i < 2; ++i) move_match(match_models_[i], stream_->matches[i]);
}

void MixerReference::move_match(MatchModel& model, Match& match) {
  const Place p = place();
  if (match.m != 0) {
    const bool right = match.expected == p.c(1);
    match.outcomes = (2 * match.outcomes + (right ? 1 : 0)) % 256;
    match.length = right ? std::min<std::size_t>(match.length + 1, 400) : 0;
    ++match.m;
  }
  if (p.e - p.b < model.least) return;
  const auto bytes_from = [&](std::size_t first) {
    std::uint64_t sum = 0;
    for (std::size_t i = std::min<std::size_t>(model.least, 8); i-- > 0;) {
      sum = sum << 8 | content_[first + i];
    }
    return sum;
  };
  const std::uint64_t u = bytes_from(p.e - std::min<std::size_t>(model.least, 8));
  const std::uint64_t v = bytes_from(p.e - model.least);
  std::uint64_t q = u * 0x9E3779B97F4A7C15;
  q = (q ^ (q >> 29) ^ v) * 0xC2B2AE3D27D4EB4F;
  std::size_t& entry = model.table[q >> (64 - match_bits_)];
  const auto is_known = [&](std::size_t position) { return position < n_ && known_[position]; };
  if (match.length < model.least && entry != 0 && is_known(entry)) {
    const std::size_t count = equal_bytes(entry, p.e);
    if (count >= model.least) match = {.m = entry, .length = count};
  }
  entry = p.e;
  if (match.m == 0 || !is_known(match.m)) {
    match = Match{};
  } else {
    match.expected = content_[match.m];
  }
}

// Before those two positions, within their streams.
std::size_t MixerReference::equal_bytes(std::size_t p, std::size_t q) const {
  const auto before = [&](std::size_t position) {
    return position % length_ == 0 ? length_ : position % length_;
  };
  const std::size_t most = std::min({std::size_t{400}, before(p), before(q)});
  std::size_t count = 0;
  while (count < most && content_[p - 1 - count] == content_[q - 1 - count]) ++count;
  return count;
}

}  // namespace nnzip
