// SPDX-License-Identifier: Apache-2.0
// How often a colour's difference to the one before was seen after like differences: images that
// were computed from a brightness and two differences, as decoded JPEG files are, hold few of them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "layout/effort.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/image/image_guesses.h"

namespace nnzip::mixer {

// Of all numbers of a byte: how likely each is by the best guess alone.
using Densities = std::array<std::uint32_t, 256>;

// Counts of differences, a row for each context.
class DifferenceCounts {
 public:
  static std::size_t memory_bytes(std::size_t rows);
  explicit DifferenceCounts(std::size_t rows);

  // reference: what the number is seen less of.
  void begin(std::size_t row, std::int32_t reference, const Densities& densities);
  // partial: the byte's bits so far below a leading 1; bit: how many there are.
  void add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit);
  void update(int bit);
  void learn(std::int32_t value);

  // Of the bit that is coded: its level, and how often such numbers were seen.
  std::size_t state() const { return state_; }

 private:
  std::vector<std::uint8_t> counts_;  // [row][difference]
  std::vector<Counter> map_;          // [state][logit]
  std::uint8_t* row_ = nullptr;
  std::int32_t reference_ = 0;
  // Of the numbers below each one.
  std::array<std::uint64_t, 257> likely_{};
  std::array<std::uint32_t, 257> seen_{};
  std::size_t state_ = 0, map_at_ = 0;
};

// Of numbers of one byte, three or four to a pixel. begin(), then add_inputs() and update() for
// eight bits, then learn(): of any channel, but of some there is nothing to say.
class ColourPairs {
 public:
  static constexpr int kUsualInputs = 2, kLargeInputs = 8;
  static constexpr std::size_t kStates = 65;

  static std::size_t memory_bytes(Effort effort);
  explicit ColourPairs(Effort effort);

  void begin(const ImageNumber& number);
  // As many inputs as the effort has; 0 where there is nothing to say.
  void add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit);
  void update(int bit);
  void learn(std::int32_t value);

  // Of the pairs of the third colour.
  std::size_t state() const { return paired_ ? pairs_.state() : kStates - 1; }

 private:
  static constexpr std::size_t kFurther = 3;  // of a channel

  void begin_further(const ImageNumber& number, const Densities& densities);

  DifferenceCounts pairs_;
  std::vector<DifferenceCounts> further_;  // of the large effort, kFurther of each of two channels
  std::span<DifferenceCounts> in_use_;     // of the number
  bool paired_ = false;
};

}  // namespace nnzip::mixer
