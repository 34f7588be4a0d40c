// SPDX-License-Identifier: Apache-2.0
// What guesses of a byte say of its bits: MIXING.md, Guesses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixer/bytes/byte_guesses.h"
#include "mixer/core/adaptive_map.h"

namespace nnzip::mixer {

// Of a block.
class GuessInputs {
 public:
  // Of the byte that comes. guesses: of its stream, null for none; the first `count` are used.
  void begin(const ByteGuesses* guesses, int count);

  // Of the next bit. x, y: as many inputs as guesses, y null for one input of each.
  void add(int bit, std::int16_t* x, std::int16_t* y);
  // Learns it.
  void learn(int bit);

  // Which bit, if any, five of the guesses expect: below 243. After add().
  std::size_t agreement() const;

 private:
  static constexpr std::uint32_t kLimit = 255;  // of the counters

  const ByteGuesses* guesses_ = nullptr;
  int count_ = 0, bit_ = 0;
  std::uint32_t speaking_ = 0;  // a bit for each guess that agrees with the byte so far
  std::array<Counter*, kByteGuesses> counter_{};
  // [guess][expected bit][outcomes]
  std::vector<Counter> counters_ =
      std::vector<Counter>(kByteGuesses * 2 * ByteGuesses::kOutcomes, make_counter(1 << 15, 0));
};

}  // namespace nnzip::mixer
