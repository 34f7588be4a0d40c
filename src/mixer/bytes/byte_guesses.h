// SPDX-License-Identifier: Apache-2.0
// Guesses of the byte that comes: what stands there in earlier records, and what numbers that grow
// by equal steps make of it. How often each was right at a place, whatever the bytes were, tells
// how far it is to be believed. MIXING_FIELDS.md, Guesses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixer/bytes/code_contexts.h"
#include "mixer/bytes/further_state.h"

namespace nnzip::mixer {

// The last one is of the large effort alone.
enum ByteGuess { kLast, kStep, kCarry, kAfter, kNear, kFar, kThird, kBeforeLast, kByteGuesses };
constexpr int kUsualByteGuesses = kBeforeLast;

// Of a stream.
class ByteGuesses {
 public:
  static constexpr std::uint32_t kOutcomes = 64;

  // Takes up the newest byte.
  void follow(std::uint8_t byte);

  // What a stream stands in; at most one of the structures is not null.
  struct Around {
    const RecordChain* chain;
    const TaggedFields* tags;
    const StatedRows* rows;
    const ItemReader* items;
    std::size_t stride;     // of rows, 0 if their length is not known
    std::uint64_t after;    // the byte that followed the last two when they came before
    const CodeState* code;  // of machine code alone
  };
  // Guesses the byte that follows `known`, which `further` has taken up.
  void look(std::span<const std::uint8_t> known, const FurtherState& further, const Around& around);

  // 256 and the byte that a guess expects, 0 if it expects none.
  std::uint32_t expected(int guess) const { return expected_[static_cast<std::size_t>(guess)]; }
  // How often it was right lately, at the place and anywhere: below kOutcomes.
  std::uint32_t outcomes(int guess) const {
    const auto i = static_cast<std::size_t>(guess);
    return (here_[i][place_] & 15u) * 4 + (anywhere_[i] & 3u);
  }

 private:
  static constexpr std::size_t kPlaces = 1024;
  static constexpr std::size_t kNumbers = 64;
  using Known = std::span<const std::uint8_t>;

  void expect(ByteGuess guess, std::uint64_t byte) {
    expected_[guess] = static_cast<std::uint16_t>(256 + (byte & 255));
  }
  void follow_number(std::uint8_t byte);
  void guess_by_records(Known known, std::size_t one, std::size_t two);
  void guess_in_code(Known known, const CodeState& code);
  void guess_in_chain(Known known, const RecordChain& chain);
  void guess_in_items(const ItemReader& items);
  void guess_in_rows(Known known, std::size_t length);
  void guess_in_lines(const FurtherState& further);

  std::array<std::uint16_t, kByteGuesses> expected_{};
  // Whether guesses were right, the newest time in the lowest bit.
  std::array<std::array<std::uint8_t, kPlaces>, kByteGuesses> here_{};
  std::array<std::uint8_t, kByteGuesses> anywhere_{};
  std::size_t place_ = 0;

  // Numbers in lines of text, by their order in the line.
  struct Number {
    std::uint64_t last = 0, before = 0;  // in the line before, and in the one before that
    std::uint32_t digits = 0;            // of the last one
  };
  std::array<Number, kNumbers> numbers_{};
  std::size_t number_ = 0;  // of the one that is open or comes
  std::uint64_t value_ = 0;
  std::uint32_t digits_ = 0;
};

}  // namespace nnzip::mixer
