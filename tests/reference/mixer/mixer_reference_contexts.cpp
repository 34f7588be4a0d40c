// SPDX-License-Identifier: Apache-2.0
// Words, lines, rows, and the values that contexts make of them.
#include "reference/mixer/mixer_reference_contexts.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip::mixer_reference {
namespace {

bool is_letter(std::uint8_t x) {
  const int small = x | 32;
  return (small >= 'a' && small <= 'z') || x >= 128;
}

// Of a character of two bytes.
std::uint32_t small(std::uint32_t u) {
  struct Range {
    std::uint32_t first, last, step;  // between capitals
    std::uint32_t to;                 // the small letter, from the capital on
  };
  static constexpr Range kCapitals[] = {
      {0xC0, 0xD6, 1, 32},   {0xD8, 0xDE, 1, 32},  {0x100, 0x136, 2, 1}, {0x138, 0x138, 1, 1},
      {0x139, 0x147, 2, 1},  {0x14A, 0x176, 2, 1}, {0x179, 0x17D, 2, 1}, {0x391, 0x3A9, 1, 32},
      {0x400, 0x40F, 1, 80}, {0x410, 0x42F, 1, 32}};
  for (const Range& range : kCapitals) {
    if (u >= range.first && u <= range.last && (u - range.first) % range.step == 0) {
      return u + range.to;
    }
  }
  return u;
}

void put_lines(const Place& at, const TextState& text, Values& v) {
  const std::uint64_t o = at.e - text.line;
  const auto byte_above = [&](std::size_t offset) -> std::uint64_t {
    const std::size_t p = text.previous_line + offset;
    return p < text.line ? at.content[p] : 0;
  };
  const std::uint64_t above = byte_above(o), right = byte_above(o + 1);
  const std::uint64_t col = std::min<std::uint64_t>(o, 255);
  const std::uint64_t first = o == 0 ? 0 : at.content[text.line];
  const std::uint64_t c1 = at.c(1), c2 = at.c(2);
  v[kAboveLeft] = (c2 << 24) + (above << 16) + (right << 8) + c1;
  v[kAboveTwo] = (above << 16) + (col << 8);
  v[kGradient] = (above << 24) + at.r() % 65536;
  v[kValue] = (first << 32) + text.word;
  v[kColumn] = (col << 8) + c1;
  v[kLine] = col << 16 | first << 8 | c1;
  v[kCode] = (std::uint64_t{text.fields} << 32) + text.field;
}

// gradient and value of elements of two bytes.
void put_pairs(const Place& place, const Layout& layout, Values& v) {
  const std::size_t s = layout.stride;
  const std::int64_t c1 = place.c(1);
  const bool high = (place.e % 2 == 1) == layout.odd_high, second = place.e % 2 == 1;
  const auto number = [&](std::size_t d) {
    const std::size_t f = second ? d + 1 : d;
    return layout.odd_high ? place.at(f) + 256 * place.at(f - 1)
                           : 256 * place.at(f) + place.at(f - 1);
  };
  const auto rest = [&](std::int64_t q) {
    if (!second) return high ? q >> 4 : q;
    return high ? (q - c1 + 128) >> 8 : std::clamp<std::int64_t>(q - 256 * c1, -64, 320);
  };
  const std::int64_t plane = number(2) + number(s) - number(s + 2);
  const std::int64_t mean = (number(2) + number(s)) / 2;
  v[kGradient] = static_cast<std::uint64_t>(rest(plane)) % 65536;
  v[kValue] = (std::uint64_t{1} << 32) + static_cast<std::uint64_t>(rest(mean)) % 65536;
}

void put_rows(const Place& place, const Layout& layout, Values& v) {
  const std::size_t s = layout.stride, w = layout.element;
  const std::int64_t N = place.at(s), A = place.at(w), C = place.at(s + w), B = place.at(s - w);
  const auto put = [&](Context context, std::int64_t value) {
    v[context] = static_cast<std::uint64_t>(value);
  };
  const std::int64_t c1 = place.c(1), col = static_cast<std::int64_t>(place.e % s);
  put(kAboveLeft, (C << 24) + (N << 16) + (A << 8));
  put(kAboveTwo, (N << 16) + (place.at(2 * s) << 8));
  put(kGradient, 256 * std::clamp<std::int64_t>(A + N - C, 0, 255) + c1);
  put(kColumn, (col << 8) | N);
  put(kLine, (col << 8) | c1);
  put(kValue, (std::int64_t{1} << 32) + 256 * ((A + N + 1) / 2) +
                  16 * std::min<std::int64_t>(std::abs(N - C) >> 2, 15) +
                  std::min<std::int64_t>(std::abs(B - N) >> 2, 15));
  if (w == 2) put_pairs(place, layout, v);
  for (const Context context : {kAboveLeft, kAboveTwo, kGradient, kColumn, kLine, kValue}) {
    v[context] = 4 * v[context] + place.e % w;
  }
}

// Of long chains, in place of what others say.
void put_chain(const Place& at, const Chain& chain, Values& v) {
  const std::uint64_t c1 = at.c(1), kind = chain.kind, place = chain.place;
  v[kWord] = join(kind, place, chain.alike);
  v[kSparse13] = join(place, chain.before, c1);
  v[kSparse14] = join(kind, place, c1, at.c(2));
  v[kGradient] = join(kind, place, chain.above_cell, chain.above_kind);
  v[kColumn] = join(kind, place, chain.column_number);
  v[kAboveLeft] = join(kind, place, chain.column_number, c1);
  v[kAboveTwo] = join(kind, place, chain.cell, chain.cell_two);
  v[kCode] = join(kind, place, chain.above_cell, c1);
  v[kRecord1] = join(kind, place, chain.column_number, chain.above_cell);
  v[kRecord3] = join(kind, place, at.r() & 0xFFFFFF);
  v[kRecord4] = join(kind, place, chain.cell, chain.before, chain.alike);
  v[kRecord6] = join(kind, place, chain.cell, chain.cell_two, c1);
  v[kBefore] = join(kind, place, chain.column_number, c1, at.c(2));
}

void put_tags(const Place& at, const Tags& tags, std::uint64_t w, const Expected& expected,
              Values& v) {
  const std::uint64_t c1 = at.c(1), field = tags.field, place = tags.place;
  v[kGradient] = join(field, place, tags.to_come, c1);
  v[kColumn] = join(field, place, c1);
  v[kAboveLeft] = join(field, place, tags.seen, tags.seen_two);
  v[kAboveTwo] = join(field, place, tags.open);
  v[kValue] = join(field, place, tags.open, tags.beside);
  v[kLine] = join(field, place, tags.left);
  v[kCode] = join(field, place, tags.seen, c1);
  v[kCell] = join(field, place);
  v[kTrend] = join(field, place, c1, at.c(2));
  v[kWordPair] = join(field, w);
  v[kWordSkip] = join(field, place, expected.byte, expected.length);
  v[kHigh4] = join(field, place, tags.left, c1);
  v[kSparse34] = join(place, tags.to_come, tags.left);
}

void put_items(const Place& at, const Item& item, std::uint64_t w, Values& v) {
  const std::uint64_t c1 = at.c(1), kind = item.kind, place = item.place(), open = item.open;
  v[kGradient] = join(kind, place, open, item.first);
  v[kColumn] = join(kind, place, c1);
  v[kAboveLeft] = join(kind, open, item.first, item.second);
  v[kAboveTwo] = join(kind, place, open);
  v[kValue] = join(kind, open, item.second);
  v[kLine] = join(kind, place, item.to_come());
  v[kCode] = join(kind, open, item.beside);
  v[kCell] = join(kind, place);
  v[kTrend] = join(kind, place, c1, at.c(2));
  v[kWordPair] = join(kind, w);
  v[kWordSkip] = join(kind, open, item.first, item.second, item.third);
  v[kHigh4] = join(kind, place, item.s(0), item.s(2), item.s(3));
  v[kSparse34] = join(kind, open, item.third);
}

void put_stated_rows(const Place& at, const StatedRows& rows, Values& v) {
  const std::uint64_t c1 = at.c(1), c2 = at.c(2), place = rows.place, left = rows.left;
  v[kGradient] = join(place, c1 / 16, c2 / 16);
  v[kColumn] = join(place, c1);
  v[kAboveLeft] = join(place, rows.row_before, rows.row_two);
  v[kAboveTwo] = place;
  v[kValue] = join(left, c1);
  v[kLine] = join(place, left, c1);
  v[kCode] = join(place, rows.row_before, left);
  v[kCell] = join(place, rows.row_before, c1);
  v[kTrend] = join(place, c1, c2);
  v[kWordSkip] = join(place, left);
}

void put_code(const CodeState& code, std::uint8_t c1, Values& v) {
  const CodeState::Values values = code.values(c1);
  v[kWord] = values.word;
  v[kWordPair] = values.wordpair;
  v[kWordSkip] = values.wordskip;
  v[kAboveLeft] = values.aboveleft;
  v[kAboveTwo] = values.abovetwo;
  v[kGradient] = values.gradient;
  v[kValue] = values.value;
  v[kColumn] = values.column;
  v[kLine] = values.line;
  v[kCode] = values.code;
  v[kOrder6] = values.order6;
  v[kSparse13] = values.sparse13;
  v[kIndirect1] = values.indirect1;
  v[kMasked4] = values.masked4;
  v[kWordthree] = values.wordthree;
  v[kWordstem] = values.wordstem;
  v[kWordsuffix] = values.wordsuffix;
  v[kStempair] = values.stempair;
  v[kSentence] = values.sentence;
  v[kOrder3] = values.order3;
  v[kOrder4] = values.order4;
  v[kSparse14] = values.sparse14;
  if (code.is_of_words()) v[kExpected] = values.words_expected;
  v[kWordkinds] = values.wordkinds;
  v[kSkeleton] = values.skeleton;
  v[kField1] = values.field1;
  v[kField2] = values.field2;
  v[kField4] = values.field4;
  v[kStart1] = values.start1;
  v[kStart2] = values.start2;
  v[kBracket1] = values.bracket1;
  v[kBracket2] = values.bracket2;
  v[kKey] = values.key;
}

// The last ones of the usual effort.
void put_changing(const Place& place, bool is_code, bool in_long, const Further& f,
                  const Expected& expected, Values& v) {
  const std::uint64_t r = place.r(), c1 = place.c(1);
  const Chain& ch = f.chain;
  v[kExpected] = join(expected.byte, expected.length);
  if (is_code) {
    v[kHigh4] = r & 0xF0F0F0F0;
    v[kCell] = r & 0xFF00;
    v[kTrend] = join(f.E % 4, r & 0xFF000000);
  } else if (f.since_zero == 255) {
    const std::uint64_t six = f.masked & 0xFFFFFFFFFFFF;
    v[kHigh4] = six == (r & 0xFFFFFFFFFFFF) ? 0 : six;
    v[kCell] = f.kinds;
    v[kTrend] = join(f.values[f.fields], f.value);
  } else {
    v[kHigh4] = r & 0xF0F0F0F0;
    v[kWordPair] = in_long ? join(ch.kind, ch.place, ch.before, ch.cell) : r & 0xFF00FF00;
    v[kWordSkip] =
        in_long ? join(ch.kind, ch.place, ch.before, c1) : join(f.rl, f.above, f.above_two);
    v[kCell] = ch.found ? join(ch.kind, ch.place, ch.cell, c1) : join(f.above, f.corner, c1);
    v[kTrend] = ch.found ? join(ch.kind, ch.place, ch.trend) : join(f.rl, f.trend);
  }
}

// Of the large effort alone.
void put_further(const Place& place, const Indirect& indirect, const TextState& text,
                 std::uint64_t w, const Further& f, const Expected& expected, Values& v) {
  const std::uint64_t r = place.r(), c1 = place.c(1), c2 = place.c(2);
  const std::uint64_t after1 = indirect.after1[c1], after2 = indirect.after2[r % 65536];
  const Chain& ch = f.chain;
  const bool in_chain = ch.found;
  const std::uint64_t outer = f.depth > 0 ? f.open[f.depth - 1].hash : 0;
  v[kOrder5] = r & 0xFFFFFFFFFF;
  v[kOrder8] = r;
  v[kSparse2] = r & 0xFF00;
  v[kSparse3] = r & 0xFF0000;
  v[kSparse24] = r & 0xFF00FF00;
  v[kSparse456] = r & 0xFFFFFF000000;
  v[kSparse124] = r & 0xFF00FFFF;
  v[kSparse134] = r & 0xFFFF00FF;
  v[kSparse15] = r & 0xFF000000FF;
  v[kSparse18] = r & 0xFF000000000000FF;
  v[kHigh6] = r & 0xE0E0E0E0E0E0;
  v[kHigh3] = r & 0xF0FFFF;
  v[kHigh2] = r & 0xF8F8F8;
  v[kIndirect3] = join(after1 & 0xFFFFFF, c1);
  v[kIndirect4] = join(after2 & 0xFFFF, c1, c2);
  v[kAfterpair] = join(f.after_pair >> 16, c1);
  v[kAftertwo] = join(f.after_pair, c1);
  v[kPairdistance] = join(f.pair_distance, c1, c2);
  v[kZeroplace] = join(f.since_zero, f.zero_above);
  v[kRecord1] = in_chain ? join(ch.kind, ch.place, ch.before, ch.cell) : join(f.rl, f.above, c1);
  v[kRecord2] = join(f.rl, f.above, f.above_two);
  v[kRecord3] = in_chain ? join(ch.kind, ch.place, c1, c2) : join(f.rl, f.column, c1);
  v[kRecord4] = in_chain ? join(ch.kind, ch.place, ch.alike) : join(f.rl, f.column, f.above);
  v[kRecord6] = in_chain ? join(ch.place, ch.before, c1) : join(f.above, f.right, c1);
  v[kRecord14] = join(f.column, f.above, c1);
  v[kMasked4] = f.masked & 0xFFFFFFFF;
  v[kWordthree] = join(w, text.words[0], text.words[1]);
  v[kWordstem] = join(w, f.stem_before);
  v[kWordsuffix] = join(w, f.suffix);
  v[kStempair] = join(f.stem, text.words[0]);
  v[kSentence] = join(w, f.sentence);
  v[kWordkinds] = join(w, f.kinds % 512);
  v[kSkeleton] = join(f.skeleton, c1);
  v[kField1] = join(f.fields, f.field_above, c1);
  v[kField2] = join(f.field_above, f.field_start);
  v[kField4] = join(f.fields, f.indent, c1);
  v[kStart1] = join(f.start, f.fields);
  v[kStart2] = join(f.start_above, w);
  v[kBracket1] = join(f.open[f.depth].hash, w);
  v[kBracket2] = join(f.open[f.depth].hash, outer, c1);
  v[kKey] = join(f.key, f.value);
  const std::uint64_t q = f.E % 4, open = q == 0 ? 0 : r % (std::uint64_t{1} << (8 * q));
  v[kExpected1] = join(expected.byte, c1);
  v[kExpected2] = join(expected.byte, c1, c2);
  v[kAligned1] = join(q, r & 0xFFFF);
  v[kAligned2] = join(q, open);
  v[kAligned3] = join(q, open, (r >> (8 * q + 24)) % 256);
  v[kBefore] = in_chain ? join(ch.kind, ch.place, ch.before, c1) : join(expected.byte, f.above, c1);
  v[kAlike] = in_chain ? join(ch.kind, ch.place, ch.alike, ch.cell) : join(q, r & 0xFF00FF00);
}

}  // namespace

std::size_t context_count(Effort effort) {
  return effort == Effort::kUsual ? kUsualContexts : kContexts;
}

std::uint64_t context_hash(std::size_t context, std::uint64_t v) {
  std::uint64_t h = (v + context * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;
  return (h ^ (h >> 32)) * 0xC2B2AE3D27D4EB4F;
}

unsigned kind(std::uint8_t x) {
  if (x >= 128) return 5;
  if (x < 32) return 0;
  if (x == 32) return 1;
  if (x >= '0' && x <= '9') return 2;
  return is_letter(x) ? 4 : 3;
}

std::uint64_t Place::r() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 8; i >= 1; --i) sum = sum << 8 | c(i);
  return sum;
}

void Indirect::take(const Place& next) {
  const std::uint8_t x = next.c(1);
  for (std::uint32_t* after : {&after1[next.c(2)], &after2[next.c(2) + 256u * next.c(3)]}) {
    *after = *after << 8 | x;
  }
}

void TextState::end_word() {
  length = 0;
  if (word == 0) return;
  words = {word, words[0]};
  word = 0;
}

void TextState::take_for_words(std::uint8_t x) {
  const unsigned first = lead;
  const bool in_sign = sign_goes_on;
  lead = 0;
  sign_goes_on = false;
  if (x >= 128 && x <= 191) {
    if (in_sign) return;
    if (first >= 0xC3 && first <= 0xDF) {
      word = grow(word_before, small(64 * (first % 32) + x % 64));
      if (length < 15) ++length;
      return;
    }
    if (first == 0xC2 || first == 0xE2 || (first == 0xE3 && x == 0x80)) {
      word = word_before;
      end_word();
      sign_goes_on = first != 0xC2;
      return;
    }
  }
  if (!is_letter(x)) {
    end_word();
    return;
  }
  if (x >= 0xC2) {
    lead = x;
    word_before = word;
  }
  word = grow(word, x >= 'A' && x <= 'Z' ? x + 32u : x);
  if (length < 15) ++length;
}

void TextState::take(std::uint8_t x, std::size_t e) {
  take_for_words(x);
  if (x == 9 || x == 32 || x == 44 || x == 59 || x == 124) {
    if (fields < 255) ++fields;
    field = 0;
  } else {
    field = grow(field, x);
  }
  if (x == 10) {
    fields = 0;
    field = 0;
    previous_line = line;
    line = e;
  }
}

Values context_values(const Place& place, const Layout& layout, const Indirect& indirect,
                      const TextState& text, const CodeState& code, const Further& further,
                      const Expected& expected) {
  constexpr std::uint64_t K = 0x2545F4914F6CDD1D;
  const std::uint64_t r = place.r(), c1 = place.c(1), c3 = place.c(3);
  const std::uint64_t w = 256 * std::uint64_t{text.word} + (text.word == 0 ? c1 : 0);
  Values v{};
  v[kOrder1] = r & 0xFF;
  v[kOrder2] = r & 0xFFFF;
  v[kOrder3] = r & 0xFFFFFF;
  v[kOrder4] = r & 0xFFFFFFFF;
  v[kOrder6] = r & 0xFFFFFFFFFFFF;
  v[kWord] = w;
  v[kWordPair] = w * K + text.words[0];
  v[kWordSkip] = w * K + (std::uint64_t{text.words[1]} << 16);
  v[kSparse23] = r & 0xFFFF00;
  v[kSparse34] = r & 0xFFFF0000;
  v[kSparse13] = r & 0xFF00FF;
  v[kSparse14] = r & 0xFF0000FF;
  v[kIndirect1] = std::uint64_t{indirect.after1[c1] % 65536} * 256 + c1;
  v[kIndirect2] = std::uint64_t{indirect.after2[r % 65536] & 0xFFFFFF} * 256 + c1;
  v[kCode] = (r & 0xF8FFF8) | c3 << 24;
  const Chain& chain = further.chain;
  const bool is_code = layout.form == Form::kCode && !code.is_text();
  const bool in_long = layout.form != Form::kCode && further.has_chain();
  put_changing(place, is_code, in_long, further, expected, v);
  put_further(place, indirect, text, w, further, expected, v);
  if (is_code) {
    put_code(code, place.c(1), v);
  } else if (layout.stride == 0) {
    put_lines(place, text, v);
  } else {
    put_rows(place, layout, v);
  }
  if (const Item* const item = further.items(); layout.form != Form::kCode && item != nullptr) {
    put_items(place, *item, w, v);
  } else if (in_long) {
    put_chain(place, chain, v);
  } else if (layout.form != Form::kCode && further.has_tags()) {
    put_tags(place, further.tags, w, expected, v);
  } else if (layout.form != Form::kCode && further.has_rows()) {
    put_stated_rows(place, further.rows, v);
  }
  return v;
}

}  // namespace nnzip::mixer_reference
