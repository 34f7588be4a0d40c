// SPDX-License-Identifier: Apache-2.0
// The values of contexts and their hashes.
#include "lean/lean_contexts.h"

#include <algorithm>

#include "mixer/bytes/byte_classes.h"

namespace nnzip::lean {
namespace {

using mixer::grow;
using mixer::History;
using mixer::join;
using mixer::kind_of_byte;

// The byte so far back, 0 before the first one.
std::uint64_t at(const History& history, std::size_t distance) {
  const std::size_t end = history.coded_end[0];
  return distance <= end ? history.bytes[end - distance] : 0;
}

template <std::size_t kCount>
void hash_all(const std::array<std::uint64_t, kCount>& values,
              std::span<std::uint32_t, kCount> hashes) {
  for (std::size_t i = 0; i < kCount; ++i) {
    std::uint64_t h = (values[i] + i * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;
    h = (h ^ h >> 32) * 0xC2B2AE3D27D4EB4F;
    hashes[i] = static_cast<std::uint32_t>(h >> 32);
  }
}

}  // namespace

void Contexts::follow(std::uint8_t byte, const History& history) {
  std::uint16_t& after = after_[recent_ & 0xFF];
  after = static_cast<std::uint16_t>(after << 8 | byte);
  recent_ = recent_ << 8 | byte;
  if (layout_.form == Form::kCode) code_.follow(byte, layout_.element);
  if (byte == '\n') {
    line_before_ = line_start_;
    line_start_ = history.coded_end[0];
  }
  follow_words(byte);
  follow_fields(byte);
  const std::uint32_t kind = kind_of_byte(byte);
  if (kind != (kinds_ & 7)) kinds_ = kinds_ << 3 | kind;
}

void Contexts::follow_words(std::uint8_t byte) {
  const bool upper = byte >= 'A' && byte <= 'Z';
  if (upper || (byte >= 'a' && byte <= 'z') || byte >= 128) {
    word_ = grow(word_, byte + (upper ? 32u : 0u));
    return;
  }
  if (word_ != 0) word_before_ = word_;
  word_ = 0;
}

void Contexts::follow_fields(std::uint8_t byte) {
  if (byte == '\n') {
    fields_ = field_ = 0;
  } else if (byte == '\t' || byte == ' ' || byte == ',' || byte == ';' || byte == '|') {
    fields_ = std::min(fields_ + 1, 255u);
    field_ = 0;
  } else {
    field_ = grow(field_, byte);
  }
}

std::uint32_t Contexts::column(const History& history) const {
  return static_cast<std::uint32_t>(std::min<std::size_t>(history.coded_end[0] - line_start_, 255));
}

std::uint32_t Contexts::place(const History& history) const {
  if (layout_.form == Form::kCode) return code_.position();
  if (layout_.stride != 0) {
    return static_cast<std::uint32_t>(history.coded_end[0] % layout_.stride) & 255;
  }
  return 36 * kind_of_byte(recent_ & 0xFF) + 6 * kind_of_byte(recent_ >> 8 & 0xFF) +
         kind_of_byte(recent_ >> 16 & 0xFF);
}

Contexts::Places Contexts::of_text(const History& history) const {
  const std::uint64_t c1 = recent_ & 0xFF;
  const std::size_t p = line_before_ + (history.coded_end[0] - line_start_);
  const std::uint64_t above = p < line_start_ ? history.bytes[p] : 0;
  const std::uint64_t word = std::uint64_t{word_} << 8 | (word_ == 0 ? c1 : 0);
  return {.word = word,
          .place = above << 16 | c1,
          .pair = join(word, word_before_),
          .column = column(history) << 8 | c1,
          .kinds = join(kinds_ & 0xFFFFFF, c1),
          .field = join(fields_, field_)};
}

Contexts::Places Contexts::of_rows(const History& history) const {
  const std::uint64_t c1 = recent_ & 0xFF;
  const std::uint64_t column = history.coded_end[0] % layout_.stride;
  const std::uint64_t phase = history.coded_end[0] % layout_.element;
  const std::size_t stride = layout_.stride;
  const std::uint64_t left = at(history, layout_.element), above = at(history, stride);
  const std::uint64_t corner = at(history, stride + layout_.element);
  const auto plane = static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(static_cast<std::int64_t>(left + above - corner), 0, 255));
  return {.word = phase << 24 | plane << 16 | c1,
          .place = join(phase, ((left + above + 1) / 2) << 8 | c1),
          .pair = join(phase, corner << 16 | above << 8 | left),
          .column = join(phase, above << 8 | at(history, 2 * stride)),
          .kinds = column << 8 | above,
          .field = recent_ & 0xF0F0F0F0};
}

Contexts::Places Contexts::of_code() const {
  const std::uint64_t position = code_.position(), whole = code_.whole();
  const auto& shapes = code_.shapes();
  return {.word = join(position, whole),
          .place = join(position, code_.form() & 0xC7, code_.operand()),
          .pair = join(position, whole, shapes[0]),
          .column = join(position, whole, shapes[0], shapes[1]),
          .kinds = recent_ & 0xFF00,
          .field = recent_ & 0xF0F0F0F0};
}

Contexts::Places Contexts::places(const History& history) const {
  if (layout_.form == Form::kCode) return of_code();
  return layout_.stride != 0 ? of_rows(history) : of_text(history);
}

void Contexts::hash(const History& history, std::span<std::uint32_t, 6> hashes) const {
  const std::uint64_t r = recent_;
  const Places p = places(history);
  hash_all<6>({r & 0xFFFF, r & 0xFFFFFF, r & 0xFFFFFFFF,
               layout_.form == Form::kCode ? r & 0xFFFF0000 : r & 0xFFFFFFFFFFFF, p.word, p.kinds},
              hashes);
}

void Contexts::hash(const History& history, std::span<std::uint32_t, 12> hashes) const {
  const std::uint64_t r = recent_, c1 = r & 0xFF;
  const Places p = places(history);
  hash_all<12>(
      {r & 0xFFFF, r & 0xFFFFFF, r & 0xFFFFFFFF, r & 0xFFFFFFFFFFFF, p.word, p.kinds,
       r & 0xFFFF0000, p.pair, p.column, std::uint64_t{after_[c1]} << 8 | c1, p.place, p.field},
      hashes);
}

}  // namespace nnzip::lean
