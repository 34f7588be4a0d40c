// SPDX-License-Identifier: Apache-2.0
// Predicts numbers as sums of weighted neighbours, by the least squares of what it has seen near by,
// drawn towards the least squares of the whole.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace nnzip::mixer {

constexpr int kMaxTaps = 24;
constexpr std::int32_t kTapLimit = 1023;

// Taps, and after the last of them the number that they predict: |value| <= kTapLimit.
using Taps = std::array<std::int16_t, kMaxTaps + 1>;
using TapWeights = std::array<std::int32_t, kMaxTaps>;  // in 1/65536

class Regression {
 public:
  // For rows of that many pixels.
  Regression(int taps, std::uint32_t width);

  static std::size_t memory_bytes(std::uint32_t width);

  int taps() const { return taps_; }
  // Whether weights are to be chosen anew at that pixel.
  static bool begins_cell(std::uint32_t x) { return x % kCellWidth == 0; }
  // Chooses weights for the cell of x.
  void choose(std::uint32_t x, TapWeights& weights);
  const TapWeights& whole() const { return whole_; }
  void learn(std::uint32_t x, const Taps& taps);

 private:
  static constexpr std::uint32_t kCellWidth = 8;
  static constexpr std::uint32_t kMaxCells = 512;  // of a row; beyond, they are shared
  using Sums = std::vector<std::int64_t>;

  std::size_t cell(std::uint32_t x) const { return (x / kCellWidth) % cells_count_ * entries_; }
  void solve(const Sums& sums, const TapWeights* start, TapWeights& weights);

  int taps_;
  std::size_t entries_;      // of a cell: products of all pairs of values, row by row
  std::size_t cells_count_;
  std::vector<std::int32_t> cells_;
  Sums sums_, whole_sums_;
  TapWeights whole_{};
};

// The sum of taps and weights in 1/16.
std::int32_t weighted(const Taps& taps, int count, const TapWeights& weights);

}  // namespace nnzip::mixer
