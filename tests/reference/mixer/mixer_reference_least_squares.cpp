// SPDX-License-Identifier: Apache-2.0
// Sums of products, and the weights that solve them in 128 bits.
#include "reference/mixer/mixer_reference_least_squares.h"

#include <algorithm>
#include <cstdlib>

#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {
namespace {

__extension__ using Wide = __int128;
__extension__ using Unsigned = unsigned __int128;
using Matrix = std::vector<std::vector<Wide>>;

constexpr Wide power(int exponent) { return static_cast<Wide>(Unsigned{1} << exponent); }

Wide bound(Wide x) { return std::clamp(x, -power(62), power(62)); }

int bits_of(Wide x) {
  int bits = 0;
  for (; x != 0; x >>= 1) ++bits;
  return bits;
}

// The sum of a product and a sum, mod 2^128.
Wide add_product(Wide sum, Wide a, Wide b) {
  return static_cast<Wide>(static_cast<Unsigned>(sum) +
                           static_cast<Unsigned>(a) * static_cast<Unsigned>(b));
}

}  // namespace

std::int64_t Stage::predict() const {
  std::uint32_t sum = 0;
  for (std::size_t j = 0; j < v_.size(); ++j) {
    sum += static_cast<std::uint32_t>(v_[j] * (w_[j] >> 15));
  }
  return static_cast<std::int32_t>(sum) >> 7;
}

void Stage::learn(int sign) {
  std::int64_t sum = 0;
  for (const std::int64_t v : v_) sum += std::abs(v);
  const std::int64_t step = rate_ / (sum / static_cast<std::int64_t>(v_.size()) + 1);
  for (std::size_t j = 0; j < v_.size(); ++j) {
    w_[j] = clamp(w_[j] + sign * step * v_[j], 32767 * 32768);
  }
}

void Stage::take_up(std::int64_t value) {
  v_.erase(v_.begin());
  v_.push_back(std::clamp<std::int64_t>((value + 128) >> 8, -32768, 32767));
}

LeastSquares::LeastSquares(std::size_t n, int memory, int interval)
    : n_(n),
      T_(3 * memory / 4),
      unit_(32 * 512 / std::max(memory, 512)),
      interval_(interval),
      weights_(n) {
  for (std::size_t i = 0; i <= n; ++i) S_.emplace_back(i + 1);
}

std::int64_t LeastSquares::predict(const std::vector<std::int64_t>& x) const {
  std::int64_t sum = 0;
  for (std::size_t j = 0; j < n_; ++j) sum += x[j] * weights_[j];
  return clamp(sum >> 24, 1 << 24);
}

void LeastSquares::learn(const std::vector<std::int64_t>& x) {
  for (std::size_t i = 0; i <= n_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) S_[i][j] += x[i] * x[j] * (unit_ + unit_ * age_ / T_);
  }
  if (++age_ == T_) {
    age_ = 0;
    for (auto& row : S_) {
      for (std::int64_t& sum : row) sum >>= 1;
    }
  }
  if (++values_ % interval_ == 0) solve();
}

void LeastSquares::solve() {
  const std::size_t n = n_;
  Wide m = 0;
  for (std::size_t i = 0; i <= n; ++i) m = std::max<Wide>(m, S_[i][i]);
  m += 1 << 21;
  const int h = 62 - bits_of(m);
  const auto A = [&](std::size_t i, std::size_t j) -> Wide {
    return i == j ? (Wide{S_[i][i]} + (1 << 21)) * power(h) + (1 << 26) : S_[i][j] * power(h);
  };
  std::vector<Wide> d(n), r(n), t(n), z(n);
  std::vector<int> c(n);
  Matrix U(n, d), L(n, d);
  for (std::size_t j = 0; j < n; ++j) {
    Wide sum = 0;
    for (std::size_t k = 0; k < j; ++k) sum = add_product(sum, U[j][k], L[j][k]);
    d[j] = std::max<Wide>(bound(A(j, j) - (sum >> 44)), 1 << 26);
    c[j] = bits_of(d[j]);
    r[j] = power(c[j] + 60) / d[j];
    for (std::size_t i = j + 1; i < n; ++i) {
      sum = 0;
      for (std::size_t k = 0; k < j; ++k) sum = add_product(sum, U[i][k], L[j][k]);
      U[i][j] = bound(A(i, j) - (sum >> 44));
      L[i][j] = bound((U[i][j] * r[j]) >> (c[j] + 16));
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    Wide sum = 0;
    for (std::size_t k = 0; k < i; ++k) sum = add_product(sum, L[i][k], t[k]);
    t[i] = bound(S_[n][i] * power(h) - (sum >> 44));
  }
  for (std::size_t i = n; i-- > 0;) {
    Wide sum = 0;
    for (std::size_t k = i + 1; k < n; ++k) sum = add_product(sum, L[k][i], z[k]);
    z[i] = bound(bound((t[i] * r[i]) >> (c[i] + 16)) - (sum >> 44));
    weights_[i] = clamp(static_cast<std::int64_t>((z[i] + (1 << 19)) >> 20), std::int64_t{1} << 34);
  }
}

}  // namespace nnzip::mixer_reference
