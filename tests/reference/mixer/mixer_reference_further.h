// SPDX-License-Identifier: Apache-2.0
// The section Further of MIXING.md: what the contexts of the large effort alone look at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "reference/mixer/mixer_reference_chain.h"
#include "reference/mixer/mixer_reference_items.h"
#include "reference/mixer/mixer_reference_rows.h"
#include "reference/mixer/mixer_reference_tags.h"

namespace nnzip::mixer_reference {

struct Place;

// Of a stream; the names are those of the section.
struct Further {
  // x is the newest byte, E counts it; word: as Words have it then.
  void take(const Place& next, std::uint32_t word);

  std::size_t E = 0, rl = 0;
  std::array<std::size_t, 256> last{}, gaps{};
  std::vector<unsigned> scores = std::vector<unsigned>(2048);
  std::vector<std::size_t> pairs = std::vector<std::size_t>(65536);
  Reader class_files{Reader::kClassFile}, modules{Reader::kModule};
  Chain chain;
  Tags tags;
  StatedRows rows;
  // Of no machine code.
  const Item* items() const {
    return class_files.in_file ? &class_files.item : modules.in_file ? &modules.item : nullptr;
  }
  bool has_chain() const { return chain.is_long() && items() == nullptr; }
  bool has_tags() const { return tags.found() && !chain.is_long() && items() == nullptr; }
  bool has_rows() const {
    return rows.found && !tags.found() && !chain.is_long() && items() == nullptr;
  }
  std::size_t zero = 0, zero_before = 0;
  std::uint64_t pair_distance = 0, after_pair = 0, since_zero = 0, zero_above = 0;
  std::uint64_t column = 0, above = 0, above_two = 0, corner = 0, right = 0, trend = 0;

  std::uint64_t kinds = 0, masked = 0;
  std::uint32_t skeleton = 0;
  std::uint32_t open_word = 0, stem = 0, stem_before = 0, tail = 0, suffix = 0;
  std::uint32_t sentence = 0, start = 0, start_above = 0;
  unsigned letters = 0;
  std::uint32_t last_word = 0;

  std::size_t line = 0, fields = 0, fields_above = 0;
  std::array<std::size_t, 64> starts{}, starts_above{};
  std::array<std::uint32_t, 64> values{};
  std::uint32_t value = 0;
  std::uint64_t field_start = 0, field_above = 0, indent = 0;
  bool indenting = true;

  struct Bracket {
    std::uint32_t hash = 0;
    int closer = 0;
  };
  std::array<Bracket, 16> open{};
  std::size_t depth = 0;
  std::uint32_t key = 0;

 private:
  void records(const Place& at, std::uint8_t x);
  void text(std::uint8_t x, std::uint32_t word);
  void lines(const Place& at, std::uint8_t x);
  void brackets(std::uint8_t x);
};

}  // namespace nnzip::mixer_reference
