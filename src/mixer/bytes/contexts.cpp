// SPDX-License-Identifier: Apache-2.0
// Follows words and lines, and gathers what the values of contexts are made of.
#include "mixer/bytes/contexts.h"

#include <algorithm>
#include <cstdlib>

#include "mixer/bytes/byte_classes.h"
#include "mixer/bytes/letters.h"
#include "mixer/bytes/structure_contexts.h"
#include "mixer/core/unrolled.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace mixer {
namespace {

constexpr std::uint32_t kInSign = 1;  // as a lead: the last byte of a sign comes

bool is_word(std::uint8_t c) {
  const auto lower = static_cast<std::uint8_t>(c | 32);
  return (lower >= 'a' && lower <= 'z') || c >= 128;
}

void end_word(StreamContext& s) {
  s.word_length = 0;
  if (s.word == 0) return;
  s.words[1] = s.words[0];
  s.words[0] = s.word;
  s.word = 0;
}

// What the second byte of a character of UTF-8 tells: that a letter has case, or that the first
// one began a sign. Returns whether it tells anything.
bool follow_character(StreamContext& s, std::uint8_t c) {
  const std::uint32_t lead = s.lead;
  s.lead = 0;
  if (c < 128 || c >= 192) return false;
  if (lead > 0xC2 && lead < 0xE0) {
    s.word = grow(s.word_before, small_letter((lead & 31) << 6 | (c & 63u)));
    s.word_length = std::min(s.word_length + 1, 15);
    return true;
  }
  if (lead == kInSign) return true;
  const bool is_sign = lead == 0xC2 || lead == 0xE2 || (lead == 0xE3 && c == 0x80);
  if (!is_sign) return false;
  s.word = s.word_before;
  end_word(s);
  if (lead != 0xC2) s.lead = kInSign;
  return true;
}

void follow_word(StreamContext& s, std::uint8_t c) {
  if (follow_character(s, c)) return;
  if (!is_word(c)) return end_word(s);
  if (c >= 0xC2) {
    s.lead = c;
    s.word_before = s.word;
  }
  s.word = grow(s.word, c >= 'A' && c <= 'Z' ? c + 32u : c);
  s.word_length = std::min(s.word_length + 1, 15);
}

// Fields of a line, as tables of text and logs have them.
void follow_field(StreamContext& s, std::uint8_t c) {
  if (c == '\n') {
    s.fields = s.field = 0;
  } else if (c == '\t' || c == ' ' || c == ',' || c == ';' || c == '|') {
    s.fields = std::min(s.fields + 1, 255u);
    s.field = 0;
  } else {
    s.field = grow(s.field, c);
  }
}

template <auto kColumn, Effort kEffort>
void hash_all(const Neighbourhood& s, std::uint64_t* hashes) {
  unrolled<context_count(kEffort)>([&](auto i) {
    hashes[i] = hash_of(static_cast<std::uint32_t>(i), (kContextTable[i].*kColumn)(s));
  });
}

template <Effort kEffort>
auto choose_column(const Layout& layout) {
  if (layout.form == Form::kCode) return hash_all<&ContextRow::of_code, kEffort>;
  return layout.stride != 0 ? hash_all<&ContextRow::of_rows, kEffort>
                            : hash_all<&ContextRow::of_lines, kEffort>;
}

auto choose_rows(const Layout& layout, Effort effort) {
  return effort == Effort::kLarge ? choose_column<Effort::kLarge>(layout)
                                  : choose_column<Effort::kUsual>(layout);
}

// Lines of text: what stands above in the line before.
void look_at_lines(const History& history, std::size_t stream, const StreamContext& context,
                   Neighbourhood& s) {
  const std::size_t end = history.coded_end[stream];
  const std::size_t line = end - context.line_begin;
  const auto in_line_above = [&](std::size_t offset) -> std::uint64_t {
    const std::size_t at = context.previous_line + line + offset;
    return at < context.line_begin ? history.bytes[at] : 0;
  };
  s.line.fields = context.fields;
  s.line.field = context.field;
  s.line.above = in_line_above(0);
  s.line.right = in_line_above(1);
  s.line.column = std::min<std::size_t>(line, 255);
  s.line.first = context.line_begin < end ? history.bytes[context.line_begin] : 0;
}

}  // namespace

Contexts::Contexts(const Layout& layout, Effort effort)
    : layout_(layout),
      effort_(effort),
      hash_all_(choose_rows(layout, effort)),
      hash_text_(choose_rows(Layout{}, effort)),
      after1_(256),
      after2_(std::size_t{1} << 16) {}

void Contexts::begin(const History& history, std::size_t stream, StreamContext& s) {
  s.line_begin = s.previous_line = history.begin(stream);
  s.code.begin(layout_.element);
  s.further = std::make_unique<FurtherState>(effort_ == Effort::kLarge);
  hash(history, stream, Match{}, s);
}

void Contexts::follow(const History& history, std::size_t stream, StreamContext& s) {
  const std::size_t end = history.coded_end[stream];
  const std::uint8_t c = history.bytes[end - 1];
  after1_[s.recent & 0xFF] = after1_[s.recent & 0xFF] << 8 | c;
  after2_[s.recent & 0xFFFF] = after2_[s.recent & 0xFFFF] << 8 | c;
  s.recent = s.recent << 8 | c;
  follow_word(s, c);
  follow_field(s, c);
  if (layout_.form == Form::kCode) s.code.follow(c, layout_.element);
  const std::size_t begin = history.begin(stream);
  const auto known = std::span(history.bytes).subspan(begin, end - begin);
  if (s.further) {
    s.further->follow(known, s.word);
    const bool is_code = layout_.form == Form::kCode;
    if (!is_code || effort_ == Effort::kLarge) {
      s.guesses.follow(c);
      s.guesses.look(
          known, *s.further,
          {s.long_chain(), s.tagged_fields(), s.stated_rows(), is_code ? nullptr : s.items(),
           layout_.stride, after2_[s.recent & 0xFFFF] & 255, is_code ? &s.code : nullptr});
    }
  }
  if (c == '\n') {
    s.previous_line = s.line_begin;
    s.line_begin = end;
  }
}

void Contexts::hash(const History& history, std::size_t stream, const Match& match,
                    StreamContext& context) const {
  Neighbourhood s;
  s.recent = context.recent;
  s.c1 = s.recent & 255;
  s.c2 = s.recent >> 8 & 255;
  s.c3 = s.recent >> 16 & 255;
  s.letters = context.word;
  s.word = std::uint64_t{s.letters} << 8 | (s.letters == 0 ? s.c1 : 0);
  s.words[0] = context.words[0];
  s.words[1] = context.words[1];
  s.after1 = after1_[s.c1];
  s.after2 = after2_[s.recent & 0xFFFF];
  s.further = context.further.get();
  if (layout_.form != Form::kCode) s.chain = context.long_chain();
  s.expected = match.position != 0 ? 256u + match.expected : 0;
  s.expected_length = match.position != 0 ? length_bucket(match.length) : 0;
  const bool is_text = layout_.form == Form::kCode && context.code.is_text();
  if (layout_.form == Form::kCode && !is_text) {
    s.code = &context.code;
    s.near_target = context.code.near_target();
  } else if (layout_.stride != 0) {
    look_at_rows(history, stream, s);
  } else {
    look_at_lines(history, stream, context, s);
  }
  (is_text ? hash_text_ : hash_all_)(s, context.hashes.data());
  if (layout_.form == Form::kCode) return;
  if (const ItemReader* const items = context.items()) {
    hash_structure(*items, s, context.hashes.data());
  } else if (const TaggedFields* const tags = context.tagged_fields()) {
    hash_structure(*tags, s, context.hashes.data());
  } else if (const StatedRows* const rows = context.stated_rows()) {
    hash_structure(*rows, s, context.hashes.data());
  }
}

// The neighbours to the left and above, as bytes and as numbers.
void Contexts::look_at_rows(const History& history, std::size_t stream, Neighbourhood& s) const {
  const std::size_t end = history.coded_end[stream];
  const std::size_t known = end - history.begin(stream);
  const auto at = [&](std::size_t back) -> std::int32_t {
    return known >= back ? history.bytes[end - back] : 0;
  };
  const std::size_t stride = layout_.stride, element = layout_.element;
  const std::int32_t left = at(element), above = at(stride), corner = at(stride + element);
  const auto put = [&s](std::int32_t gradient, std::int32_t mean) {
    s.row.gradient = static_cast<std::uint64_t>(gradient);
    s.row.mean = static_cast<std::uint64_t>(mean);
  };
  s.row.column = end % stride;
  s.row.phase = end % element;
  s.row.left = static_cast<std::uint64_t>(left);
  s.row.above = static_cast<std::uint64_t>(above);
  s.row.corner = static_cast<std::uint64_t>(corner);
  s.row.above_two = static_cast<std::uint64_t>(at(2 * stride));
  if (element != 2) {
    const std::int32_t slope = std::min(std::abs(above - corner) >> 2, 15);
    const std::int32_t bend = std::min(std::abs(at(stride - element) - above) >> 2, 15);
    put(std::clamp(left + above - corner, 0, 255) << 8 | at(1),
        (left + above + 1) / 2 << 8 | slope << 4 | bend);
    return;
  }
  // Two bytes of a number: what the plane through three neighbours makes of the byte that comes.
  const bool high = ((end & 1) != 0) == layout_.odd_high;
  const bool second = high == layout_.odd_high;  // numbers begin at even positions
  const auto number = [&](std::size_t back) {    // the one that holds the byte at that distance
    const std::size_t first = second ? back + 1 : back;
    return layout_.odd_high ? at(first) | at(first - 1) << 8 : at(first) << 8 | at(first - 1);
  };
  const auto rest = [&](std::int32_t predicted) {
    if (!second) return high ? predicted >> 4 : predicted;
    return high ? (predicted - at(1) + 128) >> 8 : std::clamp(predicted - (at(1) << 8), -64, 320);
  };
  put(rest(number(2) + number(stride) - number(stride + 2)) & 0xFFFF,
      rest((number(2) + number(stride)) / 2) & 0xFFFF);
}

}  // namespace mixer

std::span<const char* const> mixer_context_names() {
  static const auto names = [] {
    std::array<const char*, mixer::kMostContexts> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = mixer::kContextTable[i].name;
    return all;
  }();
  return names;
}

}  // namespace nnzip
