// SPDX-License-Identifier: Apache-2.0
// The section Tagged fields of MIXING_FIELDS.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace nnzip::mixer_reference {

struct Place;

// Of a stream; the names are those of the section.
struct Tags {
  // E counts the newest byte.
  void take(const Place& next, std::size_t E);

  bool found() const { return score >= 128; }
  std::uint32_t field_number() const {
    return static_cast<std::uint32_t>(field * 0x9E3779B1u) >> 24;
  }
  std::size_t mark() const { return (field_number() + place) % 256; }

  std::uint32_t field = 0, open = 0;
  std::uint64_t place = 0, to_come = 0, seen = 0, seen_two = 0, beside = 0, left = 0;
  std::size_t one = 0, two = 0;  // positions of seen and seen two

 private:
  struct Message {
    std::uint32_t path = 0, last_tag = 0, beside = 0;
    std::size_t end = 0;
  };
  struct Entry {
    std::size_t last = 0, before = 0;
    unsigned opaque = 0, penalty = 0;
  };

  Entry& entry(std::uint32_t h) { return entries[h * 0x9E3779B1u >> 22]; }
  bool fits(std::size_t m) const;
  void begin(unsigned new_part, std::uint32_t h);
  void begin_tag();
  void end_field();
  void fail();
  void end_tag(const Place& next);
  void end_length();

  std::size_t E = 0;
  unsigned part = 0;
  std::size_t bytes = 0, rest = 0, last = 0, before = 0;
  std::uint64_t number = 0;
  std::uint32_t path = 0;
  unsigned score = 0;
  std::vector<Message> messages{1};  // the innermost one is the last
  std::map<std::uint32_t, Entry> entries;
};

}  // namespace nnzip::mixer_reference
