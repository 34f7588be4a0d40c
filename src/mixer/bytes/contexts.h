// SPDX-License-Identifier: Apache-2.0
// What precedes a byte, hashed in many ways.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "layout/layout.h"
#include "mixer/bytes/byte_guesses.h"
#include "mixer/bytes/code_contexts.h"
#include "mixer/bytes/context_table.h"
#include "mixer/bytes/match_model.h"

namespace nnzip::mixer {

// The history of one stream beyond its bytes.
struct StreamContext {
  std::uint64_t recent = 0;       // the last eight bytes, the newest in the low ones
  std::uint32_t word = 0;         // hash of the letters since the last other byte; 0: none
  std::uint32_t words[2] = {};    // finished words, the newest first
  std::uint32_t lead = 0;         // the last byte, if it may begin a character of UTF-8
  std::uint32_t word_before = 0;  // what word was before it
  std::int32_t word_length = 0;   // at most 15
  std::uint32_t field = 0;        // hash of the bytes since the last separator of the line
  std::uint32_t fields = 0;       // separators of the line so far, at most 255
  std::size_t line_begin = 0, previous_line = 0;
  std::unique_ptr<FurtherState> further;
  ByteGuesses guesses;  // of machine code at the large effort alone
  CodeState code;       // of machine code alone

  // The items of a known format that the byte that comes is one of.
  const ItemReader* items() const {
    if (further->classes.found()) return &further->classes;
    return further->modules.found() ? &further->modules : nullptr;
  }

  // The chain of records that the byte that comes stands in, null if there is no long one.
  const RecordChain* long_chain() const {
    return further->chain.is_long() && items() == nullptr ? &further->chain : nullptr;
  }

  // The tagged fields that it stands in, if they are known well.
  const TaggedFields* tagged_fields() const {
    const bool others = further->chain.is_long() || items() != nullptr;
    return further->tags.found() && !others ? &further->tags : nullptr;
  }

  // The rows of a stated length that it stands in, if it has no other structure.
  const StatedRows* stated_rows() const {
    const bool others = further->tags.found() || further->chain.is_long() || items() != nullptr;
    return further->rows.found && !others ? &further->rows : nullptr;
  }

  std::array<std::uint64_t, kMostContexts> hashes{};  // for the byte that comes
};

// What streams share besides the history.
class Contexts {
 public:
  Contexts(const Layout& layout, Effort effort);

  // Takes up the newest byte of the history.
  void follow(const History& history, std::size_t stream, StreamContext& context);
  // Computes the hashes for the next one. expected: of the match model of short matches.
  void hash(const History& history, std::size_t stream, const Match& expected,
            StreamContext& context) const;
  // The hashes for the first byte of a stream.
  void begin(const History& history, std::size_t stream, StreamContext& context);

 private:
  void look_at_rows(const History& history, std::size_t stream, Neighbourhood& s) const;

  using HashAll = void (*)(const Neighbourhood& s, std::uint64_t* hashes);

  Layout layout_;
  Effort effort_;
  HashAll hash_all_;                   // of the layout's column and the effort's rows
  HashAll hash_text_;                  // of text within machine code
  std::vector<std::uint32_t> after1_;  // [byte]: what followed it, newest in the low bytes
  std::vector<std::uint32_t> after2_;  // [two bytes]
};

}  // namespace nnzip::mixer
