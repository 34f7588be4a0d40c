// SPDX-License-Identifier: Apache-2.0
// Weights that predict a number from others, by the least squares of what was seen: all in whole
// numbers.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace nnzip::mixer {

constexpr int kMaxTaps = 39;
constexpr std::int32_t kTapLimit = 1023;

// What a number is predicted from, then the number itself, then zeros; |value| <= kTapLimit.
struct Taps {
  std::int32_t count = 0;
  alignas(16) std::array<std::int16_t, kMaxTaps + 1> values{};

  void clear() { *this = Taps(); }
  void add(std::int32_t value);
  void set_goal(std::int32_t value);
};

using TapWeights = std::array<std::int32_t, kMaxTaps>;  // in 1/65536

// The sum of taps and weights, in 1/16 of the taps' unit.
std::int32_t weighted(const Taps& taps, const TapWeights& weights);

// Sums of products of all pairs of values. Row i holds those of value i with values 0..i, and some
// of the next ones, so that rows are whole vectors.
using Products = std::vector<std::int32_t>;
using ProductSums = std::vector<std::int64_t>;
std::size_t product_count(std::int32_t taps);

// How soon a regression chooses weights anew, and how far back it sees: 2^memory intervals.
struct Recall {
  std::uint32_t interval;  // numbers
  int memory;
};
constexpr Recall kLongRecall{64, 6}, kShortRecall{16, 5};

// One set of weights, of all that was seen.
class WholeRegression {
 public:
  explicit WholeRegression(std::int32_t taps, Recall recall = kLongRecall);
  static std::size_t memory_bytes(std::int32_t taps);
  const TapWeights& weights() const { return weights_; }
  void learn(const Taps& taps);

 private:
  std::int32_t taps_;
  Recall recall_;
  std::uint32_t seen_ = 0;
  Products fresh_;
  ProductSums sums_;
  TapWeights weights_{};
};

// Weights for each place of a row, of what was seen around it, drawn towards those of the whole.
class LocalRegression {
 public:
  // For rows of that many pixels.
  LocalRegression(std::int32_t taps, std::uint32_t width);
  static std::size_t memory_bytes(std::int32_t taps, std::uint32_t width);

  // Whether weights shall be chosen anew at that pixel.
  static bool begins_cell(std::uint32_t x) { return x % kCellWidth == 0; }
  void choose(std::uint32_t x, TapWeights& weights);
  const TapWeights& whole() const { return whole_; }
  void learn(std::uint32_t x, const Taps& taps);

 private:
  static constexpr std::uint32_t kCellWidth = 8;
  static constexpr std::uint32_t kMaxCells = 1024;  // pixels 8192 apart share one
  static constexpr std::uint32_t kInterval = 32;  // cells from one choice for the whole to the next

  std::int32_t taps_;
  std::uint32_t cell_count_;
  std::size_t cell_size_;
  std::uint32_t chosen_ = 0;
  Products cells_;
  ProductSums sums_, whole_sums_;
  TapWeights whole_{};
};

}  // namespace nnzip::mixer
