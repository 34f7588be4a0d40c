// SPDX-License-Identifier: Apache-2.0
// The section Chains of MIXING_FIELDS.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace nnzip::mixer_reference {

struct Place;

// Of a stream; the names are those of the section.
struct Chain {
  // E counts the newest byte.
  void take(const Place& next, std::size_t E);

  bool is_long() const { return found && begins.records >= 16; }
  std::size_t mark() const {
    return ((static_cast<std::uint32_t>(kind * 0x9E3779B1) >> 24) + place) % 256;
  }
  std::size_t agreement() const {
    std::size_t number = place >= 256 ? place - 244 : place > 11 ? 11 : place;
    for (const std::uint64_t other : {before, alike, above_cell, cell_two}) {
      number = 2 * number + (cell == other ? 1 : 0);
    }
    return number;
  }

  bool found = false;
  std::uint64_t kind = 0, place = 0, before = 0, trend = 0, alike = 0, cell = 0, cell_two = 0;
  std::uint64_t column_number = 0, above_cell = 0, above_kind = 0;
  std::size_t one = 0, two = 0;  // positions of cell and cell two

 private:
  // The positions at which records begin.
  struct Begins {
    std::size_t records = 0;
    std::size_t open = 0, end = 0, first = 0, second = 0, alike = 0, column = 0, column_two = 0,
                column_of = 0;
  };
  Begins begins;
  std::map<std::size_t, unsigned> led;  // by position
  std::map<std::uint32_t, std::size_t> of_kind, of_column, of_column_two;
  struct Above {
    std::size_t at = 0, end = 0;
    std::uint64_t kind = 0;
  };
  Above above;
  std::map<std::uint32_t, Above> of_number;
};

}  // namespace nnzip::mixer_reference
