// SPDX-License-Identifier: Apache-2.0
// The section Guesses of MIXING_FIELDS.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "layout/layout.h"

namespace nnzip::mixer_reference {

struct Further;
struct Place;

enum Guess : std::size_t { kLast, kStep, kCarry, kAfter, kNear, kFar, kThird, kTwo, kGuesses };

// Of a stream; the names are those of the section.
struct Guesses {
  // x is the newest byte; after: after2[R mod 2^16]; position: of code.
  void take(const Place& next, const Further& further, const Layout& layout, std::uint32_t after,
            std::size_t position);

  // 0..63
  unsigned outcomes(std::size_t guess) const {
    const auto it = here.find({guess, place});
    return 4 * (it == here.end() ? 0 : it->second % 16) + anywhere[guess] % 4;
  }

  std::array<std::optional<std::uint8_t>, kGuesses> guessed;

 private:
  void learn(std::uint8_t x);
  void by_records(const Place& next, std::size_t E, std::size_t one, std::size_t two);
  void by_rows(const Place& next, std::size_t E, std::size_t length);
  void by_lines(std::size_t fields);

  std::size_t place = 0;
  std::map<std::pair<std::size_t, std::size_t>, unsigned> here;  // by guess and place
  std::array<unsigned, kGuesses> anywhere{};
  struct Entry {
    std::uint64_t value = 0, before = 0;
    unsigned digits = 0;
  };
  std::array<Entry, 64> entries;
  std::size_t number = 0;
  std::uint64_t value = 0;
  unsigned digits = 0;
};

}  // namespace nnzip::mixer_reference
