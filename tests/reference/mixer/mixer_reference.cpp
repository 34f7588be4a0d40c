// SPDX-License-Identifier: Apache-2.0
// The sections A block, Slots, Matches, The network and Mixing of MIXING.md.
#include "reference/mixer/mixer_reference.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip {
namespace {

using mixer_reference::Counter;
using mixer_reference::Place;
using mixer_reference::Refiner;
using mixer_reference::Sets;
using mixer_reference::squash;
using mixer_reference::stretch;

constexpr std::int64_t kOne = 16384;  // of weights
constexpr unsigned kCountLimit = 1000;

std::size_t rounded_up(std::size_t n, std::size_t unit) { return (n + unit - 1) / unit * unit; }

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

}  // namespace

MixerReference::Inputs::Inputs(std::size_t contexts, bool large)
    : guesses(large ? 8 : 7),
      lanes(rounded_up(contexts + 7 + (large ? guesses : 0), 16)),
      order0(contexts),
      order1(contexts + 1),
      match(contexts + 2),
      network(contexts + 4),
      refined(contexts + 5),
      bias(lanes + contexts + 5),
      run(2 * lanes),
      cache(run + contexts),
      rungs(cache + 6),
      guess(large ? contexts + 7 : run + contexts),
      count(rounded_up(3 * lanes, 32)) {}

std::vector<std::int64_t> MixerReference::first_weights(bool network) const {
  std::vector<std::int64_t> weights(at_.count);
  const std::int64_t usual = network ? 4 : 9, large = network ? 2 : 3;
  for (std::size_t i = 0; i < contexts_; ++i) weights[i] = kOne * (large_ ? large : usual) / 100;
  weights[at_.match] = weights[at_.match + 1] = kOne * 12 / 100;
  weights[at_.network] = kOne * 30 / 100;
  weights[at_.refined] = weights[at_.refined + 1] = kOne * 15 / 100;
  if (large_) weights[at_.cache] = weights[at_.cache + 3] = kOne * 2 / 100;
  return weights;
}

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
                               bool network, Effort effort)
    : n_(n),
      length_(std::max<std::size_t>((n + streams - 1) / streams, 1)),
      large_(effort == Effort::kLarge),
      slow_(network && layout.form != Form::kCode),
      contexts_(mixer_reference::context_count(effort)),
      at_(contexts_, large_),
      layout_(layout),
      content_(n),
      known_(n),
      slot_bits_(large_ ? std::clamp(log2_of(n) + 2, 12, std::clamp(log2_of(n), 22, 26))
                        : std::clamp(log2_of(n) + 1, 10, 21 + std::clamp(log2_of(n) - 22, 0, 2))),
      match_bits_(std::max(std::clamp(log2_of(n), 10, 20), log2_of(n) - 2)),
      z_(std::size_t{1} << std::clamp(log2_of(n) - 2, 12, 16)),
      lines_(large_ ? 0 : std::size_t{1} << slot_bits_),
      notes_(large_ ? slot_bits_ : 0, contexts_),
      state_counters_(contexts_),
      order0_(256, Counter::start(32768, 0)),
      order1_(65536, Counter::start(32768, 0)),
      match_models_{MatchModel(5, std::size_t{1} << match_bits_),
                    MatchModel(12, std::size_t{1} << match_bits_)},
      guess_counters_(at_.guesses * 2 * 64, Counter::start(32768, 0)),
      network_by_c_(256),
      network_by_c1_(z_),
      result_by_c_(256),
      result_by_c1_(z_),
      result_by_expected_(z_),
      cache_by_c_{Refiner(256), Refiner(256)},
      cache_by_c1_{Refiner(z_), Refiner(z_)},
      pairs_(large_ && n >= 262144 && layout.stride == 0 && layout.form == Form::kBytes),
      result_by_pair_(pairs_ ? 131072 : 1),
      slots_(contexts_),
      first_slots_(contexts_),
      runs_(contexts_),
      inputs_(at_.count),
      logits_(large_ ? 16 : 8),
      run_states_(contexts_) {
  for (std::size_t i = 0; i < streams; ++i) streams_.emplace_back(i * length_);
  for (Stream& stream : streams_) {
    stream_ = &stream;
    stream.hashes.resize(contexts_);
    stream.code.begin(layout_.element);
    hash_contexts();
  }
  for (auto& rows : state_counters_) {
    for (int state = 0; state < mixer_reference::kHistories; ++state) {
      const auto [zeros, ones, last] = mixer_reference::history(state);
      for (auto& counters : rows) {
        counters[static_cast<std::size_t>(state)] =
            Counter::start(std::int64_t{5 * ones + 2} * 65535 / (5 * (zeros + ones) + 4),
                           static_cast<unsigned>(std::min(zeros + ones + 1, 15)));
      }
    }
  }
  const auto [sizes, final_sizes] =
      mixer_reference::set_sizes(large_, layout_.form == Form::kCode, streams);
  const auto count = static_cast<std::int64_t>(sizes.size());
  for (const std::size_t of : sizes) sets_.emplace_back(of, first_weights(network));
  for (const std::size_t of : final_sizes) {
    final_sets_.emplace_back(of, std::vector<std::int64_t>(sizes.size(), kOne / count));
  }
}

Place MixerReference::place() const { return {content_, stream_->e, stream_->b}; }

void MixerReference::start(std::size_t stream, const Distribution* distribution) {
  stream_ = &streams_[stream];
  distribution_ = distribution;
  c_ = 1;
  k_ = 0;
  look_up_cache();
}

// Of the byte that comes in the stream.
void MixerReference::hash_contexts() {
  const Match& match = stream_->matches[0];
  mixer_reference::Expected expected;
  if (match.m != 0) expected = {256u + match.expected, bucket(match.length)};
  const mixer_reference::Values v = mixer_reference::context_values(
      place(), layout_, indirect_, stream_->text, stream_->code, stream_->further, expected);
  for (std::size_t i = 0; i < contexts_; ++i) {
    stream_->hashes[i] = mixer_reference::context_hash(i, v[i]);
  }
}

void MixerReference::look_up() {
  for (std::size_t i = 0; i < contexts_; ++i) {
    const std::uint64_t h = stream_->hashes[i];
    if (large_) {
      slots_[i] = k_ == 0 ? notes_.first(i, h) : notes_.second(i, c_ % 16);
    } else {
      slots_[i] = find(static_cast<std::uint32_t>((h >> 32) + (k_ == 0 ? 0 : c_ * 0x9E3779B1)));
    }
  }
  node_ = 1;
  if (k_ != 0) return;
  first_slots_ = slots_;
  for (std::size_t i = 0; i < contexts_; ++i) {
    runs_[i] = {slots_[i]->run_byte, slots_[i]->run_length};
  }
}

MixerReference::Slot* MixerReference::find(std::uint32_t hash) {
  Line& line = lines_[hash >> (32 - slot_bits_)];
  Slot* slot = std::find_if(line.begin(), line.end(),
                            [&](const Slot& s) { return s.check == hash % 65536; });
  if (slot == line.end()) {
    slot = std::min_element(line.begin(), line.end(),
                            [](const Slot& a, const Slot& b) { return a.states[1] < b.states[1]; });
    *slot = Slot{.check = hash % 65536};
  }
  return slot;
}

void MixerReference::predict_runs() {
  for (std::size_t i = 0; i < contexts_; ++i) {
    const auto [byte, length] = runs_[i];
    run_states_[i] = 0;
    inputs_[at_.run + i] = 0;
    if (length == 0 || (256 + byte) >> (8 - k_) != c_) continue;
    const unsigned expected_bit = byte >> (7 - k_) & 1;
    run_states_[i] = 1 + expected_bit + (length >= 2 ? 2 : 0);
    const std::int64_t z = 200 + 100 * std::int64_t{length};
    inputs_[at_.run + i] = expected_bit == 1 ? z : -z;
  }
}

void MixerReference::predict_matches() {
  for (std::size_t i = 0; i < 2; ++i) {
    const Match& match = stream_->matches[i];
    speaks_[i] = match.m != 0 && (256u + match.expected) >> (8 - k_) == c_;
    const std::size_t x = at_.match + i, y = at_.lanes + x;
    inputs_[x] = inputs_[y] = 0;
    if (!speaks_[i]) continue;
    const int expected_bit = match.expected >> (7 - k_) & 1;
    const auto limited = static_cast<std::int64_t>(16 * std::min<std::size_t>(match.length, 32));
    inputs_[x] = match_models_[i].counter(match, expected_bit).x();
    inputs_[y] = expected_bit == 1 ? limited : -limited;
  }
}

void MixerReference::predict_network() {
  std::int64_t& linear = inputs_[at_.lanes + at_.network];
  g_ = inputs_[at_.network] = inputs_[at_.refined] = inputs_[at_.refined + 1] = linear = 0;
  confidence_ = 0;
  if (distribution_ == nullptr) return;
  g_ = mixer_reference::network_logit(*distribution_, c_, k_);
  inputs_[at_.network] = g_;
  linear = (squash(g_) - 32768) >> 4;
  inputs_[at_.refined] = stretch(network_by_c_.refine(c_, g_));
  inputs_[at_.refined + 1] = stretch(network_by_c1_.refine((256u * place().c(1) + c_) % z_, g_));
  confidence_ = 1 + static_cast<unsigned>(std::min<std::int64_t>(std::abs(g_) / 160, 14));
}

void MixerReference::choose_sets() {
  const Place p = place();
  const Match& first = stream_->matches[0];
  const Match& second = stream_->matches[1];
  const auto number = static_cast<std::size_t>(stream_ - streams_.data());
  const std::size_t match_state =
      64 * number + 16 * (speaks_[1] ? 1 + std::min<std::size_t>(second.length / 16, 2) : 0) +
      (speaks_[0] ? 1 + bucket(first.length) * 14 / 15 : 0);
  std::size_t seen = 0;
  for (std::size_t i = mixer_reference::kOrder1; i <= mixer_reference::kOrder6; ++i) {
    if (slots_[i]->states[node_] != 0) ++seen;
  }
  const std::size_t orders = 64 * number + 8 * seen + k_;
  const mixer_reference::Chain* const chain = long_chain();
  const mixer_reference::Tags* const tags = found_tags();
  const mixer_reference::StatedRows* const rows = stated_rows();
  const mixer_reference::Item* const item = items();
  const std::size_t where = layout_.form == Form::kCode ? stream_->code.position() % 256
                            : chain != nullptr          ? chain->mark()
                            : tags != nullptr           ? tags->mark()
                            : rows != nullptr           ? rows->mark()
                            : item != nullptr           ? item->mark()
                            : layout_.stride != 0       ? (p.e - p.b) % layout_.stride % 256
                                                        : 36 * mixer_reference::kind(p.c(1)) +
                                                        6 * mixer_reference::kind(p.c(2)) +
                                                        mixer_reference::kind(p.c(3));
  std::size_t sure = 8 * (distribution_ != nullptr ? confidence_ : stream_->text.length) + k_;
  if (chain != nullptr && distribution_ == nullptr) {
    const auto says = [&](std::uint64_t x) -> std::size_t {
      return (256 + x) >> (8 - k_) == c_ ? 1 + (x >> (7 - k_)) % 2 : 0;
    };
    sure = 27 * says(chain->cell) + 9 * says(chain->before) + 3 * says(chain->alike) +
           (speaks_[0] ? says(first.expected) : 0);
  }
  const std::size_t since_zero = stream_->further.since_zero;
  const bool by_zero = layout_.form != Form::kCode && since_zero < 255 && chain == nullptr;
  const std::size_t column =
      by_zero ? since_zero : std::min<std::size_t>(p.e - stream_->text.line, 255);

  std::vector<std::size_t> chosen{
      256 * number + c_, p.c(1), match_state, orders, p.c(2), where, sure, column};
  const bool by_place = chain != nullptr || tags != nullptr || rows != nullptr || item != nullptr ||
                        (by_zero && layout_.stride != 0);
  std::vector<std::size_t> finally{by_place ? where : c_, match_state, orders};
  if (tags != nullptr) {
    chosen[4] = tags->field_number();
    chosen[7] = tags->to_come % 256;
  }
  if (item != nullptr) {
    chosen[4] = item->kind_number();
    chosen[7] = item->to_come();
  }
  if (rows != nullptr) chosen[7] = rows->left;
  if (chain != nullptr) chosen[7] = chain->agreement();
  if (layout_.form == Form::kCode) {
    const mixer_reference::CodeState& code = stream_->code;
    const std::size_t place = code.place(), known = code.known_opcode();
    chosen[4] = 8 * (4 * place + k_ / 2) + known / 32;
    chosen[6] = 8 * place + k_;
    chosen[7] = 4 * (known + (code.knows_opcode() ? 256 : 0)) + k_ / 2;
    finally[2] = 32 * place + known / 8;
  }
  if (large_) {
    const mixer_reference::Further& f = stream_->further;
    const std::size_t kinds = f.kinds % 512;
    for (const std::size_t context :
         {std::size_t{p.c(3)}, f.column % 256, kinds, std::size_t{first.expected}, f.above,
          4 * f.fields + std::min<std::size_t>(f.depth, 3), f.since_zero, f.after_pair >> 24}) {
      chosen.push_back(context);
    }
    if (layout_.form != Form::kCode && (f.since_zero < 255 || layout_.stride != 0)) {
      chosen[15] = guesses_agreement();
    }
    finally.push_back(p.c(1));
    finally.push_back(kinds);
  }
  if (large_ && layout_.form == Form::kCode) {
    const mixer_reference::CodeState& code = stream_->code;
    const std::size_t at = 8 * code.place() + k_, known = code.known_opcode();
    chosen[9] = 8 * known + k_;
    chosen[10] = code.opcode_before();
    chosen[13] = code.knows_opcode() ? 256 + at : 8 * (code.near() / 4) + k_;
    chosen[14] = code.knows_opcode() ? 1024 + at : 4 * known + k_ / 2;
    finally[3] = chosen[14];
    finally[4] = at;
  }
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    sets_[i].mix(chosen[i], inputs_);
    logits_[i] = sets_[i].logit;
  }
  for (std::size_t i = 0; i < finally.size(); ++i) final_sets_[i].mix_final(finally[i], logits_);
}

std::uint32_t MixerReference::predict() {
  if (k_ == 0 || k_ == 4) look_up();
  predict_runs();
  const auto put = [&](std::size_t i, const Counter& counter) {
    inputs_[i] = counter.x();
    inputs_[i + at_.lanes] = counter.y();
  };
  const unsigned c1 = place().c(1);
  for (std::size_t i = 0; i < contexts_; ++i) {
    put(i, state_counters_[i][run_states_[i]][slots_[i]->states[node_]]);
  }
  put(at_.order0, order0_[c_]);
  put(at_.order1, order1_[256 * c1 + c_]);
  predict_matches();
  predict_guesses();
  predict_network();
  predict_cache();
  if (large_) predict_rungs();
  inputs_[at_.bias] = 256;

  choose_sets();
  x_ = 0;
  for (const Sets& sets : final_sets_) x_ += sets.logit;
  x_ /= static_cast<std::int64_t>(final_sets_.size());
  const mixer_reference::Chain* const chain = long_chain();
  const mixer_reference::Tags* const tags = found_tags();
  const mixer_reference::StatedRows* const rows = stated_rows();
  const mixer_reference::Item* const item = items();
  const std::size_t expected = chain != nullptr  ? chain->mark()
                               : tags != nullptr ? tags->field_number()
                               : rows != nullptr ? rows->mark()
                               : item != nullptr ? item->kind_number()
                               : speaks_[0]      ? stream_->matches[0].expected
                                                 : place().c(2);
  expected_context_ = (256 * expected + c_) % z_;
  const std::int64_t A = result_by_c_.refine(c_, x_);
  const std::int64_t B = result_by_c1_.refine((256 * c1 + c_) % z_, x_);
  const std::int64_t D = result_by_expected_.refine(expected_context_, x_);
  std::int64_t p16 = (squash(x_) + A + 3 * B + 3 * D + 4) >> 3;
  if (pairs_) p16 = (2 * squash(x_) + 2 * A + 4 * B + 3 * D + 5 * refine_by_pair() + 8) >> 4;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(p16, 1, 65535));
}

void MixerReference::learn_matches(int bit) {
  for (std::size_t i = 0; i < 2; ++i) {
    const Match& match = stream_->matches[i];
    if (!speaks_[i]) continue;
    match_models_[i].counter(match, match.expected >> (7 - k_) & 1).learn(bit, kCountLimit);
  }
}

void MixerReference::learn(int bit) {
  const auto bits = static_cast<std::int64_t>(bits_);
  const std::int64_t fall = 3932160 / (8192 + bits);
  const std::int64_t rate =
      !large_ ? 80 + fall
      : slow_ && stream_->further.since_zero == std::min<std::size_t>(stream_->e - stream_->b, 255)
          ? 23 + 22 * 8388608 / (8388608 + bits) + 393216 / (4096 + bits)
          : 30 + 30 * 8388608 / (8388608 + bits) + 786432 / (4096 + bits);
  for (Sets& sets : sets_) sets.learn(inputs_, bit, rate);
  for (Sets& sets : final_sets_)
    sets.learn(
        logits_, bit,
        large_ ? 80 + 80 * 8388608 / (8388608 + bits) + 1966080 / (4096 + bits) : 160 + fall);
  ++bits_;

  if (large_) learn_rungs(bit);
  const unsigned c1 = place().c(1);
  std::vector<int> states(contexts_);
  for (std::size_t i = 0; i < contexts_; ++i) states[i] = slots_[i]->states[node_];
  for (std::size_t i = 0; i < contexts_; ++i) {
    state_counters_[i][run_states_[i]][static_cast<std::size_t>(states[i])].learn(bit, kCountLimit);
    slots_[i]->states[node_] =
        static_cast<std::uint8_t>(mixer_reference::next_state(states[i], bit));
  }
  order0_[c_].learn(bit, kCountLimit);
  order1_[256 * c1 + c_].learn(bit, kCountLimit);
  learn_matches(bit);
  for (std::size_t i = 0; i < at_.guesses; ++i) {
    const std::optional<int> expected = guessed_bit(i);
    if (expected) guess_counter(i, *expected).learn(bit, 255);
  }
  if (distribution_ != nullptr) {
    network_by_c_.learn(c_, g_, bit, bits_);
    network_by_c1_.learn((256 * c1 + c_) % z_, g_, bit, bits_);
    for (std::size_t i = 0; large_ && i < 2; ++i) {
      cache_by_c_[i].learn(c_, h_[i], bit, bits_);
      cache_by_c1_[i].learn((256 * c1 + c_) % z_, h_[i], bit, bits_);
    }
  }
  const int shift = bits_ < 16384 ? 4 : bits_ < 131072 ? 5 : 6;
  result_by_c_.learn(c_, x_, bit, bits_, shift);
  result_by_c1_.learn((256 * c1 + c_) % z_, x_, bit, bits_, shift);
  result_by_expected_.learn(expected_context_, x_, bit, bits_, shift);
  if (pairs_) result_by_pair_.learn(pair_, x_, bit, bits_, shift);

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
  if (large_) notes_.take(x);
  if (large_ && distribution_ != nullptr) {
    cache_.emplace_back(std::to_array(distribution_->signature), x);
    if (cache_.size() > 16384) cache_.pop_front();
  }
  content_[stream_->e] = x;
  known_[stream_->e] = true;
  ++stream_->e;
  indirect_.take(place());
  stream_->text.take(x, stream_->e);
  stream_->further.take(place(), stream_->text.word);
  if (layout_.form == Form::kCode) stream_->code.take(x, layout_.element);
  stream_->guesses.take(place(), stream_->further, layout_,
                        indirect_.after2[place().c(1) + 256u * place().c(2)],
                        stream_->code.position());
  for (std::size_t i = 0; i < 2; ++i) move_match(match_models_[i], stream_->matches[i]);
  hash_contexts();
}

}  // namespace nnzip
