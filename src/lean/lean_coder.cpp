// SPDX-License-Identifier: Apache-2.0
// The steps of a bit, of a nibble and of a byte.
#include "lean/lean_coder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <vector>

#include "lean/lean_contexts.h"
#include "lean/lean_sets.h"
#include "lean/lean_table.h"
#include "mixer/bytes/bit_history.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/unrolled.h"

namespace nnzip {
namespace {

using lean::Slot;
using mixer::Counter;
using mixer::kHistories;

constexpr std::size_t kBuckets = 16;      // of lengths of matches
constexpr std::size_t kRefined = 1024;    // contexts of each refiner
constexpr std::size_t kOrder1Slots = 17;  // the first nibble's, then 16 of second ones
constexpr std::uint32_t kCounterLimit = 255;
constexpr std::int32_t kLeastProbability = 8;  // of a bit, in 1/65536
constexpr std::int32_t kBias = 256;

// What an effort takes.
struct Small {
  static constexpr std::size_t kHashed = 6, kInputs = 8;
  static constexpr std::array<std::uint32_t, 1> kLeastMatches = {5};
  static constexpr bool kBiased = false;
  // Contexts of sets of weights: the bits so far, the match, the byte before, the place.
  static constexpr std::array<std::size_t, 4> kSets = {256, kBuckets * 8, 256, 256};
};
struct Usual {
  static constexpr std::size_t kHashed = 12, kInputs = 16;
  static constexpr std::array<std::uint32_t, 2> kLeastMatches = {5, 16};
  static constexpr bool kBiased = true;
  // And: the byte before that, the place in the line.
  static constexpr std::array<std::size_t, 6> kSets = {256, kBuckets * 8, 256, 256, 256, 256};
};

constexpr std::uint32_t spread(std::uint32_t value) { return value * 0x9E3779B1u; }
constexpr std::size_t refined_context(std::uint32_t value) {
  return spread(value) >> 16 & (kRefined - 1);
}

int log2_of(std::size_t bytes) {
  return bytes <= 1 ? 0 : static_cast<int>(std::bit_width(bytes - 1));
}
int log2_lines(std::size_t content_bytes) { return std::clamp(log2_of(content_bytes), 8, 18); }
int log2_matches(std::size_t content_bytes) { return std::clamp(log2_of(content_bytes), 10, 18); }

// Follows what the content repeats, and says what its next bit is.
class Repeat {
 public:
  Repeat(std::size_t content_bytes, std::uint32_t least_match)
      : matches_(log2_matches(content_bytes), least_match) {
    for (std::uint32_t i = 0; i < kBuckets; ++i) {
      const std::uint32_t right = 65535 - 20000 / (i * i + 1);
      counters_[2 * i] = mixer::make_counter(65535 - right, 4);
      counters_[2 * i + 1] = mixer::make_counter(right, 4);
    }
  }

  void look_up(const mixer::History& history) { probe_ = matches_.probe(history, 0); }
  void follow(const mixer::History& history) {
    matches_.advance(history, 0, probe_, match_);
    bucket_ = mixer::length_bucket(match_.length);
  }

  // Its input for bit k of a byte, 0 if it does not speak.
  std::int32_t speak(std::uint32_t partial, std::uint32_t k) {
    const std::uint32_t expected = 256u | match_.expected;
    used_ = nullptr;
    if (match_.position == 0 || expected >> (8 - k) != partial) return 0;
    used_ = &counters_[2 * bucket_ + (expected >> (7 - k) & 1)];
    return mixer::stretch(mixer::probability16(*used_));
  }
  void learn(int bit) {
    if (speaks()) *used_ = mixer::updated(*used_, bit, kCounterLimit);
  }

  bool speaks() const { return used_ != nullptr; }
  std::uint32_t bucket() const { return speaks() ? bucket_ : 0; }
  const mixer::Match& match() const { return match_; }

 private:
  std::array<Counter, kBuckets * 2> counters_;  // [bucket][expected bit]
  mixer::MatchModel matches_;
  mixer::MatchModel::Probe probe_ = nullptr;
  mixer::Match match_;
  std::uint32_t bucket_ = 0;
  Counter* used_ = nullptr;  // null if the last bit was not spoken of
};

template <typename Plan>
class Coder final : public LeanCoder {
 public:
  Coder(std::size_t content_bytes, const Layout& layout)
      : history_(content_bytes, 1),
        contexts_(layout),
        table_(log2_lines(content_bytes)),
        order1_(256 * kOrder1Slots),
        sets_(Plan::kSets),
        by_order1_(kRefined),
        by_expected_(kRefined) {
    for (const std::uint32_t least : Plan::kLeastMatches)
      repeats_.emplace_back(content_bytes, least);
    for (auto& counters : counters_) {
      for (std::size_t i = 0; i < counters.size(); ++i) {
        counters[i] = mixer::make_counter(kHistories.probability[i],
                                          std::min<std::uint32_t>(kHistories.count[i], 30));
      }
    }
    hash_contexts();
    choose_places();
    take_slots();
  }

  void encode(std::uint8_t byte, RangeEncoder& coder) override {
    for (int k = 7; k >= 0; --k) {
      const int bit = byte >> k & 1;
      coder.encode_bit(bit != 0, predict());
      learn(bit);
    }
  }

  std::uint8_t decode(RangeDecoder& coder, ExpectedByte* expected) override {
    if (const mixer::Match& match = repeats_[0].match();
        expected != nullptr && match.position != 0) {
      expected->match = match.expected;
      expected->match_bytes = match.length;
    }
    for (int k = 0; k < 8; ++k) learn(coder.decode_bit(predict()) ? 1 : 0);
    return static_cast<std::uint8_t>(contexts_.recent());
  }

 private:
  static constexpr std::size_t kContexts = Plan::kHashed + 1;  // with order 1, the first one
  static constexpr std::size_t kRepeats = Plan::kLeastMatches.size();
  static_assert(kContexts + kRepeats + (Plan::kBiased ? 1 : 0) <= Plan::kInputs);

  // The probability of a 1 in 1/65536.
  std::uint32_t predict() {
    lean::Inputs<Plan::kInputs> inputs;
    mixer::unrolled<kContexts>([&](auto i) {
      used_[i] = &counters_[i][slots_[i]->history(node_)];
      inputs.put(i, mixer::stretch(mixer::probability16(*used_[i])));
    });
    const auto k = static_cast<std::uint32_t>(std::bit_width(partial_)) - 1;
    mixer::unrolled<kRepeats>(
        [&](auto i) { inputs.put(kContexts + i, repeats_[i].speak(partial_, k)); });
    if constexpr (Plan::kBiased) inputs.put(kContexts + kRepeats, kBias);

    const Repeat& nearest = repeats_[0];
    const auto c1 = static_cast<std::uint32_t>(contexts_.recent() & 0xFF);
    const auto c21 = static_cast<std::uint32_t>(contexts_.recent() & 0xFFFF);
    const std::uint32_t of_match = nearest.bucket() * 8 + k;
    sets_.choose(0, partial_);
    sets_.choose(1, of_match);
    by_order1_.select(refined_context(c1 << 8 | partial_));
    by_expected_.select(refined_context(nearest.speaks()
                                            ? (256u + nearest.match().expected) << 16 | of_match
                                            : c21 * 0x85EBCA6Bu + partial_));
    mixed_ = sets_.mix(inputs);
    const std::int32_t one =
        (2 * mixer::squash(mixed_) + by_order1_.refine(mixed_) + by_expected_.refine(mixed_)) >> 2;
    return static_cast<std::uint32_t>(
        std::clamp(one, kLeastProbability, 65536 - kLeastProbability));
  }

  void learn(int bit) {
    partial_ = partial_ << 1 | static_cast<std::uint32_t>(bit);
    const std::uint32_t node = node_ << 1 | static_cast<std::uint32_t>(bit);
    // Lines arrive from memory while bits are learned.
    if (node < 16) {
      if (partial_ >> 3 == 1) hash_nibble();
      learn_bit(bit);
      node_ = node;
      return;
    }
    if (partial_ < 256) {
      // The last bit of a nibble chooses a slot, but no other line.
      const std::uint32_t change = bit != 0 ? 0x5Bu : 0u;
      for (std::uint32_t& hash : hashes_) hash ^= change;
      learn_bit(bit);
    } else {
      const auto byte = static_cast<std::uint8_t>(partial_);
      history_.bytes[history_.coded_end[0]++] = byte;
      for (Repeat& repeat : repeats_) repeat.look_up(history_);
      contexts_.follow(byte, history_);
      partial_ = 1;
      hash_contexts();
      learn_bit(bit);
      for (Repeat& repeat : repeats_) repeat.follow(history_);
      choose_places();
    }
    node_ = 1;
    take_slots();
  }

  // Moves all that predicted the bit.
  void learn_bit(int bit) {
    sets_.learn((bit << 16) - mixer::squash(mixed_));
    const auto dither = static_cast<std::int32_t>(spread(++bits_) >> 26);
    by_order1_.update(bit, dither);
    by_expected_.update(bit, dither);
    const std::uint32_t node = node_;
    mixer::unrolled<kContexts>(
        [&](auto i) { *used_[i] = mixer::updated(*used_[i], bit, kCounterLimit); });
    const std::uint8_t* const next = kHistories.next[bit].data();
    mixer::unrolled<kContexts>([&](auto i) {
      std::uint8_t& history = slots_[i]->history(node);
      history = next[history];
    });
    for (Repeat& repeat : repeats_) repeat.learn(bit);
  }

  void hash_nibble() {
    for (std::uint32_t& hash : hashes_) {
      hash = (hash + spread(partial_)) * 0x85EBCA6Bu;
      hash ^= hash >> 15;
      table_.prefetch(hash);
    }
  }

  void hash_contexts() {
    contexts_.hash(history_, std::span(hashes_));
    for (const std::uint32_t hash : hashes_) table_.prefetch(hash);
  }

  // Of the sets whose choice lasts for a byte.
  void choose_places() {
    sets_.choose(2, contexts_.recent() & 0xFF);
    sets_.choose(3, contexts_.place(history_));
    if constexpr (Plan::kSets.size() > 4) {
      sets_.choose(4, contexts_.recent() >> 8 & 0xFF);
      sets_.choose(5, contexts_.column(history_));
    }
  }

  void take_slots() {
    const std::size_t nibble = partial_ == 1 ? 0 : 1 + (partial_ & 15);
    slots_[0] = order1_.data() + (contexts_.recent() & 0xFF) * kOrder1Slots + nibble;
    for (std::size_t i = 0; i < Plan::kHashed; ++i) slots_[i + 1] = table_.find(hashes_[i]);
  }

  mixer::History history_;
  lean::Contexts contexts_;
  lean::Table table_;
  mixer::AlignedMemory<Slot> order1_;                         // [byte before][kOrder1Slots]
  std::array<std::array<Counter, 256>, kContexts> counters_;  // [context][history]
  std::vector<Repeat> repeats_;
  lean::Sets<Plan::kInputs, Plan::kSets.size()> sets_;
  mixer::Refiner by_order1_, by_expected_;
  std::uint32_t bits_ = 0;  // learned

  std::array<std::uint32_t, Plan::kHashed> hashes_;
  std::array<Slot*, kContexts> slots_;

  // The bits of the next byte so far, below a leading 1, and those of its nibble.
  std::uint32_t partial_ = 1, node_ = 1;

  // Of the last predict().
  std::array<Counter*, kContexts> used_;
  std::int32_t mixed_ = 0;
};

template <typename Plan>
std::uint64_t memory_of(std::size_t content_bytes) {
  return content_bytes + lean::Table::memory_bytes(log2_lines(content_bytes)) +
         Plan::kLeastMatches.size() * mixer::MatchModel::memory_bytes(log2_matches(content_bytes)) +
         sizeof(Coder<Plan>) + (std::uint64_t{1} << 19);  // order 1, weights and refiners
}

}  // namespace

std::unique_ptr<LeanCoder> LeanCoder::make(std::size_t content_bytes, const Layout& layout,
                                           Effort effort) {
  if (effort == Effort::kSmall) return std::make_unique<Coder<Small>>(content_bytes, layout);
  return std::make_unique<Coder<Usual>>(content_bytes, layout);
}

std::uint64_t LeanCoder::memory_bytes(std::size_t content_bytes, Effort effort) {
  return effort == Effort::kSmall ? memory_of<Small>(content_bytes)
                                  : memory_of<Usual>(content_bytes);
}

}  // namespace nnzip
