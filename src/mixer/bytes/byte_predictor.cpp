// SPDX-License-Identifier: Apache-2.0
// The path of one bit.
#include "mixer/bytes/byte_predictor.h"

#include <algorithm>

#include "mixer/bytes/byte_classes.h"
#include "mixer/bytes/weight_sets.h"
#include "mixer/core/network_input.h"
#include "mixer/core/unrolled.h"

namespace nnzip::mixer {
namespace {

// More inputs move a logit further by the same steps.
constexpr MixRates kRates{80, 60, 160, 8192, 60},
    kLargeRates{60, 12, 160, 4096, 30, 30, 80, 45, 6, 22};

constexpr std::uint32_t kCounterLimit = 1000;

constexpr std::uint32_t kMatchMinimum[kMatches] = {5, 12};

// Copies the first row of a table into the others.
template <typename T>
void repeat(T* table, std::size_t row, std::size_t rows) {
  for (std::size_t i = 1; i < rows; ++i) std::copy_n(table, row, table + i * row);
}

}  // namespace

template <Effort kEffort>
BytePredictorOf<kEffort>::BytePredictorOf(const MixerPlan& plan, const MixKernels& kernels)
    : history_(plan.content_bytes, plan.streams),
      slots_(TableSizes(plan.content_bytes, kEffort).log2_lines),
      contexts_(plan.layout, kEffort),
      streams_(static_cast<std::size_t>(plan.streams)),
      stride_(plan.layout.stride),
      is_code_(plan.layout.form == Form::kCode),
      uses_network_(plan.network),
      uses_cache_(plan.network && Plan::has_cache),
      uses_pairs_(Plan::has_chains && has_pairs(plan)),
      counters_(kIdleAt + 1),
      at_work_(kLanes),
      order_chains_(Plan::has_chains ? kContexts : 0, kRowCounters),
      inputs_(kInputs),
      sets_(kernels, sets_of<Plan>(plan), final_sets_of<Plan>(plan),
            kEffort == Effort::kLarge ? kLargeRates : kRates, first_weights<Plan>(plan.network)),
      cache_(kernels, uses_cache_),
      refined_mask_((1u << log2_refined(plan.content_bytes)) - 1) {
  for (std::size_t i = 0; i < kContexts; ++i) {
    if (plan.disabled[i]) disabled_.push_back(static_cast<int>(i));
  }
  const TableSizes sizes(plan.content_bytes, kEffort);
  for (const std::uint32_t minimum : kMatchMinimum) {
    match_models_.emplace_back(sizes.log2_matches, minimum);
  }
  for (std::size_t i = 0; i < 256; ++i) {
    counters_.data()[i] = make_counter(kHistories.probability[i],
                                       std::min<std::uint32_t>(kHistories.count[i] + 1, 15));
  }
  repeat(counters_.data(), 256, kContexts * kRunStates);
  std::fill(counters_.data() + kDirectAt, counters_.data() + kMatchesAt, make_counter(1 << 15, 0));
  for (std::uint32_t i = 0; i < kIdleAt - kMatchesAt; ++i) {
    const std::uint32_t bucket = i % 16, right = 65535 - 20000 / (bucket * bucket + 1);
    counters_.data()[kMatchesAt + i] =
        make_counter(i / kMatchContexts % 2 == 1 ? right : 65535 - right, 4);
  }
  network_refiners_.emplace_back(plan.network ? 256 : 1);
  network_refiners_.emplace_back(plan.network ? refined_mask_ + std::size_t{1} : 1);
  for (int i = 0; uses_cache_ && i < 2; ++i) {
    cache_refiners_.emplace_back(256);
    cache_refiners_.emplace_back(refined_mask_ + std::size_t{1});
  }
  refiners_.emplace_back(256);
  refiners_.emplace_back(refined_mask_ + std::size_t{1});
  refiners_.emplace_back(refined_mask_ + std::size_t{1});
  if (uses_pairs_) refiners_.emplace_back(std::size_t{1} << kLog2Pairs);
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    contexts_.begin(history_, i, streams_[i].context);
  }
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::begin_byte(int stream, const Distribution* network) {
  stream_ = static_cast<std::size_t>(stream);
  network_ = uses_network_ ? network : nullptr;
  partial_ = 1;
  bit_ = 0;
  begin_sets();
  guesses_.begin(is_code_ && !Plan::guesses_twice ? nullptr : &streams_[stream_].context.guesses,
                 Plan::guesses);
  if constexpr (kEffort == Effort::kLarge) {
    if (is_code_) near_target_ = streams_[stream_].context.code.near_target();
  }
  find_slots();
  look_at_runs();
  look_at_matches();
  prepare();
  if (uses_cache_ && network_ != nullptr) cache_.look_up(network_->signature);
}

// What the matches say of the whole byte.
template <Effort kEffort>
void BytePredictorOf<kEffort>::look_at_matches() {
  for (std::uint32_t i = 0; i < kMatches; ++i) {
    const Match& match = streams_[stream_].matches[i];
    MatchOfByte& said = matches_[i];
    said.byte = match.position != 0 ? match.expected | 256u : 0;
    if (said.byte == 0) continue;
    const std::uint32_t bucket = length_bucket(match.length);
    said.place = kMatchesAt + 2 * i * kMatchContexts + (match.outcomes & 7) * 16 + bucket;
    said.length = static_cast<std::int16_t>(std::min(match.length, 32u) * 16);
    said.state = i == 0 ? 1 + bucket * 14 / 15 : 16 + 16 * std::min(match.length / 16, 2u);
  }
}

// What the next bit needs of memory, as soon as the one before it is known.
template <Effort kEffort>
void BytePredictorOf<kEffort>::prepare() {
  for (std::size_t i = 0; i < kMatches; ++i)
    speaks_[i] = matches_[i].byte >> (8 - bit_) == partial_;
  const std::uint32_t c1 = streams_[stream_].context.recent & 255;
  direct_place_ = kDirectAt + (1 + c1) * 256 + partial_;
  __builtin_prefetch(counters_.data() + direct_place_, 1);
  select_refiners();
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::add_counter(std::size_t lane, std::uint32_t place) {
  const Counter counter = counters_.data()[place];
  places_[lane] = place;
  at_work_.data()[lane] = counter;
  inputs_.data()[lane] = kTables.stretch[counter >> 20];
}

// A run speaks while the byte agrees with it. Masks of 16 bits, which compilers turn into vectors.
template <Effort kEffort>
void BytePredictorOf<kEffort>::add_runs() {
  const int shift = 8 - bit_;
  const auto bits = static_cast<std::uint16_t>(partial_ << shift);
  const auto known = static_cast<std::uint16_t>(0xFFFF << shift);
  const auto next = static_cast<std::uint16_t>(1 << shift >> 1);
  const Runs runs = runs_;
  std::int16_t* const x = inputs_.data() + Plan::run;
  std::array<std::int16_t, kLanes> states;
  for (int i = 0; i < kLanes; ++i) {
    const auto speaks = static_cast<std::int16_t>(((runs.byte[i] ^ bits) & known) == 0 ? -1 : 0);
    const auto zero = static_cast<std::int16_t>((runs.byte[i] & next) == 0 ? -1 : 0);
    x[i] = static_cast<std::int16_t>(((runs.input[i] ^ zero) - zero) & speaks);
    states[i] = static_cast<std::int16_t>((runs.state[i] + zero) & speaks);
  }
  run_state_ = states;
}

// Rows of counters are whole numbers of histories.
inline std::uint8_t history_at(std::uint32_t place) { return static_cast<std::uint8_t>(place); }

template <Effort kEffort>
void BytePredictorOf<kEffort>::add_contexts() {
  const std::uint32_t at = node() - 1;
  // Stores of bytes could alias members, which would have to be read again.
  const Slot* const* const slots = slot_.data();
  const Counter* const counters = counters_.data();
  Counter* const at_work = at_work_.data();
  std::uint32_t* const places = places_.data();
  const std::int16_t* const run_states = run_state_.data();
  const std::int16_t* const stretches = kTables.stretch.data();
  std::int16_t* const x = inputs_.data();
  add_counter(Plan::direct, kDirectAt + partial_);
  add_counter(Plan::direct + 1, direct_place_);
  unrolled<kContexts>([&](auto i) {
    const std::uint32_t history = slots[i]->histories[at];
    const auto place = static_cast<std::uint32_t>(i * kRowCounters) +
                       static_cast<std::uint32_t>(run_states[i]) * 256 + history;
    const Counter counter = counters[place];
    places[i] = place;
    at_work[i] = counter;
    x[i] = stretches[counter >> 20];
  });
  order_hits_ = 0;
  for (int i = 0; i < kOrders; ++i) order_hits_ += history_at(places[i]) != 0 ? 1 : 0;
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::add_matches() {
  std::int16_t* const x = inputs_.data() + Plan::match;
  std::int16_t* const y = inputs_.data() + Plan::match_length;
  for (std::size_t i = 0; i < kMatches; ++i) {
    const MatchOfByte& match = matches_[i];
    const bool one = (match.byte >> (7 - bit_) & 1) != 0;
    add_counter(Plan::match + i, speaks_[i] ? match.place + (one ? kMatchContexts : 0) : kIdleAt);
    y[i] = static_cast<std::int16_t>(!speaks_[i] ? 0 : one ? match.length : -match.length);
    if (!speaks_[i]) x[i] = 0;
  }
}

// The second inputs of counters; y of matches is their lengths.
template <Effort kEffort>
void BytePredictorOf<kEffort>::add_centred() {
  const Counter* const at_work = at_work_.data();
  std::int16_t* const y = inputs_.data() + kLanes;
  for (int i = 0; i < Plan::match; ++i) {
    const auto centred = static_cast<std::int16_t>(at_work[i] >> 16 ^ 0x8000);
    y[i] = static_cast<std::int16_t>(centred >> 4);
  }
}

// The pairs of refiners by the byte so far and by the byte before as well.
template <Effort kEffort>
void BytePredictorOf<kEffort>::select_network_refiners() {
  if (network_ == nullptr) return;
  const std::uint32_t c1 = streams_[stream_].context.recent & 255;
  const std::uint32_t after_byte = (c1 << 8 | partial_) & refined_mask_;
  for (std::vector<Refiner>* const refiners : {&network_refiners_, &cache_refiners_}) {
    for (std::size_t i = 0; i < refiners->size(); ++i) {
      (*refiners)[i].select(i % 2 == 0 ? partial_ : after_byte);
    }
  }
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::add_network() {
  std::int16_t& logit = inputs_.data()[Plan::network];
  std::int16_t& linear = inputs_.data()[Plan::network_linear];
  std::int16_t* const refined = inputs_.data() + Plan::network_refined;
  logit = linear = 0;
  for (int i = 0; i < kNetworkRefiners; ++i) refined[i] = 0;
  network_confidence_ = 0;
  if (network_ == nullptr) return;
  logit = static_cast<std::int16_t>(network_logit(*network_, partial_, bit_));
  linear = linear_input(logit);
  for (int i = 0; i < kNetworkRefiners; ++i) {
    const std::int32_t p = network_refiners_[i].refine(logit);
    refined[i] = static_cast<std::int16_t>(stretch(static_cast<std::uint32_t>(p)));
  }
  network_confidence_ = 1 + std::min(std::abs(logit) / 160, 14);
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::add_cache() {
  if constexpr (Plan::has_cache) {
    std::int16_t* const x = inputs_.data() + Plan::cache;
    std::fill_n(x, kCacheInputs, std::int16_t{0});
    if (!uses_cache_ || network_ == nullptr) return;
    const auto logits = cache_.logits(partial_, bit_);
    for (std::size_t i = 0; i < kCacheInputs; ++i) {
      const std::int32_t logit = logits[i / 3];
      if (i % 3 == 0) {
        x[i] = static_cast<std::int16_t>(logit);
        continue;
      }
      Refiner& refiner = cache_refiners_[i / 3 * 2 + i % 3 - 1];
      x[i] = static_cast<std::int16_t>(stretch(static_cast<std::uint32_t>(refiner.refine(logit))));
    }
  }
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::add_chains() {
  if constexpr (Plan::has_chains) {
    std::int16_t* const x = inputs_.data();
    order_chains_.add(places_.data(), x[Plan::direct + 1], x + Plan::rungs);
  }
}

// Those sets that are the same for all bits of the byte.
template <Effort kEffort>
void BytePredictorOf<kEffort>::begin_sets() {
  const StreamContext& context = streams_[stream_].context;
  const std::uint64_t recent = context.recent;
  const std::size_t end = history_.coded_end[stream_];
  chain_ = is_code_ ? nullptr : context.long_chain();
  tags_ = is_code_ ? nullptr : context.tagged_fields();
  rows_ = is_code_ ? nullptr : context.stated_rows();
  items_ = is_code_ ? nullptr : context.items();
  // In tables the column, elsewhere what kinds of bytes came last.
  const std::size_t column = is_code_            ? context.code.position()
                             : chain_ != nullptr ? chain_->mark()
                             : tags_ != nullptr  ? tags_->mark()
                             : rows_ != nullptr  ? rows_->mark()
                             : items_ != nullptr ? items_->mark()
                             : stride_ != 0      ? (end - history_.begin(stream_)) % stride_
                                                 : kind_of_byte(recent & 255) * 36 +
                                                  kind_of_byte(recent >> 8 & 255) * 6 +
                                                  kind_of_byte(recent >> 16 & 255);
  sets_.choose(kByLastByte, recent & 255);
  sets_.choose(kByByteBefore, recent >> 8 & 255);
  sets_.choose(kByColumn, column & 255);
  const bool has_lines = is_code_ || !context.further->is_binary();
  const bool has_place = chain_ != nullptr || tags_ != nullptr || rows_ != nullptr ||
                         items_ != nullptr || (!has_lines && stride_ != 0);
  final_place_ = has_place ? 1 + (column & 255) : 0;
  sets_.choose(kByLinePlace, has_lines ? std::min<std::size_t>(end - context.line_begin, 255)
                                       : context.further->since_zero);
  if (tags_ != nullptr) {
    sets_.choose(kByByteBefore, tags_->number_of_field());
    sets_.choose(kByLinePlace, tags_->to_come & 255);
  }
  if (items_ != nullptr) {
    sets_.choose(kByByteBefore, items_->number_of_kind());
    sets_.choose(kByLinePlace, items_->left());
  }
  if (rows_ != nullptr) sets_.choose(kByLinePlace, rows_->left);
  if (chain_ != nullptr) sets_.choose(kByLinePlace, chain_->agreement());
  if constexpr (kEffort == Effort::kLarge) {
    const FurtherState& further = *context.further;
    const std::size_t seen = std::min<std::size_t>(end - history_.begin(stream_), 255);
    is_slower_ = uses_network_ && !is_code_ && further.since_zero == seen;
    const Match& match = streams_[stream_].matches[0];
    sets_.choose(kByThirdByte, recent >> 16 & 255);
    sets_.choose(kByRecordPlace, further.column & 255);
    sets_.choose(kByKinds, further.kinds & 511);
    sets_.choose(kByExpectedByte, match.position != 0 ? match.expected : 0);
    sets_.choose(kByByteAbove, further.above);
    sets_.choose(kByField, further.field << 2 | std::min<std::uint64_t>(further.depth, 3));
    sets_.choose(kByZero, further.since_zero);
    sets_.choose(kByPair, further.after_pair >> 24);
    sets_.choose_final(3, recent & 255);
    sets_.choose_final(4, further.kinds & 511);
  }
}

// Which bit, if any, the bytes at the same place of earlier records and the first match expect.
template <Effort kEffort>
std::size_t BytePredictorOf<kEffort>::agreement() const {
  const auto of = [&](std::uint64_t byte) -> std::size_t {
    return (byte | 256) >> (8 - bit_) == partial_ ? 1 + (byte >> (7 - bit_) & 1) : 0;
  };
  const std::size_t by_match = speaks_[0] ? of(streams_[stream_].matches[0].expected) : 0;
  return 27 * of(chain_->cell) + 9 * of(chain_->before) + 3 * of(chain_->alike) + by_match;
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::select_sets() {
  const std::size_t match_state =
      stream_ * 64 + (speaks_[0] ? matches_[0].state : 0) + (speaks_[1] ? matches_[1].state : 0);
  const std::size_t hits = stream_ * 64 + static_cast<std::size_t>(order_hits_ * 8 + bit_);
  const int sure =
      network_ != nullptr ? network_confidence_ : streams_[stream_].context.word_length;
  if constexpr (kEffort == Effort::kLarge) {
    const bool has_rows = stride_ != 0 || streams_[stream_].context.further->is_binary();
    if (!is_code_ && has_rows) sets_.choose(kByPair, guesses_.agreement());
  }
  const bool by_agreement = chain_ != nullptr && network_ == nullptr;
  sets_.choose(kByPartialByte, stream_ * 256 + partial_);
  sets_.choose(kByMatches, match_state);
  sets_.choose(kByOrders, hits);
  sets_.choose(kByWordLength,
               by_agreement ? agreement() : static_cast<std::size_t>(sure * 8 + bit_));
  sets_.choose_final(0, final_place_ != 0 ? final_place_ - 1 : partial_);
  sets_.choose_final(1, match_state);
  sets_.choose_final(2, hits);
  if (is_code_) select_code_sets();
}

// Where in an instruction the bit is, and of which.
template <Effort kEffort>
void BytePredictorOf<kEffort>::select_code_sets() {
  const CodeState& code = streams_[stream_].context.code;
  const std::size_t place = code.place(), opcode = code.known_opcode();
  const auto bit = static_cast<std::size_t>(bit_);
  sets_.choose(kByByteBefore, (place * 4 + bit / 2) * 8 + opcode / 32);
  sets_.choose(kByWordLength, place * 8 + bit);
  sets_.choose(kByLinePlace, ((code.knows_opcode() ? 256 : 0) + opcode) * 4 + bit / 2);
  sets_.choose_final(2, place * 32 + opcode / 8);
  if constexpr (kEffort == Effort::kLarge) {
    const std::size_t at_place = place * 8 + bit;
    const std::size_t by_opcode = code.knows_opcode() ? 1024 + at_place : opcode * 4 + bit / 2;
    sets_.choose(kByRecordPlace, opcode * 8 + bit);
    sets_.choose(kByKinds, code.opcodes()[0] & 255);
    sets_.choose(kByField, code.knows_opcode() ? 256 + at_place : near_target_ / 4 * 8 + bit);
    sets_.choose(kByZero, by_opcode);
    sets_.choose_final(3, by_opcode);
    sets_.choose_final(4, at_place);
  }
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::select_refiners() {
  const std::uint64_t recent = streams_[stream_].context.recent;
  const std::uint32_t c1 = recent & 255, c2 = recent >> 8 & 255;
  const bool by_match =
      speaks_[0] && chain_ == nullptr && tags_ == nullptr && rows_ == nullptr && items_ == nullptr;
  const std::uint32_t expected = by_match            ? matches_[0].byte & 255
                                 : chain_ != nullptr ? chain_->mark()
                                 : tags_ != nullptr  ? tags_->number_of_field()
                                 : rows_ != nullptr  ? rows_->mark()
                                 : items_ != nullptr ? items_->number_of_kind()
                                                     : c2;
  refiners_[0].select(partial_);
  refiners_[1].select((c1 << 8 | partial_) & refined_mask_);
  refiners_[2].select((expected << 8 | partial_) & refined_mask_);
  if (uses_pairs_) {
    const std::uint32_t hash = (c2 << 8 | c1) * 0x9E3779B1 + partial_ * 0x2C1B3C6D;
    refiners_[3].select(hash >> (32 - kLog2Pairs));
  }
}

template <Effort kEffort>
std::int32_t BytePredictorOf<kEffort>::refine(std::int32_t logit) {
  const std::int32_t plain = squash(logit);
  const std::int32_t by_bits = refiners_[0].refine(logit);
  const std::int32_t by_last_byte = refiners_[1].refine(logit);
  const std::int32_t by_expected_byte = refiners_[2].refine(logit);
  if (!uses_pairs_) return (plain + by_bits + 3 * by_last_byte + 3 * by_expected_byte + 4) >> 3;
  const std::int32_t by_pair = refiners_[3].refine(logit);
  return (2 * plain + 2 * by_bits + 4 * by_last_byte + 3 * by_expected_byte + 5 * by_pair + 8) >> 4;
}

template <Effort kEffort>
std::uint32_t BytePredictorOf<kEffort>::predict() {
  select_network_refiners();
  add_runs();
  add_contexts();
  add_matches();
  add_centred();
  std::int16_t* const guesses = inputs_.data() + Plan::guess;
  guesses_.add(bit_, guesses, Plan::guesses_twice ? guesses + kLanes : nullptr);
  add_network();
  add_cache();
  add_chains();
  inputs_.data()[Plan::bias] = 256;
  select_sets();
  const std::int32_t p = refine(sets_.mix(inputs_.data()));
  return static_cast<std::uint32_t>(std::clamp(p, 1, 65535));
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::learn_counters(int bit, std::uint32_t at) {
  sets_.kernels().learn(at_work_.data(), kLanes, kTables.reciprocal.data(), bit, kCounterLimit);
  Counter* const counters = counters_.data();
  const Counter* const at_work = at_work_.data();
  Slot* const* const slots = slot_.data();
  const std::uint32_t* const places = places_.data();
  const auto& next = kHistories.next[bit];
  unrolled<kContexts>([&](auto i) {
    counters[places[i]] = at_work[i];
    slots[i]->histories[at] = next[history_at(places[i])];
  });
  for (std::size_t i = Plan::direct; i < Plan::network; ++i) counters[places[i]] = at_work[i];
}

template <Effort kEffort>
void BytePredictorOf<kEffort>::update(int bit) {
  const std::uint32_t at = node() - 1;
  partial_ = partial_ << 1 | static_cast<std::uint32_t>(bit);
  ++bit_;
  guesses_.learn(bit);
  // What the next bits need is fetched from memory while this one is learned.
  bool fetches = true;
  if (bit_ == 8) {
    take_up(static_cast<std::uint8_t>(partial_));
    fetched_ = 1;
  } else {
    prepare();
    const std::uint32_t before = fetched_;
    if (bit_ == 3) fetched_ = likely_nibble();
    if (bit_ == 4) fetched_ = partial_;
    fetches = fetched_ != 0 && fetched_ != before;
  }
  if (fetches) prefetch_slots();
  sets_.learn(inputs_.data(), bit, is_slower_);
  const std::int32_t dither = sets_.dither();
  const int shift = sets_.bits() < 1 << 14 ? 4 : sets_.bits() < 1 << 17 ? 5 : 6;
  for (Refiner& refiner : refiners_) refiner.update(bit, dither, shift);
  if (network_ != nullptr) {
    for (Refiner& refiner : network_refiners_) refiner.update(bit, dither);
    for (Refiner& refiner : cache_refiners_) refiner.update(bit, dither);
  }
  if constexpr (Plan::has_chains) order_chains_.learn(bit);
  learn_counters(bit, at);
  if (bit_ == 4) find_slots();
  if constexpr (Plan::has_notes) {
    if (bit_ == 8) notes_.keep(slots_, static_cast<std::uint8_t>(partial_));
  }
}

template <Effort kEffort>
std::uint8_t BytePredictorOf<kEffort>::end_byte() {
  return static_cast<std::uint8_t>(partial_);
}

template class BytePredictorOf<Effort::kUsual>;
template class BytePredictorOf<Effort::kLarge>;

}  // namespace nnzip::mixer
