// SPDX-License-Identifier: Apache-2.0
// The section Stated rows of MIXING_FIELDS.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace nnzip::mixer_reference {

struct Place;

// Of a stream; the names are those of the section.
struct StatedRows {
  // E counts the newest byte.
  void take(const Place& next, std::size_t E);

  std::size_t mark() const { return place % 256; }

  bool found = false;
  std::uint64_t place = 0, left = 0, row_before = 0, row_two = 0;
  std::size_t one = 0, two = 0;  // positions of both

 private:
  std::size_t begin = 0, before = 0, before_two = 0, head = 0, end = 0;
  std::map<std::size_t, unsigned> led;  // by position
};

}  // namespace nnzip::mixer_reference
