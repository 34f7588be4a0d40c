// SPDX-License-Identifier: Apache-2.0
// Which differences of the third colour from the second one occur with those of the first one: few
// do in images that were computed from brightness and two differences, as JPEG files are decoded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixer/core/adaptive_map.h"
#include "mixer/image/image_guesses.h"

namespace nnzip::mixer {

// Of numbers of one byte, three or four to a pixel. begin(), then add_inputs() and update() for
// eight bits, then learn().
class ColourPairs {
 public:
  static constexpr int kInputs = 2;
  static constexpr int kStates = 65;

  static std::size_t memory_bytes();
  ColourPairs();

  // Whether it says anything of numbers at that place.
  static bool applies(const PixelPlace& place) { return place.channel == 2 && !place.padding; }

  void begin(const ImageNumber& number);
  // partial: the byte's bits so far below a leading 1; bit: how many there are.
  void add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit);
  void update(int bit);
  void learn(const ImageNumber& number, std::int32_t value);

  // Of the bit that is coded: its level, and how often the pair was seen with such numbers.
  std::size_t state() const { return state_; }

 private:
  std::uint8_t* counts_of(const ImageNumber& number);

  std::vector<std::uint8_t> counts_;  // [difference of the first colour][of the third]
  std::vector<Counter> map_;          // [state][logit]
  // Of the numbers below each one.
  std::array<std::uint64_t, 257> likely_{};
  std::array<std::uint32_t, 257> seen_{};
  std::size_t state_ = 0, map_at_ = 0;
};

}  // namespace nnzip::mixer
