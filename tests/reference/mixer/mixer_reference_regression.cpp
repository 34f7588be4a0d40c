// SPDX-License-Identifier: Apache-2.0
// Sums of products, and the weights that solve them.
#include "reference/mixer/mixer_reference_regression.h"

#include <algorithm>

#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {
namespace {

int bits_of(std::int64_t v) {
  int bits = 0;
  for (; v != 0; v >>= 1) ++bits;
  return bits;
}

}  // namespace

Products::Products(std::size_t n) : sums(n + 1) {
  for (std::size_t i = 0; i <= n; ++i) sums[i].resize(i + 1);
}

void Products::add(const Taps& t) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) sums[i][j] += t[i] * t[j];
  }
}

unsigned energy(std::int64_t m) {
  const std::int64_t T = bits_of(m | 1) - 1;
  const std::int64_t h = T == 0 ? 0 : m >> (T - 1) & 1;
  return static_cast<unsigned>(std::clamp<std::int64_t>(2 * T + h - 4, 0, 23));
}

std::int64_t limit_tap(std::int64_t value) { return clamp(value, 1023); }

std::int64_t predict(const Taps& taps, const Weights& weights) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += taps[i] * weights[i];
  return sum >> 12;
}

void solve(const Products& A, Weights& w, int r) {
  const std::size_t n = w.size();
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, A.at(i, i));
  if (largest == 0) return;
  const int h = bits_of(largest) - 27;
  const auto scaled = [&](std::int64_t v) { return h >= 0 ? v >> h : v << -h; };

  std::vector<std::vector<std::int64_t>> P(n + 1, std::vector<std::int64_t>(n)), L = P;
  for (std::size_t j = 0; j < n; ++j) {
    std::int64_t g = A.at(n, j) * 65536;
    for (std::size_t k = 0; k < n; ++k) g -= A.at(j, k) * w[k];
    g >>= 16;
    for (std::size_t i = j; i <= n; ++i) {
      std::int64_t v = scaled(i == n ? g : A.at(i, j));
      if (i == j) v += (v >> r) + (1 << 15);
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < j; ++k) sum += P[i][k] * L[j][k];
      P[i][j] = clamp(v - (sum >> 16), 1 << 28);
      if (i == j) P[i][j] = std::max<std::int64_t>(P[i][j], 1 << 13);
      L[i][j] = clamp((P[i][j] * ((std::int64_t{1} << 44) / P[j][j])) >> 28, 1 << 22);
    }
  }
  std::vector<std::int64_t> d(n);
  for (std::size_t j = n; j-- > 0;) {
    std::int64_t sum = L[n][j] * 65536;
    for (std::size_t k = j + 1; k < n; ++k) sum -= L[k][j] * d[k];
    d[j] = clamp(sum >> 16, 1 << 19);
    w[j] = clamp(w[j] + d[j], 1 << 19);
  }
}

void WholeRegression::learn(const Taps& taps) {
  fresh_.add(taps);
  if (++numbers_ % interval_ != 0) return;
  sums_ = Products::combine(sums_, fresh_, [this](std::int64_t sum, std::int64_t fresh) {
    return sum + fresh - (sum >> memory_);
  });
  fresh_ = Products(weights.size());
  weights.assign(weights.size(), 0);
  solve(sums_, weights, 10);
}

LocalRegression::LocalRegression(std::size_t n, std::size_t width)
    : cells_(std::min<std::size_t>((width + 7) / 8, 1024), Products(n)),
      whole_(n),
      whole_weights(n) {}

Weights LocalRegression::choose(std::size_t x) {
  const std::size_t here = cell(x);
  Products& H = cells_[here];
  const Products& L = here > 0 ? cells_[here - 1] : H;
  const Products& R = here + 1 < cells_.size() ? cells_[here + 1] : H;
  using Int = std::int64_t;
  Products sums = Products::combine(L, R, [](Int l, Int r) { return l + r; });
  sums = Products::combine(sums, H, [](Int sum, Int here_sum) { return sum + 2 * here_sum; });
  whole_ =
      Products::combine(whole_, H, [](Int w, Int here_sum) { return w + here_sum - (w >> 8); });
  H = Products::combine(H, H, [](Int here_sum, Int) { return here_sum - (here_sum >> 3); });
  if (choices_++ % 32 == 0) {
    whole_weights.assign(whole_weights.size(), 0);
    solve(whole_, whole_weights, 10);
  }
  Weights weights = whole_weights;
  solve(sums, weights, 5);
  return weights;
}

}  // namespace nnzip::mixer_reference
