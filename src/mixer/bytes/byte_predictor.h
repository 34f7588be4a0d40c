// SPDX-License-Identifier: Apache-2.0
// One bit after another: the inputs of all contexts, the mixing networks over them, and the
// refinement of their result.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "coder/distribution.h"
#include "mixer/bytes/contexts.h"
#include "mixer/bytes/guess_inputs.h"
#include "mixer/bytes/match_model.h"
#include "mixer/bytes/neural_cache.h"
#include "mixer/bytes/note_table.h"
#include "mixer/bytes/order_chains.h"
#include "mixer/bytes/slot_table.h"
#include "mixer/bytes/table_sizes.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/aligned_memory.h"
#include "mixer/core/expected_byte.h"
#include "mixer/core/mix_network.h"
#include "mixer/core/mixer_plan.h"

namespace nnzip::mixer {

constexpr int kMatches = 2;
constexpr int kDirectOrders = 2;  // orders 0 and 1, which have a counter for each context
constexpr int kRunStates = 5;     // no run speaks, or one of a bit, short or long
constexpr std::uint32_t kMatchContexts = 16 * 8;
constexpr int kNetworkRefiners = 2;
constexpr int kCacheInputs = 6;

// Sizes that follow from the number of contexts.
template <Effort kEffort>
struct InputPlan {
  // Lanes i, lanes + i and 2 * lanes + i for context i, then the lanes that contexts leave.
  static constexpr int contexts = context_count(kEffort), matches = kMatches;
  static constexpr int direct = contexts;
  static constexpr int match = direct + kDirectOrders;
  static constexpr int network = match + kMatches;
  static constexpr int network_refined = network + 1;  // one of each
  static constexpr int network_refiners = kNetworkRefiners;
  // Of the usual effort they take lanes that contexts leave, with one input each.
  static constexpr bool guesses_twice = kEffort == Effort::kLarge;
  static constexpr int guesses = guesses_twice ? static_cast<int>(kByteGuesses) : kUsualByteGuesses;
  static constexpr int lanes =
      (network_refined + kNetworkRefiners + (guesses_twice ? guesses : 0) + 15) / 16 * 16;
  static constexpr int match_length = lanes + match;
  static constexpr int network_linear = match_length + kMatches;
  static constexpr int bias = network_linear + 1;
  static constexpr int run = 2 * lanes;
  static constexpr int guess = guesses_twice ? network_refined + kNetworkRefiners : run + contexts;
  static constexpr int cache = run + contexts;  // two logits, each with two refinements
  static constexpr int sets = kEffort == Effort::kLarge ? 16 : 8;
  static constexpr int final_sets = kEffort == Effort::kLarge ? 5 : 3;
  // Of a context, in hundredths: alone, and beside a network.
  static constexpr int first_weight[] = {kEffort == Effort::kLarge ? 3 : 9,
                                         kEffort == Effort::kLarge ? 2 : 4};
  static constexpr int inputs = (3 * lanes + 31) / 32 * 32;  // whole vectors
  static constexpr bool has_cache = kEffort == Effort::kLarge;
  static constexpr bool has_notes = kEffort == Effort::kLarge;
  static constexpr bool has_chains = kEffort == Effort::kLarge;
  static constexpr int rungs = cache + kCacheInputs;
  static_assert(guesses_twice || guess + guesses <= 3 * lanes);
  static_assert(!has_chains || rungs + static_cast<int>(OrderChains::kRungs) <= inputs);
};

template <Effort kEffort>
class BytePredictorOf {
 public:
  static std::size_t memory_bytes(const MixerPlan& plan);

  BytePredictorOf(const MixerPlan& plan, const MixKernels& kernels);

  // The byte that comes belongs to that stream.
  void begin_byte(int stream, const Distribution* network);
  // Probability of a 1 in 1/65536, 1..65535.
  std::uint32_t predict();
  // Learns the bit.
  void update(int bit);
  // After eight bits; returns the byte.
  std::uint8_t end_byte();

  // Between begin_byte() and the first bit.
  ExpectedByte expected() const;

  const MixKernels& kernels() const { return sets_.kernels(); }

 private:
  using Plan = InputPlan<kEffort>;
  static constexpr int kContexts = Plan::contexts;
  static constexpr int kLanes = Plan::lanes;
  static constexpr int kInputs = Plan::inputs;

  struct Stream {
    StreamContext context;
    std::array<Match, kMatches> matches;
  };

  // What the contexts' runs say of the byte.
  struct Runs {
    std::array<std::uint16_t, kLanes> byte{};  // 256 + the byte, or 0 for none
    std::array<std::int16_t, kLanes> input{};  // where its bit is 1
    std::array<std::int16_t, kLanes> state{};  // where its bit is 1; one less where it is 0
  };

  // What a match says of the byte.
  struct MatchOfByte {
    std::uint32_t byte = 0;   // 256 + the byte, 0: nothing
    std::uint32_t place = 0;  // of its counter for a bit of 0
    std::int16_t length = 0;  // as an input
    std::uint32_t state = 0;  // its part of the context of sets
  };
  // Where counters begin that are no history's. The last one is of matches that are silent.
  static constexpr std::uint32_t kRowCounters = kRunStates * 256;  // of a context
  static constexpr std::uint32_t kDirectAt = kContexts * kRowCounters;
  static constexpr std::uint32_t kMatchesAt = kDirectAt + 256 + 65536;
  static constexpr std::uint32_t kIdleAt = kMatchesAt + kMatches * 2 * kMatchContexts;

  // The place of the bit in its nibble: the bits before it below a leading 1.
  std::uint32_t node() const {
    const std::uint32_t one = 1u << (bit_ & 3);
    return (partial_ & (one - 1)) | one;
  }
  std::uint32_t hash_of_nibble(int context, std::uint32_t partial) const;
  void prefetch_slots();
  std::uint32_t likely_nibble() const;
  void find_slots();
  void take_up(std::uint8_t byte);
  void look_at_runs();
  void look_at_matches();
  void prepare();
  void add_counter(std::size_t lane, std::uint32_t place);
  void add_runs();
  void add_contexts();
  void add_centred();
  void add_matches();
  void select_network_refiners();
  void add_network();
  void add_cache();
  void add_chains();
  void begin_sets();
  std::size_t agreement() const;
  void select_sets();
  void select_code_sets();
  void select_refiners();
  std::int32_t refine(std::int32_t logit);
  void learn_counters(int bit, std::uint32_t at);

  std::vector<int> disabled_;
  History history_;
  std::conditional_t<Plan::has_notes, NoteTable, SlotTable> slots_;
  Notes<Plan::has_notes ? kContexts : 1> notes_;
  std::vector<MatchModel> match_models_;
  Contexts contexts_;
  std::vector<Stream> streams_;
  std::uint32_t stride_;
  bool is_code_;
  bool uses_network_, uses_cache_, uses_pairs_;
  bool is_slower_ = false;  // whether weights move less, for the byte

  // The byte that is being coded.
  std::size_t stream_ = 0;
  std::uint32_t partial_ = 1;    // its bits so far below a leading 1
  int bit_ = 0;                  // how many
  std::uint32_t fetched_ = 0;    // partial_ of the nibble whose slots were fetched last
  std::size_t final_place_ = 0;  // 1 + what chooses the first final set, 0 if its bits do
  const Distribution* network_ = nullptr;
  // What it stands in, if it is known well; none in machine code.
  const RecordChain* chain_ = nullptr;
  const TaggedFields* tags_ = nullptr;
  const StatedRows* rows_ = nullptr;
  const ItemReader* items_ = nullptr;
  std::array<Slot*, kContexts> slot_{};
  std::array<Slot*, kContexts> run_slot_{};  // those of the first nibble
  Runs runs_;
  std::array<MatchOfByte, kMatches> matches_;
  Slot no_slot_{};  // of a context that is switched off

  // The bit that is being coded.
  std::array<bool, kMatches> speaks_{};
  std::array<std::int16_t, kLanes> run_state_{};
  std::array<std::uint32_t, kLanes> places_{};  // of counters
  std::uint32_t direct_place_ = 0;              // of that of order 1
  int order_hits_ = 0;
  std::size_t near_target_ = 0;  // of code at the large effort, for the byte
  int network_confidence_ = 0;

  // What adapts.
  // [context][run state][bit history], then [none, or 1 + last byte][partial byte], then
  // [match model][expected bit][outcomes and length]
  AlignedMemory<Counter> counters_;
  AlignedMemory<Counter> at_work_;  // [kLanes]: of the bit that is being coded
  GuessInputs guesses_;
  OrderChains order_chains_;
  AlignedMemory<std::int16_t> inputs_;  // [kInputs]
  MixNetwork<kInputs, Plan::sets, Plan::final_sets, FinalSum::kExact> sets_;
  std::vector<Refiner> refiners_, network_refiners_, cache_refiners_;
  NeuralCache cache_;
  std::uint32_t refined_mask_;
};

using BytePredictor = BytePredictorOf<Effort::kUsual>;

extern template class BytePredictorOf<Effort::kUsual>;
extern template class BytePredictorOf<Effort::kLarge>;

}  // namespace nnzip::mixer
