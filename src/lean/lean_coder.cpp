// SPDX-License-Identifier: Apache-2.0
// The steps of a bit, of a nibble and of a byte.
#include "lean/lean_coder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <vector>

#include "lean/lean_contexts.h"
#include "lean/lean_repeat.h"
#include "lean/lean_sets.h"
#include "lean/lean_table.h"
#include "mixer/bytes/bit_history.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/unrolled.h"

namespace nnzip {
namespace {

using lean::Repeat;
using lean::Slot;
using mixer::Counter;
using mixer::kHistories;

constexpr std::size_t kRefined = 1024;  // contexts of each refiner
constexpr std::uint32_t kCounterLimit = 255;
constexpr std::int32_t kLeastProbability = 8;  // of a bit, in 1/65536
constexpr std::int32_t kBias = 256;

// What an effort takes.
struct Small {
  static constexpr std::size_t kHashed = 4, kInputs = 8;
  static constexpr std::array<std::uint32_t, 2> kLeastMatches = {5, 12};
};
struct Usual {
  static constexpr std::size_t kHashed = 7, kInputs = 16;
  static constexpr std::array<std::uint32_t, 2> kLeastMatches = {5, 16};
};
// Contexts of sets of weights: the node, the match, the byte before, the place, the byte before
// that, the place in the line.
constexpr std::array<std::size_t, 6> kSets = {256, Repeat::kBuckets * 8, 256, 256, 256, 256};

constexpr std::uint32_t spread(std::uint32_t value) { return value * 0x9E3779B1u; }
constexpr std::size_t refined_context(std::uint32_t value) {
  return spread(value) >> 16 & (kRefined - 1);
}

int log2_of(std::size_t bytes) {
  return bytes <= 1 ? 0 : static_cast<int>(std::bit_width(bytes - 1));
}
int log2_lines(std::size_t content_bytes) { return std::clamp(log2_of(content_bytes), 8, 18); }
int log2_matches(std::size_t content_bytes) { return std::clamp(log2_of(content_bytes), 10, 18); }

template <typename Plan>
class Coder final : public LeanCoder {
 public:
  Coder(std::size_t content_bytes, const Layout& layout, const lean::ByteTree& tree)
      : tree_(tree),
        history_(content_bytes, 1),
        contexts_(layout),
        table_(log2_lines(content_bytes)),
        order1_(256 * 256),
        sets_(kSets),
        by_order1_(kRefined),
        by_expected_(kRefined) {
    for (const std::uint32_t least : Plan::kLeastMatches)
      repeats_.emplace_back(log2_matches(content_bytes), least, log2_of(content_bytes));
    for (auto& counters : counters_) {
      for (std::size_t i = 0; i < counters.size(); ++i) {
        counters[i] = mixer::make_counter(kHistories.probability[i],
                                          std::min<std::uint32_t>(kHistories.count[i], 30));
      }
    }
    hash_contexts();
    begin_byte();
  }

  void encode(std::uint8_t byte, RangeEncoder& coder) override {
    if (tree_.root() == 0) return;
    // Lines of what comes arrive from memory while the byte is coded.
    hashed_ahead_ = true;
    ask_for_second_nibble(byte);
    take_up(byte);
    for (bool more = true; more;) {
      const int bit = byte >= part_.node ? 1 : 0;
      coder.encode_bit(bit != 0, predict());
      more = learn(bit);
    }
  }

  std::uint8_t decode(RangeDecoder& coder, ExpectedByte* expected) override {
    if (tree_.root() == 0) return tree_.least();
    if (const Repeat& nearest = repeats_[0]; expected != nullptr && nearest.expects()) {
      expected->match = static_cast<std::uint8_t>(nearest.expected());
      expected->match_bytes = nearest.length();
    }
    for (bool more = true; more;) more = learn(coder.decode_bit(predict()) ? 1 : 0);
    return static_cast<std::uint8_t>(recent_);
  }

 private:
  static constexpr std::size_t kContexts = Plan::kHashed + 1;  // with order 1, the first one
  static constexpr std::size_t kRepeats = Plan::kLeastMatches.size();
  static_assert(kContexts + kRepeats + 1 <= Plan::kInputs);

  // The probability of a 1 in 1/65536.
  std::uint32_t predict() {
    lean::Inputs<Plan::kInputs> inputs;
    histories_[0] = order1_.data() + ((recent_ & 0xFF) << 8) + part_.node;
    mixer::unrolled<Plan::kHashed>([&](auto i) { histories_[i + 1] = &slots_[i]->history(node_); });
    mixer::unrolled<kContexts>([&](auto i) {
      used_[i] = &counters_[i][*histories_[i]];
      inputs.put(i, mixer::stretch(mixer::probability16(*used_[i])));
    });
    const std::uint32_t k = std::min(depth_, 7u);
    mixer::unrolled<kRepeats>([&](auto i) { inputs.put(kContexts + i, repeats_[i].speak(part_)); });
    inputs.put(kContexts + kRepeats, kBias);

    const Repeat& nearest = repeats_[0];
    const auto c1 = static_cast<std::uint32_t>(recent_ & 0xFF);
    const auto c21 = static_cast<std::uint32_t>(recent_ & 0xFFFF);
    const std::uint32_t of_match = nearest.bucket() * 8 + k;
    sets_.choose(0, part_.node);
    sets_.choose(1, of_match);
    by_order1_.select(refined_context(c1 << 8 | part_.node));
    by_expected_.select(refined_context(nearest.speaks()
                                            ? (256u + nearest.expected()) << 16 | of_match
                                            : c21 * 0x85EBCA6Bu + part_.node));
    mixed_ = sets_.mix(inputs);
    const std::int32_t one =
        (2 * mixer::squash(mixed_) + by_order1_.refine(mixed_) + by_expected_.refine(mixed_)) >> 2;
    return static_cast<std::uint32_t>(
        std::clamp(one, kLeastProbability, 65536 - kLeastProbability));
  }

  // Returns whether the byte is not known yet.
  bool learn(int bit) {
    const std::uint32_t node = node_ << 1 | static_cast<std::uint32_t>(bit);
    const std::uint8_t next = tree_.next(static_cast<std::uint8_t>(part_.node), bit);
    if (next == 0) {
      end_byte(static_cast<std::uint8_t>(bit != 0 ? part_.node : part_.begin), bit);
      return false;
    }
    (bit != 0 ? part_.begin : part_.end) = part_.node;
    part_.node = next;
    ++depth_;
    // Lines arrive from memory while bits are learned.
    if (node < 16) {
      if (node >= 8) hash_nibble();
      learn_bit(bit);
      node_ = node;
      return true;
    }
    // The last bit of a nibble chooses a slot, but no other line.
    const std::uint32_t change = bit != 0 ? 0x5Bu : 0u;
    for (std::uint32_t& hash : hashes_) hash ^= change;
    learn_bit(bit);
    take_slots();
    return true;
  }

  void end_byte(std::uint8_t byte, int bit) {
    if (!hashed_ahead_) take_up(byte);
    learn_bit(bit);
    for (Repeat& repeat : repeats_) repeat.follow(history_.bytes, history_.coded_end[0]);
    begin_byte();
  }

  // What is known once the byte is: contexts of the next one.
  void take_up(std::uint8_t byte) {
    history_.bytes[history_.coded_end[0]++] = byte;
    contexts_.follow(byte, history_);
    hash_contexts();
  }

  void begin_byte() {
    hashes_ = next_hashes_;
    recent_ = contexts_.recent();
    choose_places();
    part_ = {tree_.least(), 256, tree_.root()};
    depth_ = 0;
    take_slots();
  }

  // Moves all that predicted the bit.
  void learn_bit(int bit) {
    sets_.learn((bit << 16) - mixer::squash(mixed_));
    const auto dither = static_cast<std::int32_t>(spread(++bits_) >> 26);
    by_order1_.update(bit, dither);
    by_expected_.update(bit, dither);
    mixer::unrolled<kContexts>(
        [&](auto i) { *used_[i] = mixer::updated(*used_[i], bit, kCounterLimit); });
    const std::uint8_t* const next = kHistories.next[bit].data();
    mixer::unrolled<kContexts>([&](auto i) { *histories_[i] = next[*histories_[i]]; });
    for (Repeat& repeat : repeats_) repeat.learn(bit, kCounterLimit);
  }

  static std::uint32_t hash_of_nibble(std::uint32_t hash, std::uint32_t node) {
    hash = (hash + spread(node)) * 0x85EBCA6Bu;
    return hash ^ hash >> 15;
  }
  void hash_nibble() {
    for (std::uint32_t& hash : hashes_) {
      hash = hash_of_nibble(hash, part_.node);
      table_.prefetch(hash);
    }
  }
  void ask_for_second_nibble(std::uint8_t byte) const {
    std::uint8_t node = tree_.root();
    for (int d = 0; d < 3 && node != 0; ++d) node = tree_.next(node, byte >= node ? 1 : 0);
    if (node == 0) return;
    for (const std::uint32_t hash : hashes_) table_.prefetch(hash_of_nibble(hash, node));
  }

  void hash_contexts() {
    contexts_.hash(history_, std::span(next_hashes_));
    for (const std::uint32_t hash : next_hashes_) table_.prefetch(hash);
  }

  // Of the sets whose choice lasts for a byte.
  void choose_places() {
    sets_.choose(2, recent_ & 0xFF);
    sets_.choose(3, contexts_.place(history_));
    sets_.choose(4, recent_ >> 8 & 0xFF);
    sets_.choose(5, contexts_.column(history_));
  }

  void take_slots() {
    for (std::size_t i = 0; i < Plan::kHashed; ++i) slots_[i] = table_.find(hashes_[i]);
    node_ = 1;
  }

  lean::ByteTree tree_;
  mixer::History history_;
  lean::Contexts contexts_;
  lean::Table table_;
  mixer::AlignedMemory<std::uint8_t> order1_;                 // [byte before][node]
  std::array<std::array<Counter, 256>, kContexts> counters_;  // [context][history]
  std::vector<Repeat> repeats_;
  lean::Sets<Plan::kInputs, kSets.size()> sets_;
  mixer::Refiner by_order1_, by_expected_;
  std::uint32_t bits_ = 0;     // learned
  std::uint64_t recent_ = 0;   // the last bytes, the newest in the low ones
  bool hashed_ahead_ = false;  // contexts have taken up the byte that is being coded

  std::array<std::uint32_t, Plan::kHashed> hashes_, next_hashes_;
  std::array<Slot*, Plan::kHashed> slots_;

  // Of the next byte: what is left, decisions so far, and those of its nibble below a leading 1.
  lean::Part part_{};
  std::uint32_t depth_ = 0, node_ = 1;

  // Of the last predict().
  std::array<std::uint8_t*, kContexts> histories_;
  std::array<Counter*, kContexts> used_;
  std::int32_t mixed_ = 0;
};

template <typename Plan>
std::uint64_t memory_of(std::size_t content_bytes) {
  return content_bytes + lean::Table::memory_bytes(log2_lines(content_bytes)) +
         Plan::kLeastMatches.size() * Repeat::memory_bytes(log2_matches(content_bytes)) +
         sizeof(Coder<Plan>) + (std::uint64_t{1} << 19);  // order 1, weights and refiners
}

}  // namespace

std::unique_ptr<LeanCoder> LeanCoder::make(std::size_t content_bytes, const Layout& layout,
                                           Effort effort, const lean::ByteTree& tree) {
  if (effort == Effort::kSmall) return std::make_unique<Coder<Small>>(content_bytes, layout, tree);
  return std::make_unique<Coder<Usual>>(content_bytes, layout, tree);
}

std::uint64_t LeanCoder::memory_bytes(std::size_t content_bytes, Effort effort) {
  return effort == Effort::kSmall ? memory_of<Small>(content_bytes)
                                  : memory_of<Usual>(content_bytes);
}

}  // namespace nnzip
