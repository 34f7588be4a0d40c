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

// i: the context's number in LEAN.md.
std::uint32_t hash_of(std::uint64_t value, std::uint64_t i) {
  std::uint64_t h = (value + i * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;
  h = (h ^ h >> 32) * 0xC2B2AE3D27D4EB4F;
  return static_cast<std::uint32_t>(h >> 32);
}

}  // namespace

void Contexts::follow(std::uint8_t byte, const History& history) {
  recent_ = recent_ << 8 | byte;
  if (layout_.form == Form::kCode) code_.follow(byte, layout_.element);
  if (byte == '\n') line_start_ = history.coded_end[0];
  const bool upper = byte >= 'A' && byte <= 'Z';
  const bool letter = upper || (byte >= 'a' && byte <= 'z') || byte >= 128;
  word_ = letter ? grow(word_, byte + (upper ? 32u : 0u)) : 0;
  const std::uint32_t kind = kind_of_byte(byte);
  if (kind != (kinds_ & 7)) kinds_ = kinds_ << 3 | kind;
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
  return {.word = std::uint64_t{word_} << 8 | (word_ == 0 ? c1 : 0),
          .kinds = join(kinds_ & 0xFFFFFF, c1),
          .column = column(history) << 8 | c1};
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
          .kinds = column << 8 | above,
          .column = join(phase, above << 8 | at(history, 2 * stride))};
}

Contexts::Places Contexts::of_code() const {
  const std::uint64_t position = code_.position(), whole = code_.whole();
  const auto& shapes = code_.shapes();
  return {.word = join(position, whole),
          .kinds = recent_ & 0xFF00,
          .column = join(position, whole, shapes[0], shapes[1])};
}

Contexts::Places Contexts::places(const History& history) const {
  if (layout_.form == Form::kCode) return of_code();
  return layout_.stride != 0 ? of_rows(history) : of_text(history);
}

void Contexts::hash(const History& history, std::span<std::uint32_t, 4> hashes) const {
  const Places p = places(history);
  hashes[0] = hash_of(recent_ & 0xFFFF, 0);
  hashes[1] = hash_of(recent_ & 0xFFFFFFFF, 2);
  hashes[2] = hash_of(p.word, 4);
  hashes[3] = hash_of(p.kinds, 5);
}

void Contexts::hash(const History& history, std::span<std::uint32_t, 7> hashes) const {
  const Places p = places(history);
  hashes[0] = hash_of(recent_ & 0xFFFF, 0);
  hashes[1] = hash_of(recent_ & 0xFFFFFF, 1);
  hashes[2] = hash_of(recent_ & 0xFFFFFFFFFFFF, 3);
  hashes[3] = hash_of(p.word, 4);
  hashes[4] = hash_of(p.kinds, 5);
  hashes[5] = hash_of(recent_ & 0xFFFF0000, 6);
  hashes[6] = hash_of(p.column, 7);
}

}  // namespace nnzip::lean
