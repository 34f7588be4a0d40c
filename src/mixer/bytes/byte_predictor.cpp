// SPDX-License-Identifier: Apache-2.0
// The path of one bit.
#include "mixer/bytes/byte_predictor.h"

#include <algorithm>
#include <bit>

#include "mixer/core/network_input.h"
#include "mixer/core/unrolled.h"

namespace nnzip::mixer {
namespace {

// Inputs: lanes i, kLanes + i and 2 * kLanes + i for context i, then the lanes that contexts leave.
constexpr int kDirectInput = kContexts;
constexpr int kMatchInput = kDirectInput + kDirectOrders;
constexpr int kMatchLengthInput = kLanes + kMatchInput;
constexpr int kNetworkInput = kMatchInput + kMatches;
constexpr int kNetworkLinearInput = kMatchLengthInput + kMatches;
constexpr int kBiasInput = kNetworkLinearInput + 1;
constexpr int kNetworkRefinedInput = kNetworkInput + 1;  // one of each
static_assert(kNetworkRefinedInput + kNetworkRefiners <= kLanes && kBiasInput < 2 * kLanes);
constexpr int kRunInput = 2 * kLanes;

// The sets of weights.
enum Set {
  kByPartialByte,
  kByLastByte,
  kByMatches,
  kByOrders,
  kByByteBefore,
  kByColumn,
  kByWordLength,  // or the network's confidence
  kByLinePlace
};
constexpr int kSetContexts[] = {256, 256, 64, 64, 256, 256, 128, 256};
constexpr int kFinalContexts[] = {256, 64, 64};
constexpr MixRates kRates{104, 12, 160};
constexpr std::uint32_t kMatchContexts = 16 * 8;

constexpr std::uint32_t kCounterLimit = 255;
constexpr std::size_t kRowCounters = kRunStates * 256;  // of a context

constexpr std::uint32_t kMatchMinimum[kMatches] = {5, 12};

// 0..15, by powers of two and their halves.
std::uint32_t length_bucket(std::uint32_t length) {
  if (length < 8) return length;
  if (length < 16) return 8 + (length - 8) / 4;
  if (length < 32) return 10 + (length - 16) / 8;
  return length < 64 ? 12 : length < 128 ? 13 : length < MatchModel::kMaxLength ? 14 : 15;
}

// Of a byte: control, space, digit, punctuation, letter, above 127.
std::uint32_t kind(std::uint64_t c) {
  if (c >= 128) return 5;
  if (c < 32) return 0;
  if (c == 32) return 1;
  if (c >= '0' && c <= '9') return 2;
  return (c | 32) >= 'a' && (c | 32) <= 'z' ? 4 : 3;
}

constexpr std::int16_t part_of_one(std::int32_t hundredths) {
  return static_cast<std::int16_t>(kWeightOne * hundredths / 100);
}

std::array<std::int16_t, kInputs> first_weights(bool network) {
  std::array<std::int16_t, kInputs> weights{};
  for (int i = 0; i < kContexts; ++i) weights[i] = part_of_one(network ? 4 : 9);
  for (int i = 0; i < kMatches; ++i) weights[kMatchInput + i] = part_of_one(25);
  weights[kNetworkInput] = part_of_one(30);
  for (int i = 0; i < kNetworkRefiners; ++i) weights[kNetworkRefinedInput + i] = part_of_one(15);
  return weights;
}

// Copies the first row of a table into the others.
template <typename T>
void repeat(T* table, std::size_t row, std::size_t rows) {
  for (std::size_t i = 1; i < rows; ++i) std::copy_n(table, row, table + i * row);
}

}  // namespace

TableSizes::TableSizes(std::size_t content_bytes)
    : log2_lines(std::clamp(log2_ceil(content_bytes) + 1, 10, 21)),
      log2_matches(std::clamp(log2_ceil(content_bytes), 10, 20)) {}

std::size_t BytePredictor::memory_bytes(const MixerPlan& plan) {
  const TableSizes sizes(plan.content_bytes);
  const std::size_t refiner = std::size_t{64} << log2_refined(plan.content_bytes);
  return plan.content_bytes + (std::size_t{64} << sizes.log2_lines) +
         kMatches * (std::size_t{4} << sizes.log2_matches) + 2 * refiner +
         (plan.network ? refiner : 0) +
         decltype(sets_)::memory_bytes(kSetContexts, kFinalContexts) +
         (std::size_t{1} << 20);  // the rest, generously
}

BytePredictor::BytePredictor(const MixerPlan& plan, const MixKernels& kernels)
    : disabled_(plan.disabled),
      history_(plan.content_bytes, plan.streams),
      slots_(TableSizes(plan.content_bytes).log2_lines),
      contexts_(plan.layout),
      streams_(static_cast<std::size_t>(plan.streams)),
      stride_(plan.layout.stride),
      is_code_(plan.layout.form == Form::kCode),
      uses_network_(plan.network),
      counters_(kLanes * kRowCounters),
      at_work_(kLanes),
      direct_(256 + 65536, make_counter(1 << 15, 0)),
      match_counters_(kMatches * 2 * kMatchContexts),
      inputs_(kInputs),
      sets_(kernels, kSetContexts, kFinalContexts, kRates, first_weights(plan.network)),
      refined_mask_((1u << log2_refined(plan.content_bytes)) - 1) {
  const TableSizes sizes(plan.content_bytes);
  for (const std::uint32_t minimum : kMatchMinimum) {
    match_models_.emplace_back(sizes.log2_matches, minimum);
  }
  for (std::size_t i = 0; i < 256; ++i) {
    counters_.data()[i] = make_counter(kHistories.probability[i],
                                       std::min<std::uint32_t>(kHistories.count[i] * 2 + 2, 30));
  }
  repeat(counters_.data(), 256, kLanes * kRunStates);
  for (std::size_t i = 0; i < match_counters_.size(); ++i) {
    const auto bucket = static_cast<std::uint32_t>(i % 16);
    const std::uint32_t right = 65535 - 20000 / (bucket * bucket + 1);
    match_counters_[i] = make_counter(i / kMatchContexts % 2 == 1 ? right : 65535 - right, 4);
  }
  network_refiners_.emplace_back(plan.network ? 256 : 1);
  network_refiners_.emplace_back(plan.network ? refined_mask_ + std::size_t{1} : 1);
  refiners_.emplace_back(256);
  refiners_.emplace_back(refined_mask_ + std::size_t{1});
  refiners_.emplace_back(refined_mask_ + std::size_t{1});
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    contexts_.begin(history_, i, streams_[i].context);
  }
}

void BytePredictor::begin_byte(int stream, const Distribution* network) {
  stream_ = static_cast<std::size_t>(stream);
  network_ = uses_network_ ? network : nullptr;
  partial_ = 1;
  bit_ = 0;
  begin_sets();
  find_slots();
  look_at_runs();
}

// Where the slots of a nibble are, given the bits of the byte before it: hashes are well mixed, so
// that a sum with a number of the nibble is as good as another hash.
std::uint32_t BytePredictor::hash_of_nibble(int context, std::uint32_t partial) const {
  return streams_[stream_].context.hashes[context] + (partial == 1 ? 0 : partial * 0x9E3779B1);
}

void BytePredictor::prefetch_slots(std::uint32_t partial) {
  for (int i = 0; i < kContexts; ++i) slots_.prefetch(hash_of_nibble(i, partial));
}

// At the start of a byte and in its middle.
void BytePredictor::find_slots() {
  unrolled<kContexts>([&](auto i) { slot_[i] = slots_.find(hash_of_nibble(i, partial_)); });
  for (std::uint64_t rest = disabled_; rest != 0; rest &= rest - 1) {
    no_slot_ = {};
    slot_[std::countr_zero(rest)] = &no_slot_;
  }
}

// What the slots of the first nibble say of the whole byte.
void BytePredictor::look_at_runs() {
  run_slot_ = slot_;
  for (int i = 0; i < kContexts; ++i) {
    const Slot& slot = *run_slot_[i];
    runs_.byte[i] = static_cast<std::uint16_t>(slot.run_length == 0 ? 0 : 256 + slot.run_byte);
    runs_.input[i] = static_cast<std::int16_t>(200 + 100 * slot.run_length);
    runs_.state[i] = slot.run_length >= 2 ? 4 : 2;
  }
}

void BytePredictor::add_counter(int lane, Counter& counter) {
  plain_counter_[lane - kDirectInput] = &counter;
  at_work_.data()[lane] = counter;
  inputs_.data()[lane] = kTables.stretch[counter >> 20];
}

// A run speaks while the byte agrees with it. Masks of 16 bits, which compilers turn into vectors.
void BytePredictor::add_runs() {
  const int shift = 8 - bit_;
  const auto bits = static_cast<std::uint16_t>(partial_ << shift);
  const auto known = static_cast<std::uint16_t>(0xFFFF << shift);
  const auto next = static_cast<std::uint16_t>(1 << shift >> 1);
  const Runs runs = runs_;
  std::int16_t* const x = inputs_.data() + kRunInput;
  std::array<std::int16_t, kLanes> states;
  for (int i = 0; i < kLanes; ++i) {
    const auto speaks = static_cast<std::int16_t>(((runs.byte[i] ^ bits) & known) == 0 ? -1 : 0);
    const auto zero = static_cast<std::int16_t>((runs.byte[i] & next) == 0 ? -1 : 0);
    x[i] = static_cast<std::int16_t>(((runs.input[i] ^ zero) - zero) & speaks);
    states[i] = static_cast<std::int16_t>((runs.state[i] + zero) & speaks);
  }
  run_state_ = states;
}

void BytePredictor::add_contexts() {
  const std::uint32_t at = node() - 1;
  // Stores of bytes could alias members, which would have to be read again.
  const Slot* const* const slots = slot_.data();
  const Counter* const counters = counters_.data();
  Counter* const at_work = at_work_.data();
  std::uint8_t* const histories = histories_.data();
  std::uint32_t* const counter_at = counter_at_.data();
  const std::int16_t* const run_states = run_state_.data();
  const std::int16_t* const stretches = kTables.stretch.data();
  std::int16_t* const x = inputs_.data();
  add_counter(kDirectInput, direct_[partial_]);
  const std::uint32_t c1 = streams_[stream_].context.recent & 255;
  add_counter(kDirectInput + 1, direct_[(1 + c1) * 256 + partial_]);
  unrolled<kContexts>([&](auto i) {
    const std::uint32_t history = slots[i]->histories[at];
    const auto place = static_cast<std::uint32_t>(i * kRowCounters) +
                       static_cast<std::uint32_t>(run_states[i]) * 256 + history;
    const Counter counter = counters[place];
    histories[i] = static_cast<std::uint8_t>(history);
    counter_at[i] = place;
    at_work[i] = counter;
    x[i] = stretches[counter >> 20];
  });
  for (int i = 0; i < kMatchInput; ++i) {
    const auto centred = static_cast<std::int16_t>(at_work[i] >> 16 ^ 0x8000);
    x[kLanes + i] = static_cast<std::int16_t>(centred >> 4);
  }
  order_hits_ = 0;
  for (int i = 0; i < kOrders; ++i) order_hits_ += histories[i] != 0 ? 1 : 0;
}

void BytePredictor::add_matches() {
  std::int16_t* const x = inputs_.data() + kMatchInput;
  std::int16_t* const y = inputs_.data() + kMatchLengthInput;
  for (int i = 0; i < kMatches; ++i) {
    const Match& match = streams_[stream_].matches[i];
    speaks_[i] = match.position != 0 && (match.expected | 256u) >> (8 - bit_) == partial_;
    if (!speaks_[i]) {
      plain_counter_[kDirectOrders + i] = &unused_counter_;
      x[i] = y[i] = 0;
      continue;
    }
    const std::uint32_t expected = match.expected >> (7 - bit_) & 1;
    const std::uint32_t context = (match.outcomes & 7) * 16 + length_bucket(match.length);
    add_counter(kMatchInput + i, match_counters_[(i * 2 + expected) * kMatchContexts + context]);
    const auto length = static_cast<std::int32_t>(std::min(match.length, 32u)) * 16;
    y[i] = static_cast<std::int16_t>(expected != 0 ? length : -length);
  }
}

void BytePredictor::add_network() {
  std::int16_t& logit = inputs_.data()[kNetworkInput];
  std::int16_t& linear = inputs_.data()[kNetworkLinearInput];
  std::int16_t* const refined = inputs_.data() + kNetworkRefinedInput;
  logit = linear = 0;
  for (int i = 0; i < kNetworkRefiners; ++i) refined[i] = 0;
  network_confidence_ = 0;
  if (network_ == nullptr) return;
  logit = static_cast<std::int16_t>(network_logit(*network_, partial_, bit_));
  linear = linear_input(logit);
  const std::uint32_t c1 = streams_[stream_].context.recent & 255;
  network_refiners_[0].select(partial_);
  network_refiners_[1].select((c1 << 8 | partial_) & refined_mask_);
  for (int i = 0; i < kNetworkRefiners; ++i) {
    const std::int32_t p = network_refiners_[i].refine(logit);
    refined[i] = static_cast<std::int16_t>(stretch(static_cast<std::uint32_t>(p)));
  }
  network_confidence_ = 1 + std::min(std::abs(logit) / 160, 14);
}

// Those sets that are the same for all bits of the byte.
void BytePredictor::begin_sets() {
  const StreamContext& context = streams_[stream_].context;
  const std::uint64_t recent = context.recent;
  const std::size_t end = history_.coded_end[stream_];
  // In tables the column, elsewhere what kinds of bytes came last.
  const std::size_t column =
      is_code_ ? context.code.position()
      : stride_ != 0
          ? (end - history_.begin(stream_)) % stride_
          : kind(recent & 255) * 36 + kind(recent >> 8 & 255) * 6 + kind(recent >> 16 & 255);
  sets_.choose(kByLastByte, recent & 255);
  sets_.choose(kByByteBefore, recent >> 8 & 255);
  sets_.choose(kByColumn, column & 255);
  sets_.choose(kByLinePlace, std::min<std::size_t>(end - context.line_begin, 255));
}

void BytePredictor::select_sets() {
  const auto& matches = streams_[stream_].matches;
  const std::uint32_t long_match = speaks_[1] ? 1 + std::min(matches[1].length / 16, 2u) : 0;
  const std::uint32_t short_match = speaks_[0] ? 1 + length_bucket(matches[0].length) * 14 / 15 : 0;
  const std::size_t match_state = long_match * 16 + short_match;
  const auto hits = static_cast<std::size_t>(order_hits_ * 8 + bit_);
  const int sure =
      network_ != nullptr ? network_confidence_ : streams_[stream_].context.word_length;
  sets_.choose(kByPartialByte, partial_);
  sets_.choose(kByMatches, match_state);
  sets_.choose(kByOrders, hits);
  sets_.choose(kByWordLength, static_cast<std::size_t>(sure * 8 + bit_));
  sets_.choose_final(0, partial_);
  sets_.choose_final(1, match_state);
  sets_.choose_final(2, hits);
}

void BytePredictor::select_refiners() {
  const std::uint64_t recent = streams_[stream_].context.recent;
  const std::uint32_t c1 = recent & 255, c2 = recent >> 8 & 255;
  const std::uint32_t expected = speaks_[0] ? streams_[stream_].matches[0].expected : c2;
  refiners_[0].select(partial_);
  refiners_[1].select((c1 << 8 | partial_) & refined_mask_);
  refiners_[2].select((expected << 8 | partial_) & refined_mask_);
}

std::int32_t BytePredictor::refine(std::int32_t logit) {
  const std::int32_t plain = squash(logit);
  const std::int32_t by_bits = refiners_[0].refine(logit);
  const std::int32_t by_last_byte = refiners_[1].refine(logit);
  const std::int32_t by_expected_byte = refiners_[2].refine(logit);
  return (plain + by_bits + 3 * by_last_byte + 3 * by_expected_byte + 4) >> 3;
}

std::uint32_t BytePredictor::predict() {
  // Contexts fill all lanes of their second inputs, then the others take theirs.
  add_runs();
  add_contexts();
  add_matches();
  select_refiners();
  add_network();
  inputs_.data()[kBiasInput] = 256;
  select_sets();
  const std::int32_t p = refine(sets_.mix(inputs_.data()));
  return static_cast<std::uint32_t>(std::clamp(p, 1, 65535));
}

void BytePredictor::learn_counters(int bit) {
  sets_.kernels().learn(at_work_.data(), kLanes, kTables.reciprocal.data(), bit, kCounterLimit);
  const std::uint32_t at = node() - 1;
  Counter* const counters = counters_.data();
  const Counter* const at_work = at_work_.data();
  const std::uint8_t* const histories = histories_.data();
  Slot* const* const slots = slot_.data();
  const std::uint32_t* const counter_at = counter_at_.data();
  const auto& next = kHistories.next[bit];
  unrolled<kContexts>([&](auto i) {
    counters[counter_at[i]] = at_work[i];
    slots[i]->histories[at] = next[histories[i]];
  });
  for (int i = 0; i < kPlainCounters; ++i) *plain_counter_[i] = at_work[kDirectInput + i];
}

void BytePredictor::update(int bit) {
  // What the next bits need is fetched from memory while this one is learned.
  const std::uint32_t partial = partial_ << 1 | static_cast<std::uint32_t>(bit);
  if (bit_ == 3) prefetch_slots(partial);
  if (bit_ == 7) take_up(static_cast<std::uint8_t>(partial));
  sets_.learn(inputs_.data(), bit);
  const std::int32_t dither = sets_.dither();
  for (Refiner& refiner : refiners_) refiner.update(bit, dither);
  if (network_ != nullptr) {
    for (Refiner& refiner : network_refiners_) refiner.update(bit, dither);
  }
  learn_counters(bit);
  partial_ = partial;
  if (++bit_ == 4) find_slots();
}

// The byte is known: hashes those of the next one.
void BytePredictor::take_up(std::uint8_t byte) {
  history_.bytes[history_.coded_end[stream_]++] = byte;
  for (Slot* slot : run_slot_) slot->follow(byte);
  for (int i = 0; i < kMatches; ++i) probes_[i] = match_models_[i].probe(history_, stream_);
  contexts_.advance(history_, stream_, streams_[stream_].context);
  prefetch_slots(1);
}

std::uint8_t BytePredictor::end_byte() {
  for (int i = 0; i < kMatches; ++i) {
    match_models_[i].advance(history_, stream_, probes_[i], streams_[stream_].matches[i]);
  }
  return static_cast<std::uint8_t>(partial_);
}

}  // namespace nnzip::mixer
