// SPDX-License-Identifier: Apache-2.0
// The mixer as a second implementation: MIXING.md line by line, slow and without tricks, for tests
// to compare with. It shares no code with the mixer.
//
//   MixerReference reference(n, streams, layout, network);
//   reference.start(stream, distribution);      for each byte in lockstep
//   p16 = reference.predict();                  eight times
//   reference.learn(bit);
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "coder/distribution.h"
#include "layout/effort.h"
#include "layout/layout.h"
#include "reference/mixer/mixer_reference_byte_guesses.h"
#include "reference/mixer/mixer_reference_contexts.h"
#include "reference/mixer/mixer_reference_notes.h"
#include "reference/mixer/mixer_reference_sets.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip {

class MixerReference {
 public:
  // n: bytes of the content. network: whether distributions will be given.
  // Precondition: 1 <= streams, a valid layout of bytes or of machine code.
  MixerReference(std::size_t n, std::size_t streams, const Layout& layout, bool network,
                 Effort effort = Effort::kUsual);

  // The next byte is of that stream. Precondition: the stream has bytes left, and the byte before
  // is complete. distribution: may be null; it must live until the byte is complete.
  void start(std::size_t stream, const Distribution* distribution);
  std::uint32_t predict();
  void learn(int bit);

 private:
  static constexpr std::size_t kRunStates = 5;
  using Slot = mixer_reference::Slot;
  using Line = std::array<Slot, 3>;
  // Of a context, for the byte that is coded.
  struct Run {
    unsigned byte = 0, length = 0;
  };

  struct Match {
    std::size_t m = 0, length = 0;
    unsigned outcomes = 0;
    std::uint8_t expected = 0;
  };
  struct MatchModel {
    MatchModel(std::size_t least, std::size_t entries);
    mixer_reference::Counter& counter(const Match& match, int expected_bit);

    std::size_t least;
    std::vector<std::size_t> table;
    std::vector<mixer_reference::Counter> counters;
  };

  // Where the inputs stand, as the section Mixing says.
  struct Inputs {
    explicit Inputs(std::size_t contexts, bool large);
    std::size_t guesses;  // how many: 7, of the large effort 8
    std::size_t lanes, order0, order1, match, network, refined, bias, run, cache, rungs, guess,
        count;
  };

  struct Stream {
    explicit Stream(std::size_t begin) : b(begin), e(begin), text(begin) {}
    std::size_t b, e;
    mixer_reference::TextState text;
    mixer_reference::CodeState code;
    mixer_reference::Further further;
    mixer_reference::Guesses guesses;
    std::vector<std::uint64_t> hashes;  // h of the byte at e
    std::array<Match, 2> matches;
  };

  std::vector<std::int64_t> first_weights(bool network) const;
  mixer_reference::Place place() const;
  void hash_contexts();
  void look_up();
  Slot* find(std::uint32_t hash);
  void predict_runs();
  void predict_matches();
  void predict_network();
  // Which bit a guess expects; none if it does not speak.
  std::optional<int> guessed_bit(std::size_t guess) const;
  mixer_reference::Counter& guess_counter(std::size_t guess, int expected_bit);
  void predict_guesses();
  std::size_t guesses_agreement() const;
  void look_up_cache();
  void predict_cache();
  void predict_rungs();
  void learn_rungs(int bit);
  std::int64_t refine_by_pair();
  // The stream's, if its next byte stands in a long one; not of machine code.
  const mixer_reference::Chain* long_chain() const;
  // The same of tagged fields that are found.
  const mixer_reference::Tags* found_tags() const;
  // The same of items in force.
  const mixer_reference::Item* items() const;
  // The same of stated rows in force.
  const mixer_reference::StatedRows* stated_rows() const;
  void choose_sets();
  void learn_matches(int bit);
  void end_byte();
  void move_match(MatchModel& model, Match& match);
  std::size_t equal_bytes(std::size_t p, std::size_t q) const;

  std::size_t n_, length_;  // length_: L
  bool large_;              // the effort
  bool slow_;               // whether weights move less
  std::size_t contexts_;    // C
  Inputs at_;
  Layout layout_;
  std::vector<std::uint8_t> content_;
  std::vector<bool> known_;
  std::vector<Stream> streams_;
  std::uint64_t bits_ = 0;  // coded

  int slot_bits_, match_bits_;  // G and M
  std::size_t z_;
  mixer_reference::Indirect indirect_;
  std::vector<Line> lines_;           // of the usual effort
  mixer_reference::NoteLines notes_;  // of the large one
  // Of each context: [state of the run][state of the history].
  std::vector<
      std::array<std::array<mixer_reference::Counter, mixer_reference::kHistories>, kRunStates>>
      state_counters_;
  std::vector<mixer_reference::Counter> order0_, order1_;
  std::array<MatchModel, 2> match_models_;
  std::vector<mixer_reference::Counter> guess_counters_;  // [guess][expected bit][outcomes]
  mixer_reference::Refiner network_by_c_, network_by_c1_;
  mixer_reference::Refiner result_by_c_, result_by_c1_, result_by_expected_;
  // Of the large effort: signatures and the bytes that came, the newest last.
  std::deque<std::pair<std::array<std::uint32_t, 8>, std::uint8_t>> cache_;
  mixer_reference::Refiner cache_by_c_[2], cache_by_c1_[2];
  struct RungLine {
    std::int64_t scale = 65536, shift = 0;
  };
  // Of the large effort, of each rung: [state of the run][state of the history].
  std::array<std::vector<std::array<RungLine, mixer_reference::kHistories>>, 9> lines_of_rungs_;
  bool pairs_;  // whether there is E
  mixer_reference::Refiner result_by_pair_;
  std::vector<mixer_reference::Sets> sets_, final_sets_;

  // The byte that is coded.
  Stream* stream_ = nullptr;
  const Distribution* distribution_ = nullptr;
  std::vector<Slot*> slots_, first_slots_;
  std::vector<Run> runs_;
  std::array<std::uint32_t, 256> votes_{}, near_{};
  unsigned c_ = 1, k_ = 0, node_ = 1;

  // The bit that is coded.
  std::vector<std::int64_t> inputs_, logits_;
  std::array<bool, 2> speaks_{};
  std::vector<std::size_t> run_states_;
  std::int64_t g_ = 0, x_ = 0;
  std::array<std::int64_t, 2> h_{};      // of the cache
  std::array<std::int64_t, 9> below_{};  // of the rungs
  std::size_t pair_ = 0;                 // the context of E
  unsigned confidence_ = 0;
  std::size_t expected_context_ = 0;  // of D
};

}  // namespace nnzip
