// SPDX-License-Identifier: Apache-2.0
// Normal equations in whole numbers.
#include "mixer/image_regression.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace nnzip::mixer {
namespace {

constexpr std::int32_t kWeightBound = 1 << 19;
constexpr std::size_t row_begin(std::size_t row) { return row * (row + 1) / 2; }

int P(const char* n, int d) { const char* v = std::getenv(n); return v ? std::atoi(v) : d; }
const int kDecayV = P("DECAYV", 3), kRidge = P("RIDGE", 6), kShrink = P("SHRINK", 5), kWholeDecay = P("WHOLED", 9);
const int kWW = P("WWW", 1), kW1 = P("W1", 2), kW0 = P("W0", 2), kE1 = P("E1", 1), kE2 = P("E2", 0);

}  // namespace

Regression::Regression(int taps, std::uint32_t width)
    : taps_(taps),
      entries_(row_begin(static_cast<std::size_t>(taps) + 1)),
      cells_count_(std::min((width + kCellWidth - 1) / kCellWidth, kMaxCells)),
      cells_(cells_count_ * entries_),
      sums_(entries_),
      whole_sums_(entries_) {}

void Regression::choose(std::uint32_t x, TapWeights& weights) {
  const auto at = [&](std::int64_t cells) {
    const std::int64_t n = static_cast<std::int64_t>(cells_count_);
    const std::int64_t i = std::clamp<std::int64_t>(static_cast<std::int64_t>(x / kCellWidth % cells_count_) + cells, 0, n - 1);
    return cells_.data() + i * static_cast<std::int64_t>(entries_);
  };
  const std::int32_t *a = at(-2), *b = at(-1), *d = at(1), *e=at(2);
  std::int32_t* c = at(0);
  for (std::size_t i = 0; i < entries_; ++i) {
    sums_[i] = std::int64_t{kWW} * a[i] + std::int64_t{kW1} * b[i] + std::int64_t{kW0} * c[i] + std::int64_t{kE1} * d[i]+ std::int64_t{kE2} * e[i];
    whole_sums_[i] += c[i] - (whole_sums_[i] >> kWholeDecay);
    c[i] -= c[i] >> kDecayV;
  }
  if (x % (kCellWidth * 32) == 0) solve(whole_sums_, nullptr, whole_);
  solve(sums_, &whole_, weights);
}

void Regression::solve(const Sums& sums, const TapWeights* start, TapWeights& weights) {
  const std::size_t n = static_cast<std::size_t>(taps_);
  std::int64_t most = 0;
  for (std::size_t i = 0; i < n; ++i) most = std::max(most, sums[row_begin(i) + i]);
  weights.fill(0);
  if (start != nullptr) weights = *start;
  if (most == 0) return;
  // The largest square then has 27 bits.
  const int shift = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(most))) - 27;
  const auto scaled = [&](std::int64_t v) { return shift >= 0 ? v >> shift : v << -shift; };
  std::array<std::array<std::int32_t, kMaxTaps + 1>, kMaxTaps + 1> part, ratio;
  std::array<std::int64_t, kMaxTaps> goal;
  for (std::size_t j = 0; j < n; ++j) {
    goal[j] = sums[row_begin(n) + j];
    if (start == nullptr) continue;
    std::int64_t reached = 0;
    for (std::size_t k = 0; k < n; ++k) {
      reached += (sums[k <= j ? row_begin(j) + k : row_begin(k) + j]) * (*start)[k] >> 16;
    }
    goal[j] -= reached;
  }
  const int ridge = start != nullptr ? kShrink : kRidge+4;
  for (std::size_t j = 0; j < n; ++j) {
    std::int64_t inverse = 0;
    for (std::size_t i = j; i <= n; ++i) {
      std::int64_t v = i == n ? goal[j] : sums[row_begin(i) + j];
      v = scaled(v);
      if (i == j) v += (v >> ridge) + (std::int64_t{1} << 15);
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < j; ++k) sum += std::int64_t{part[i][k]} * ratio[j][k];
      v = std::clamp<std::int64_t>(v - (sum >> 16), -(1 << 28), 1 << 28);
      if (i == j) {
        v = std::max<std::int64_t>(v, 1 << 13);
        inverse = (std::int64_t{1} << 44) / v;
      }
      part[i][j] = static_cast<std::int32_t>(v);
      ratio[i][j] = static_cast<std::int32_t>(std::clamp<std::int64_t>(v * inverse >> 28, -(1 << 22), 1 << 22));
    }
  }
  for (std::size_t j = n; j-- > 0;) {
    std::int64_t w = std::int64_t{ratio[n][j]} << 16;
    for (std::size_t k = j + 1; k < n; ++k) w -= std::int64_t{ratio[k][j]} * goal[k];
    goal[j] = std::clamp<std::int64_t>(w >> 16, -kWeightBound, kWeightBound);
    weights[j] = static_cast<std::int32_t>(std::clamp<std::int64_t>(weights[j] + goal[j], -kWeightBound, kWeightBound));
  }
}

void Regression::learn(std::uint32_t x, const Taps& taps) {
  std::int32_t* at = cells_.data() + cell(x);
  for (int i = 0; i <= taps_; ++i) {
    const std::int32_t v = taps[i];
    for (int j = 0; j <= i; ++j) *at++ += v * taps[j];
  }
}

std::int32_t weighted(const Taps& taps, int count, const TapWeights& weights) {
  std::int64_t sum = 0;
  for (int i = 0; i < count; ++i) sum += std::int64_t{taps[i]} * weights[i];
  return static_cast<std::int32_t>(sum >> 12);
}

}  // namespace nnzip::mixer
