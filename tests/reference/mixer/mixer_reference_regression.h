// SPDX-License-Identifier: Apache-2.0
// The section Regression of MIXING_IMAGES.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nnzip::mixer_reference {

using Taps = std::vector<std::int64_t>;  // the goal behind them
using Weights = std::vector<std::int64_t>;

// Sums of products: [i][j], j <= i <= n.
struct Products {
  explicit Products(std::size_t n);
  void add(const Taps& taps);
  std::int64_t at(std::size_t i, std::size_t j) const { return i < j ? sums[j][i] : sums[i][j]; }
  template <typename Operation>
  static Products combine(const Products& a, const Products& b, Operation&& operation) {
    Products result = a;
    for (std::size_t i = 0; i < a.sums.size(); ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        result.sums[i][j] = operation(a.sums[i][j], b.sums[i][j]);
      }
    }
    return result;
  }

  std::vector<std::vector<std::int64_t>> sums;
};

// 2T + h - 4 of the section Errors.
unsigned energy(std::int64_t m);

std::int64_t limit_tap(std::int64_t value);
std::int64_t predict(const Taps& taps, const Weights& weights);
void solve(const Products& products, Weights& weights, int ridge);

class WholeRegression {
 public:
  explicit WholeRegression(std::size_t n, int interval = 64, int memory = 6)
      : interval_(interval), memory_(memory), sums_(n), fresh_(n), weights(n) {}
  void learn(const Taps& taps);

 private:
  int interval_, memory_;
  Products sums_, fresh_;
  int numbers_ = 0;

 public:
  Weights weights;
};

// Of one channel.
class LocalRegression {
 public:
  LocalRegression(std::size_t n, std::size_t width);
  // The local weights of a stream that comes to column x.
  Weights choose(std::size_t x);
  void learn(std::size_t x, const Taps& taps) { cells_[cell(x)].add(taps); }

 private:
  std::size_t cell(std::size_t x) const { return x / 8 % cells_.size(); }

  std::vector<Products> cells_;
  Products whole_;
  int choices_ = 0;

 public:
  Weights whole_weights;
};

}  // namespace nnzip::mixer_reference
