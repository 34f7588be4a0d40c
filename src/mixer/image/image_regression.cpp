// SPDX-License-Identifier: Apache-2.0
// Normal equations, solved by their triangular factors.
#include "mixer/image/image_regression.h"

#include <algorithm>
#include <bit>

namespace nnzip::mixer {
namespace {

constexpr std::int64_t kWeightBound = 1 << 19;
// Added to the squares, as shifts: a weight that explains little stays near where it starts.
constexpr int kWholeRidge = 10, kLocalRidge = 5;

std::size_t row_size(std::size_t row) { return 8 * (row / 8 + 1); }
std::size_t row_begin(std::size_t row) {
  const std::size_t group = row / 8;
  return 32 * group * (group + 1) + row % 8 * row_size(row);
}

// |product| < 2^20.
void add_products(const Taps& taps, std::int32_t* sums) {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(taps.count); ++i) {
    const std::int16_t factor = taps.values[i];
    const std::size_t size = row_size(i);
    for (std::size_t j = 0; j < size; ++j) sums[j] += factor * taps.values[j];
    sums += size;
  }
}

// The products of the taps with what `start` leaves of the goal; |sums| < 2^34.
void remainders(const ProductSums& sums, std::size_t n, const TapWeights& start,
                std::array<std::int64_t, kMaxTaps>& goal) {
  for (std::size_t j = 0; j < n; ++j) goal[j] = sums[row_begin(n) + j] << 16;
  for (std::size_t j = 0; j < n; ++j) {
    const std::int64_t* const row = sums.data() + row_begin(j);
    for (std::size_t k = 0; k < j; ++k) {
      goal[j] -= row[k] * start[k];
      goal[k] -= row[k] * start[j];
    }
    goal[j] -= row[j] * start[j];
  }
  for (std::size_t j = 0; j < n; ++j) goal[j] >>= 16;
}

// weights += what solves the equations, nearly: A x = goal with A = L D L^T. Squares are scaled to
// 27 bits; entries of L D and of D are bounded by 2^28, those of L (in 1/65536) by 2^22, so that a
// sum of 39 products stays below 2^56.
void solve(const ProductSums& sums, std::size_t n, int ridge, TapWeights& weights) {
  std::int64_t most = 0;
  for (std::size_t i = 0; i < n; ++i) most = std::max(most, sums[row_begin(i) + i]);
  if (most == 0) return;
  std::array<std::int64_t, kMaxTaps> goal;
  remainders(sums, n, weights, goal);
  const int shift = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(most))) - 27;
  const auto scaled = [&](std::int64_t v) { return shift >= 0 ? v >> shift : v << -shift; };
  std::array<std::array<std::int32_t, kMaxTaps + 1>, kMaxTaps + 1> part, ratio;  // L D, L
  for (std::size_t j = 0; j < n; ++j) {
    std::int64_t inverse = 0;
    for (std::size_t i = j; i <= n; ++i) {
      std::int64_t v = scaled(i == n ? goal[j] : sums[row_begin(i) + j]);
      if (i == j) v += (v >> ridge) + (1 << 15);
      std::int64_t known = 0;
      for (std::size_t k = 0; k < j; ++k) known += std::int64_t{part[i][k]} * ratio[j][k];
      v = std::clamp<std::int64_t>(v - (known >> 16), -(1 << 28), 1 << 28);
      if (i == j) {
        v = std::max<std::int64_t>(v, 1 << 13);
        inverse = (std::int64_t{1} << 44) / v;
      }
      part[i][j] = static_cast<std::int32_t>(v);
      ratio[i][j] = static_cast<std::int32_t>(
          std::clamp<std::int64_t>((v * inverse) >> 28, -(1 << 22), 1 << 22));
    }
  }
  for (std::size_t j = n; j-- > 0;) {
    std::int64_t x = std::int64_t{ratio[n][j]} << 16;
    for (std::size_t k = j + 1; k < n; ++k) x -= ratio[k][j] * goal[k];
    goal[j] = std::clamp(x >> 16, -kWeightBound, kWeightBound);
    weights[j] =
        static_cast<std::int32_t>(std::clamp(weights[j] + goal[j], -kWeightBound, kWeightBound));
  }
}

}  // namespace

void Taps::add(std::int32_t value) {
  values[static_cast<std::size_t>(count++)] =
      static_cast<std::int16_t>(std::clamp(value, -kTapLimit, kTapLimit));
}

void Taps::set_goal(std::int32_t value) {
  values[static_cast<std::size_t>(count)] =
      static_cast<std::int16_t>(std::clamp(value, -kTapLimit, kTapLimit));
}

std::int32_t weighted(const Taps& taps, const TapWeights& weights) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(taps.count); ++i) {
    sum += std::int64_t{taps.values[i]} * weights[i];
  }
  return static_cast<std::int32_t>(sum >> 12);
}

std::size_t product_count(std::int32_t taps) {
  return row_begin(static_cast<std::size_t>(taps) + 1);
}

WholeRegression::WholeRegression(std::int32_t taps, Recall recall)
    : taps_(taps), recall_(recall), fresh_(product_count(taps)), sums_(product_count(taps)) {}

std::size_t WholeRegression::memory_bytes(std::int32_t taps) {
  return (sizeof(Products::value_type) + sizeof(ProductSums::value_type)) * product_count(taps);
}

void WholeRegression::learn(const Taps& taps) {
  add_products(taps, fresh_.data());
  if (++seen_ % recall_.interval != 0) return;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    sums_[i] += fresh_[i] - (sums_[i] >> recall_.memory);
    fresh_[i] = 0;
  }
  weights_.fill(0);
  solve(sums_, static_cast<std::size_t>(taps_), kWholeRidge, weights_);
}

LocalRegression::LocalRegression(std::int32_t taps, std::uint32_t width)
    : taps_(taps),
      cell_count_(std::min((width + kCellWidth - 1) / kCellWidth, kMaxCells)),
      cell_size_(product_count(taps)),
      cells_(cell_count_ * cell_size_),
      sums_(cell_size_),
      whole_sums_(cell_size_) {}

std::size_t LocalRegression::memory_bytes(std::int32_t taps, std::uint32_t width) {
  const std::size_t cells = std::min((width + kCellWidth - 1) / kCellWidth, kMaxCells);
  return (cells * sizeof(Products::value_type) + 2 * sizeof(ProductSums::value_type)) *
         product_count(taps);
}

// A cell holds what the rows above have left in it, and what this row did if it is behind.
void LocalRegression::choose(std::uint32_t x, TapWeights& weights) {
  const std::size_t here = x / kCellWidth % cell_count_;
  std::int32_t* const cell = cells_.data() + here * cell_size_;
  const std::int32_t* const left = here > 0 ? cell - cell_size_ : cell;
  const std::int32_t* const right = here + 1 < cell_count_ ? cell + cell_size_ : cell;
  for (std::size_t i = 0; i < cell_size_; ++i) {
    sums_[i] = std::int64_t{left[i]} + 2 * std::int64_t{cell[i]} + right[i];
    whole_sums_[i] += cell[i] - (whole_sums_[i] >> 8);
    cell[i] -= cell[i] >> 3;
  }
  if (chosen_++ % kInterval == 0) {
    whole_.fill(0);
    solve(whole_sums_, static_cast<std::size_t>(taps_), kWholeRidge, whole_);
  }
  weights = whole_;
  solve(sums_, static_cast<std::size_t>(taps_), kLocalRidge, weights);
}

void LocalRegression::learn(std::uint32_t x, const Taps& taps) {
  add_products(taps, cells_.data() + x / kCellWidth % cell_count_ * cell_size_);
}

}  // namespace nnzip::mixer
