// SPDX-License-Identifier: Apache-2.0
// Follows words and lines, and hashes the contexts of the next byte.
#include "mixer/bytes/contexts.h"

#include <algorithm>
#include <cstdlib>

#include "mixer/mixer.h"

namespace nnzip {
namespace mixer {
namespace {

std::uint32_t hash_of(std::uint32_t context, std::uint64_t value) {
  std::uint64_t h = (value + context * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;
  h = (h ^ h >> 32) * 0xC2B2AE3D27D4EB4F;
  return static_cast<std::uint32_t>(h >> 32);
}

std::uint32_t grow(std::uint32_t hash, std::uint32_t value) {
  return (hash + value + 1) * 0x2C1B3C6D ^ (hash >> 15);
}

bool is_word(std::uint8_t c) {
  const auto lower = static_cast<std::uint8_t>(c | 32);
  return (lower >= 'a' && lower <= 'z') || c >= 128;
}

void follow_word(StreamContext& s, std::uint8_t c) {
  if (is_word(c)) {
    s.word = grow(s.word, c >= 'A' && c <= 'Z' ? c + 32u : c);
    s.word_length = std::min(s.word_length + 1, 15);
    return;
  }
  s.word_length = 0;
  if (s.word != 0) {
    s.words[1] = s.words[0];
    s.words[0] = s.word;
    s.word = 0;
  }
}

}  // namespace

void Contexts::begin(const History& history, std::size_t stream, StreamContext& s) {
  s.line_begin = s.previous_line = history.begin(stream);
  hash(history, stream, s);
}

void Contexts::advance(const History& history, std::size_t stream, StreamContext& s) {
  const std::size_t end = history.coded_end[stream];
  const std::uint8_t c = history.bytes[end - 1];
  after1_[s.recent & 0xFF] = after1_[s.recent & 0xFF] << 8 | c;
  after2_[s.recent & 0xFFFF] = after2_[s.recent & 0xFFFF] << 8 | c;
  s.recent = s.recent << 8 | c;
  follow_word(s, c);
  if (layout_.form == Form::kCode) s.code.follow(c, layout_.element);
  if (c == '\n') {
    s.previous_line = s.line_begin;
    s.line_begin = end;
  }
  hash(history, stream, s);
}

void Contexts::hash(const History& history, std::size_t stream, StreamContext& s) const {
  const std::uint64_t r = s.recent;
  const std::uint32_t c1 = r & 255, c3 = r >> 16 & 255;
  const auto set = [&](std::uint32_t context, std::uint64_t value) {
    s.hashes[context] = hash_of(context, value);
  };
  for (std::uint32_t i = 0; i < 4; ++i) {
    set(kOrder1 + i, r & ((std::uint64_t{1} << (8 * i + 8)) - 1));
  }
  set(kOrder6, r & 0xFFFFFFFFFFFF);
  const std::uint64_t word = std::uint64_t{s.word} << 8 | (s.word == 0 ? c1 : 0);
  set(kWord, word);
  set(kWordPair, word * 0x2545F4914F6CDD1D + s.words[0]);
  set(kWordSkip, word * 0x2545F4914F6CDD1D + (std::uint64_t{s.words[1]} << 16));
  set(kSparse23, r & 0xFFFF00);
  set(kSparse34, r & 0xFFFF0000);
  set(kSparse13, r & 0xFF00FF);
  set(kSparse14, r & 0xFF0000FF);
  set(kIndirect1, std::uint64_t{after1_[c1] & 0xFFFF} << 8 | c1);
  set(kIndirect2, std::uint64_t{after2_[r & 0xFFFF] & 0xFFFFFF} << 8 | c1);
  set(kCode, (r & 0xF8FFF8) | c3 << 24);
  if (layout_.form == Form::kCode) {
    hash_code(s);
  } else if (layout_.stride != 0) {
    hash_rows(history, stream, s);
  } else {
    hash_lines(history, stream, s);
  }
}

// Rows of a known length: the neighbours to the left and above, as bytes and as numbers.
void Contexts::hash_rows(const History& history, std::size_t stream, StreamContext& s) const {
  const std::size_t end = history.coded_end[stream];
  const std::size_t known = end - history.begin(stream);
  const auto at = [&](std::size_t back) -> std::int32_t {
    return known >= back ? history.bytes[end - back] : 0;
  };
  const std::size_t stride = layout_.stride, element = layout_.element;
  const auto phase = static_cast<std::uint32_t>(end % element);
  const std::size_t column = end % stride;
  const std::int32_t left = at(element), above = at(stride), corner = at(stride + element);
  const std::int32_t right = at(stride - element);
  const auto set = [&](std::uint32_t context, std::uint64_t value) {
    s.hashes[context] = hash_of(context, value * 4 + phase);
  };
  set(kAboveLeft,
      std::uint64_t(corner) << 24 | std::uint64_t(above) << 16 | std::uint64_t(left) << 8);
  set(kAboveTwo, above << 16 | at(2 * stride) << 8);
  const std::int32_t gradient = std::clamp(left + above - corner, 0, 255);
  set(kGradient, std::uint64_t(gradient << 8 | at(1)));
  set(kColumn, column << 8 | std::uint64_t(above));
  set(kLine, column << 8 | std::uint64_t(at(1)));
  if (element != 2) {
    const std::int32_t mean = (left + above + 1) / 2;
    const std::int32_t slope = std::min(std::abs(above - corner) >> 2, 15);
    const std::int32_t bend = std::min(std::abs(right - above) >> 2, 15);
    set(kValue, std::uint64_t(mean << 8 | slope << 4 | bend) + (std::uint64_t{1} << 32));
    return;
  }
  // Two bytes of a number: what the plane through three neighbours makes of the byte that comes.
  const bool high = (end & 1) == layout_.high_parity;
  const bool second = high == (layout_.high_parity == 1);  // numbers begin at even positions
  const auto number = [&](std::size_t back) {  // the one that holds the byte at that distance
    const std::size_t first = second ? back + 1 : back;
    return layout_.high_parity == 1 ? at(first) | at(first - 1) << 8
                                    : at(first) << 8 | at(first - 1);
  };
  const std::int32_t plane = number(2) + number(stride) - number(stride + 2);
  const std::int32_t mean = (number(2) + number(stride)) / 2;
  const auto rest = [&](std::int32_t predicted) {
    if (!second) return high ? predicted >> 4 : predicted;
    return high ? (predicted - at(1) + 128) >> 8 : std::clamp(predicted - (at(1) << 8), -64, 320);
  };
  set(kGradient, std::uint64_t(rest(plane) & 0xFFFF));
  set(kValue, std::uint64_t(rest(mean) & 0xFFFF) + (std::uint64_t{1} << 32));
}

// In place of words, tags and lines.
void Contexts::hash_code(StreamContext& s) const {
  static constexpr Context kPlaces[CodeState::kHashes] = {
      kWord, kWordPair, kWordSkip, kCode, kAboveLeft, kAboveTwo, kGradient, kColumn, kLine, kValue};
  for (std::size_t i = 0; i < CodeState::kHashes; ++i) {
    s.hashes[kPlaces[i]] = hash_of(kPlaces[i], s.code.hash(i));
  }
}

// Lines of text: what stands above in the line before.
void Contexts::hash_lines(const History& history, std::size_t stream, StreamContext& s) const {
  const std::size_t end = history.coded_end[stream];
  const std::size_t line = end - s.line_begin;
  const auto in_line_above = [&](std::size_t offset) -> std::uint64_t {
    const std::size_t at = s.previous_line + line + offset;
    return at < s.line_begin ? history.bytes[at] : 0;
  };
  const std::uint64_t above = in_line_above(0), right = in_line_above(1);
  const std::uint64_t c1 = s.recent & 255, c2 = s.recent >> 8 & 255;
  const std::uint64_t column = std::min<std::size_t>(line, 255);
  const std::uint64_t first = s.line_begin < end ? history.bytes[s.line_begin] : 0;
  const auto set = [&](std::uint32_t context, std::uint64_t value) {
    s.hashes[context] = hash_of(context, value);
  };
  set(kAboveLeft, c2 << 24 | above << 16 | right << 8 | c1);
  set(kAboveTwo, above << 16 | column << 8);
  set(kGradient, above << 24 | (s.recent & 0xFFFF));
  set(kColumn, column << 8 | c1);
  set(kLine, first << 8 | c1 | column << 16);
  set(kValue, first << 32 | s.word);
}

}  // namespace mixer

std::span<const char* const> mixer_context_names() {
  static constexpr const char* kNames[] = {
      "order1",    "order2",   "order3",   "order4",   "order6",   "word",      "wordpair",
      "wordskip",  "sparse23", "sparse34", "sparse13", "sparse14", "indirect1", "indirect2",
      "aboveleft", "abovetwo", "gradient", "value",    "column",   "line",      "code"};
  static_assert(std::size(kNames) == mixer::kContexts);
  return kNames;
}

}  // namespace nnzip
