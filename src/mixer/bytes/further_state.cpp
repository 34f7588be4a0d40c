// SPDX-License-Identifier: Apache-2.0
// Follows records, words, fields and brackets.
#include "mixer/bytes/further_state.h"

#include <algorithm>
#include <bit>

#include "mixer/bytes/byte_classes.h"

namespace nnzip::mixer {

void FurtherState::follow(std::span<const std::uint8_t> known, std::uint32_t word) {
  const std::uint8_t c = known.back();
  end_ = known.size();
  find_record(end_, c);
  follow_text(c, word);
  follow_fields(known, c);
  follow_brackets(c);
  look_above(known);
  follow_zeros(known);
  if (!pair_.empty()) follow_pairs(known);
  chain.follow(known);
  tags.follow(known);
  rows.follow(known);
  classes.follow(c);
  modules.follow(c);
}

// A byte that comes back after the same gap twice votes for it.
void FurtherState::find_record(std::size_t at, std::uint8_t c) {
  const auto end = static_cast<std::uint32_t>(at);
  const std::uint32_t gap = last_[c] == 0 ? 0 : end - last_[c];
  if (gap > 1 && gap <= kLongestRecord && gap == gap_[c]) {
    if (++scores_[gap] > scores_[length]) length = gap;
  }
  gap_[c] = gap;
  last_[c] = end;
  if (at % 256 == 0) {
    for (auto& score : scores_) score = static_cast<std::uint16_t>(score * 3 / 4);
  }
}

void FurtherState::look_above(std::span<const std::uint8_t> known) {
  const auto at = [&](std::size_t back) -> std::uint64_t {
    return back <= end_ && back != 0 ? known[end_ - back] : 0;
  };
  const std::size_t r = length;
  column = r == 0 ? 0 : end_ % r;
  above = at(r);
  above_two = at(2 * r);
  corner = at(r + 1);
  right = r > 1 ? at(r - 1) : 0;
  trend = (2 * above - above_two) & 255;
}

// What followed the last two bytes when they came before.
void FurtherState::follow_pairs(std::span<const std::uint8_t> known) {
  const std::size_t pair = known.back() | (end_ > 1 ? known[end_ - 2] : 0) << 8;
  const std::uint32_t before = pair_[pair];
  pair_distance = before == 0 ? 0 : static_cast<std::uint64_t>(std::bit_width(end_ - before));
  after_pair = 0;
  for (std::size_t i = 0; i < 4 && before != 0; ++i) {
    if (before + i < end_) after_pair = after_pair << 8 | known[before + i];
  }
  pair_[pair] = static_cast<std::uint32_t>(end_);
}

void FurtherState::follow_zeros(std::span<const std::uint8_t> known) {
  if (known.back() == 0) {
    zero_before_ = zero_;
    zero_ = end_;
  }
  since_zero = std::min<std::uint64_t>(end_ - zero_, 255);
  const std::size_t place = zero_before_ + (end_ - zero_);
  zero_above = place < zero_ ? known[place] : 0;
}

void FurtherState::follow_text(std::uint8_t c, std::uint32_t word) {
  const std::uint64_t k = kind_of_byte(c);
  if (k != (kinds & 7)) kinds = kinds << 3 | k;
  const bool capital = c >= 'A' && c <= 'Z';
  masked = masked << 8 | (k == 2 ? '0' : capital ? c + 32u : c);
  if (c == '\n')
    skeleton = 0;
  else if (k != 4 && k != 5 && k != 2)
    skeleton = grow(static_cast<std::uint32_t>(skeleton), c);
  if (word != 0) {
    letters_ = word_ == 0 ? 1 : letters_ + 1;
    if (letters_ <= 4) stem = word;
    last_letters_ = (letters_ == 1 ? 0 : last_letters_ << 8) | (c | 32u);
  } else if (word_ != 0) {
    last_word_ = word_;
    stem_before = stem;
    stem = 0;
    suffix = last_letters_ & 0xFFFFFF;
    if (sentence == 0) sentence = word_;
    if (start == 0) start = word_;
  }
  if (c == '.' || c == '!' || c == '?' || c == '\n') sentence = 0;
  word_ = word;
}

void FurtherState::follow_fields(std::span<const std::uint8_t> known, std::uint8_t c) {
  const bool ends_line = c == '\n';
  const bool ends = ends_line || c == '\t' || c == ' ' || c == ',' || c == ';' || c == '|';
  if (ends) {
    values_[fields_] = static_cast<std::uint32_t>(value);
    value = 0;
    field_start = 0;
  } else {
    value = grow(static_cast<std::uint32_t>(value), c);
    if (field_start >> 24 == 0) field_start = field_start << 8 | c;
  }
  if (indenting_) {
    if (c == ' ' || c == '\t')
      ++indent;
    else if (!ends_line)
      indenting_ = false;
  }
  if (ends_line) {
    line_ = end_;
    starts_above_ = starts_;
    fields_above_ = fields_;
    fields_ = 0;
    starts_[0] = static_cast<std::uint32_t>(end_);
    indenting_ = true;
    indent = 0;
    start_above = start;
    start = 0;
  } else if (ends && fields_ < kMostFields) {
    starts_[++fields_] = static_cast<std::uint32_t>(end_);
  }
  field = fields_;
  field_value = values_[fields_];
  field_above = 0;
  if (fields_ <= fields_above_ && line_ != 0) {
    const std::size_t place = starts_above_[fields_] + (end_ - starts_[fields_]);
    if (place < line_) field_above = known[place];
  }
}

void FurtherState::follow_brackets(std::uint8_t c) {
  if (c == ':' || c == '=') key = last_word_;
  const std::uint8_t closer = c == '(' ? ')' : c == '[' ? ']' : c == '{' ? '}' : c == '<' ? '>' : 0;
  if (closer != 0) {
    depth = std::min<std::uint64_t>(depth + 1, kMostOpen);
    open_[depth] = {grow(last_word_, c), closer};
  } else if (depth > 0 && c == open_[depth].closer) {
    --depth;
  }
  bracket = open_[depth].hash;
  bracket_before = depth > 0 ? open_[depth - 1].hash : 0;
}

}  // namespace nnzip::mixer
