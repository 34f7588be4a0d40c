// SPDX-License-Identifier: Apache-2.0
// Codes bytes bit by bit as a few contexts predict them, whose weighted logits are one short
// vector: LEAN.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"
#include "layout/layout.h"
#include "lean/lean_sets.h"
#include "mixer/bytes/code_contexts.h"
#include "mixer/bytes/match_model.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/aligned_memory.h"
#include "mixer/core/expected_byte.h"

namespace nnzip {

class LeanCoder {
 public:
  // layout: of bytes or of machine code. Throws std::bad_alloc.
  LeanCoder(std::size_t content_bytes, const Layout& layout);

  // Bytes that a coder takes at most.
  static std::uint64_t memory_bytes(std::size_t content_bytes);

  // The next byte. Precondition: fewer than content_bytes were coded.
  void encode(std::uint8_t byte, RangeEncoder& coder);
  // expected: what the match expects of it is filled in; may be null.
  std::uint8_t decode(RangeDecoder& coder, ExpectedByte* expected);

 private:
  static constexpr std::size_t kHashed = lean::kContexts - 1;  // all but order 1
  static constexpr std::size_t kBuckets = 16;                  // of lengths of matches

  // What a context remembers of one nibble: the bit histories of nodes 1 to 15.
  struct Slot {
    std::uint8_t histories[15];
    std::uint8_t& history(std::uint32_t node) { return histories[node - 1]; }
  };
  struct alignas(64) Line {
    std::uint8_t checks[4];  // of each slot, a part of the hash
    Slot slots[4];
  };
  static_assert(sizeof(Line) == 64);
  static constexpr std::size_t kOrder1Slots = 17;  // the first nibble's, then 16 of second ones

  std::uint32_t predict();
  void learn(int bit);
  void learn_bit(int bit);
  std::uint32_t speak(std::uint32_t k);
  void end_nibble();
  void end_byte(std::uint8_t byte);
  void follow_words(std::uint8_t byte);
  void hash_contexts();
  void take_slots();

  Line& line_of(std::uint32_t hash) { return lines_.data()[hash >> shift_]; }
  static Slot* find(Line& line, std::uint8_t check);
  // The byte so far back, 0 before the first one.
  std::uint64_t at(std::size_t distance) const;
  std::uint64_t above_in_line() const;

  Layout layout_;
  mixer::History history_;
  int shift_;
  mixer::AlignedMemory<Line> lines_;
  mixer::AlignedMemory<Slot> order1_;  // [byte before][kOrder1Slots]
  std::array<std::array<mixer::Counter, 256>, lean::kContexts> counters_;  // [context][history]
  std::array<mixer::Counter, kBuckets * 2> match_counters_;                // [bucket][expected bit]
  mixer::MatchModel matches_;
  mixer::Match match_;
  lean::Sets sets_;
  mixer::Refiner by_order1_, by_expected_;
  std::uint32_t bits_ = 0;  // learned

  // What the next byte follows.
  std::uint64_t recent_ = 0;  // the last eight bytes, the newest in the low ones
  std::uint32_t word_ = 0;
  std::size_t line_start_ = 0, line_before_ = 0;
  mixer::CodeState code_;
  std::array<std::uint32_t, kHashed> hashes_;
  std::array<Slot*, lean::kContexts> slots_;

  // The bits of that byte so far, below a leading 1, and those of its nibble.
  std::uint32_t partial_ = 1, node_ = 1;

  // Of the last predict().
  std::array<mixer::Counter*, lean::kContexts> used_;
  mixer::Counter* match_used_ = nullptr;  // null if the match did not speak
  std::int32_t mixed_ = 0;
};

}  // namespace nnzip
