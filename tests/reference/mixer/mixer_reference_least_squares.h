// SPDX-License-Identifier: Apache-2.0
// The sections A stage and Least squares of FILTERS.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nnzip::mixer_reference {

class Stage {
 public:
  Stage(std::size_t taps, std::int64_t rate) : rate_(rate), w_(taps), v_(taps) {}
  std::int64_t predict() const;
  void learn(int sign);
  void take_up(std::int64_t value);

 private:
  std::int64_t rate_;
  std::vector<std::int64_t> w_, v_;  // the oldest input first
};

class LeastSquares {
 public:
  LeastSquares(std::size_t n, int memory, int interval);
  // x: n inputs.
  std::int64_t predict(const std::vector<std::int64_t>& x) const;
  // x: the inputs and what came.
  void learn(const std::vector<std::int64_t>& x);

 private:
  void solve();

  std::size_t n_;
  int T_, unit_, interval_, age_ = 0, values_ = 0;
  std::vector<std::vector<std::int64_t>> S_;  // [i][j], j <= i <= n
  std::vector<std::int64_t> weights_;
};

}  // namespace nnzip::mixer_reference
