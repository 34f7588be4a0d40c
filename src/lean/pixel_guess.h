// SPDX-License-Identifier: Apache-2.0
// Guesses the numbers of an image from those around them: LEAN_PIXELS.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "layout/layout.h"

namespace nnzip::lean {

// Where a number lies. Padding and what is cut off at the end are numbers of one byte.
struct NumberPlace {
  std::uint32_t x, channel;
  bool plain;  // no padding
};

class PixelGuess {
 public:
  PixelGuess(const Layout& layout, std::size_t content_bytes);

  static std::uint64_t memory_bytes(const Layout& layout, std::size_t content_bytes);

  NumberPlace place(std::size_t position) const;

  // Of the number at that position; all before it are known.
  void guess(std::size_t position, const NumberPlace& place);
  void learn(std::int32_t value);

  std::int32_t value() const { return value_; }        // 0..M
  std::int32_t fine() const { return fine_; }          // in 1/16, before it is rounded
  std::int32_t blended() const { return blended_; }    // what fine() corrects, in 1/16
  std::int32_t texture() const { return texture_; }    // which neighbours are above it: six bits
  std::int32_t activity() const { return activity_; }  // differences of neighbours
  // Errors of fine() in 1/4: left, above, above left, above right, left twice, channel before.
  const std::array<std::int32_t, 6>& errors() const { return errors_; }

 private:
  static constexpr std::size_t kCandidates = 8, kTaps = 10;
  using Candidates = std::array<std::int32_t, kCandidates>;

  std::int32_t blend(const Candidates& candidates, std::size_t cell) const;

  Layout layout_;
  std::int32_t most_;                  // a number's greatest value
  std::size_t width_, front_;          // pixels of a row; zeros before the first number
  std::vector<std::uint16_t> values_;  // [front + position]
  std::vector<std::int16_t> past_;     // errors: [front + position]
  // Of the row so far and, from there on, of the row above: [cell][candidate], limited errors.
  std::vector<std::array<std::uint16_t, kCandidates>> costs_;
  std::array<std::array<std::int32_t, kTaps>, 4> weights_{};  // [channel]
  std::array<std::int64_t, 4> energies_{};

  // Of the last guess().
  std::size_t at_ = 0, cell_ = 0;
  NumberPlace place_{};
  Candidates candidates_{};
  std::array<std::int32_t, kTaps> taps_{};
  std::int64_t energy_ = 0;
  std::int32_t value_ = 0, fine_ = 0, blended_ = 0, texture_ = 0, activity_ = 0;
  std::array<std::int32_t, 6> errors_{};
};

}  // namespace nnzip::lean
