// SPDX-License-Identifier: Apache-2.0
// The section Further of MIXING.md as plain code.
#include "reference/mixer/mixer_reference_further.h"

#include <algorithm>

#include "reference/mixer/mixer_reference_contexts.h"

namespace nnzip::mixer_reference {

void Further::take(const Place& next, std::uint32_t word) {
  const std::uint8_t x = next.c(1);
  ++E;
  text(x, word);
  lines(next, x);
  brackets(x);
  records(next, x);
  chain.take(next, E);
  tags.take(next, E);
  rows.take(next, E);
  class_files.take(x);
  modules.take(x);
}

void Further::records(const Place& at, std::uint8_t x) {
  const auto byte = [&](std::size_t d) -> std::uint64_t {
    return d == 0 ? 0 : static_cast<std::uint64_t>(at.at(d));
  };
  const std::size_t gap = last[x] != 0 ? E - last[x] : 0;
  if (gap >= 2 && gap <= 2047 && gaps[x] == gap) {
    scores[gap] += 1;
    if (scores[gap] > scores[rl]) rl = gap;
  }
  gaps[x] = gap;
  last[x] = E;
  if (E % 256 == 0) {
    for (unsigned& score : scores) score = 3 * score / 4;
  }
  column = rl != 0 ? E % rl : 0;
  above = byte(rl);
  above_two = byte(2 * rl);
  corner = byte(rl + 1);
  right = rl != 0 ? byte(rl - 1) : 0;
  trend = (256 + 2 * above - above_two) % 256;

  std::size_t& before = pairs[x + 256u * at.c(2)];
  pair_distance = after_pair = 0;
  if (before != 0) {
    while ((E - before) >> pair_distance != 0) ++pair_distance;
    for (std::size_t p = before; p < std::min(before + 4, E); ++p) {
      after_pair = 256 * after_pair + byte(E - p);
    }
  }
  before = E;

  if (x == 0) {
    zero_before = zero;
    zero = E;
  }
  since_zero = std::min<std::size_t>(E - zero, 255);
  const std::size_t place = zero_before + (E - zero);
  zero_above = place < zero ? byte(E - place) : 0;
}

void Further::text(std::uint8_t x, std::uint32_t word) {
  const unsigned k = kind(x);
  if (kinds % 8 != k) kinds = 8 * kinds + k;
  masked = 256 * masked + (k == 2 ? 48u : x >= 65 && x <= 90 ? x + 32u : x);
  if (x == 10) {
    skeleton = 0;
  } else if (k == 0 || k == 1 || k == 3) {
    skeleton = grow(skeleton, x);
  }
  if (word != 0) {
    letters = open_word == 0 ? 1 : letters + 1;
    if (letters <= 4) stem = word;
    if (letters == 1) tail = 0;
    tail = 256 * tail + (x | 32u);
  } else if (open_word != 0) {
    last_word = open_word;
    stem_before = stem;
    stem = 0;
    suffix = tail % (1u << 24);
    if (sentence == 0) sentence = open_word;
    if (start == 0) start = open_word;
  }
  if (x == '.' || x == '!' || x == '?' || x == 10) sentence = 0;
  open_word = word;
}

void Further::lines(const Place& at, std::uint8_t x) {
  const bool ends = x == 9 || x == 10 || x == 32 || x == 44 || x == 59 || x == 124;
  if (ends) {
    values[fields] = value;
    value = 0;
    field_start = 0;
  } else {
    value = grow(value, x);
    if (field_start < 1u << 24) field_start = 256 * field_start + x;
  }
  if (indenting && (x == 32 || x == 9)) {
    ++indent;
  } else if (x != 10) {
    indenting = false;
  }
  if (x == 10) {
    line = E;
    starts_above = starts;
    fields_above = fields;
    fields = 0;
    starts[0] = E;
    indenting = true;
    indent = 0;
    start_above = start;
    start = 0;
  } else if (ends && fields < 63) {
    ++fields;
    starts[fields] = E;
  }
  field_above = 0;
  if (line != 0 && fields <= fields_above) {
    const std::size_t p = starts_above[fields] + (E - starts[fields]);
    if (p < line) field_above = static_cast<std::uint64_t>(at.at(E - p));
  }
}

void Further::brackets(std::uint8_t x) {
  if (x == ':' || x == '=') key = last_word;
  const int closer = x == '(' ? ')' : x == '[' ? ']' : x == '{' ? '}' : x == '<' ? '>' : 0;
  if (closer != 0) {
    if (depth < 15) ++depth;
    open[depth] = {grow(last_word, x), closer};
  } else if (depth != 0 && x == open[depth].closer) {
    --depth;
  }
}

}  // namespace nnzip::mixer_reference
