// SPDX-License-Identifier: Apache-2.0
// The section Contexts of MIXING.md: the values that name what a byte follows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "layout/effort.h"
#include "layout/layout.h"
#include "reference/mixer/mixer_reference_code.h"
#include "reference/mixer/mixer_reference_further.h"

namespace nnzip::mixer_reference {

enum Context : std::size_t {
  kOrder1,
  kOrder2,
  kOrder3,
  kOrder4,
  kOrder6,
  kWord,
  kSparse34,
  kGradient,
  kColumn,
  kWordPair,
  kWordSkip,
  kSparse23,
  kSparse13,
  kSparse14,
  kIndirect1,
  kIndirect2,
  kAboveLeft,
  kAboveTwo,
  kValue,
  kLine,
  kCode,
  kExpected,
  kHigh4,
  kCell,
  kTrend,
  kUsualContexts,
  kOrder5 = kUsualContexts,
  kOrder8,
  kSparse2,
  kSparse3,
  kSparse24,
  kSparse456,
  kSparse124,
  kSparse134,
  kSparse15,
  kSparse18,
  kHigh6,
  kHigh3,
  kHigh2,
  kIndirect3,
  kIndirect4,
  kAfterpair,
  kAftertwo,
  kPairdistance,
  kZeroplace,
  kRecord1,
  kRecord2,
  kRecord3,
  kRecord4,
  kRecord6,
  kRecord14,
  kMasked4,
  kWordthree,
  kWordstem,
  kWordsuffix,
  kStempair,
  kSentence,
  kWordkinds,
  kSkeleton,
  kField1,
  kField2,
  kField4,
  kStart1,
  kStart2,
  kBracket1,
  kBracket2,
  kKey,
  kExpected1,
  kExpected2,
  kAligned1,
  kAligned2,
  kAligned3,
  kBefore,
  kAlike,
  kContexts
};
std::size_t context_count(Effort effort);  // C
using Values = std::array<std::uint64_t, kContexts>;

std::uint64_t context_hash(std::size_t context, std::uint64_t v);  // h

// 0 to 5.
unsigned kind(std::uint8_t x);

// Where the byte that is coded stands, and what of its stream is before it.
struct Place {
  const std::vector<std::uint8_t>& content;
  std::size_t e;
  std::size_t b;

  std::int64_t at(std::size_t d) const { return d > e - b ? 0 : content[e - d]; }
  std::uint8_t c(std::size_t i) const { return static_cast<std::uint8_t>(at(i)); }
  std::uint64_t r() const;
};

// Shared by the streams.
struct Indirect {
  void take(const Place& next);  // c1 is the byte that was coded

  std::array<std::uint32_t, 256> after1{};
  std::vector<std::uint32_t> after2 = std::vector<std::uint32_t>(65536);
};

// Of a stream: words and lines.
struct TextState {
  explicit TextState(std::size_t b) : line(b), previous_line(b) {}
  void take(std::uint8_t x, std::size_t e);  // e of the next byte

  std::uint32_t word = 0, word_before = 0;
  unsigned lead = 0;  // 0: none
  bool sign_goes_on = false;
  unsigned length = 0;
  std::array<std::uint32_t, 2> words{};
  std::uint32_t field = 0, fields = 0;
  std::size_t line, previous_line;  // where they begin

 private:
  void take_for_words(std::uint8_t x);
  void end_word();
};

// What the first match says of the byte that comes: 256 + the byte, 0 if m is 0; the bucket of the
// length.
struct Expected {
  std::uint64_t byte = 0, length = 0;
};

Values context_values(const Place& place, const Layout& layout, const Indirect& indirect,
                      const TextState& text, const CodeState& code, const Further& further,
                      const Expected& expected);

}  // namespace nnzip::mixer_reference
