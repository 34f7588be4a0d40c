// SPDX-License-Identifier: Apache-2.0
// Normal equations in 64-bit fixed point, solved as L D L^T with sums of 128 bits.
#include "filter/least_squares.h"

#include <algorithm>
#include <array>
#include <bit>

#include "filter/sign_lms.h"

namespace nnzip::filter {
namespace {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

constexpr int kUnitBits = 44;                           // of L and of weights while solving
constexpr std::int64_t kBound = std::int64_t{1} << 62;  // of all stored numbers
constexpr std::int64_t kPivot = std::int64_t{1} << 26;  // least one; the largest are about 2^61
// Added to squares, more than the errors of rounding, so that the equations of channels that are
// equal have a solution.
constexpr std::int64_t kShiftedRidge = std::int64_t{1} << 26;
constexpr std::int64_t kImportance = 32;  // at first; twice that when all sums are halved
constexpr int kUsualMemory = 9;  // of longer ones importances are less, so that sums are not more
constexpr std::int64_t kRidge = std::int64_t{1}
                                << 21;  // added to squares: about .03 steps of 16 bits
constexpr int kWeightBits = 24;
constexpr std::int64_t kWeightLimit = std::int64_t{1} << 34;

std::int64_t bounded(Wide x) {
  return static_cast<std::int64_t>(std::clamp<Wide>(x, -kBound, kBound));
}

// Of n products, in 2^-44 of their unit. Sums of sensible numbers fit; others wrap, which makes a
// bad prediction and nothing worse.
Wide dot(const std::int64_t* a, const std::int64_t* b, int n, int step = 1) {
  UnsignedWide sum = 0;
  for (int k = 0; k < n; ++k)
    sum += static_cast<UnsignedWide>(static_cast<Wide>(a[k * step]) * b[k]);
  return static_cast<Wide>(sum) >> kUnitBits;
}

// dot() of four rows of the scratch, side by side, since each sum waits for its carries.
void dot4(const std::int64_t* a, const std::int64_t* b, int n, std::array<Wide, 4>& sums) {
  constexpr int kRow = LeastSquaresScratch::kMaxInputs;
  UnsignedWide s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (int k = 0; k < n; ++k) {
    const Wide factor = b[k];
    s0 += static_cast<UnsignedWide>(factor * a[k]);
    s1 += static_cast<UnsignedWide>(factor * a[k + kRow]);
    s2 += static_cast<UnsignedWide>(factor * a[k + 2 * kRow]);
    s3 += static_cast<UnsignedWide>(factor * a[k + 3 * kRow]);
  }
  std::size_t i = 0;
  for (const UnsignedWide sum : {s0, s1, s2, s3}) sums[i++] = static_cast<Wide>(sum) >> kUnitBits;
}

// 1 / pivot as a mantissa of 62 bits.
struct Reciprocal {
  explicit Reciprocal(std::int64_t pivot)
      : width(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(pivot)))),
        mantissa(static_cast<std::int64_t>((static_cast<Wide>(1) << (width + 60)) / pivot)) {}
  // x / pivot in 2^-44.
  std::int64_t times(std::int64_t x) const {
    return bounded((static_cast<Wide>(x) * mantissa) >> (width + 60 - kUnitBits));
  }
  int width;
  std::int64_t mantissa;
};

}  // namespace

LeastSquares::LeastSquares(int inputs, int log2_memory, int interval, const SampleKernels& kernels,
                           LeastSquaresScratch& scratch)
    : kernels_(&kernels),
      scratch_(&scratch),
      n_(inputs),
      stride_((inputs + 1 + 3) / 4 * 4),
      period_((3 << log2_memory) / 4),
      importance_(kImportance >> std::max(log2_memory - kUsualMemory, 0)),
      interval_(interval),
      memory_(static_cast<std::size_t>(stride_ * (inputs + 3))),
      inputs_(memory_.data()),
      weighted_(inputs_ + stride_),
      sums_(weighted_ + stride_),
      weights_(static_cast<std::size_t>(inputs)) {}

std::int32_t LeastSquares::predict() const {
  std::int64_t sum = 0;  // at most 33 * 2^34 * 2^23 < 2^63
  for (int i = 0; i < n_; ++i) sum += inputs_[i] * weights_[static_cast<std::size_t>(i)];
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(sum >> kWeightBits, -kAmplitudeLimit, kAmplitudeLimit));
}

void LeastSquares::update(std::int32_t value) {
  inputs_[n_] = value;
  // What comes before loses importance as what comes gains. Importances are small, so that products
  // are exact: rounding them would leave equations without a solution.
  const std::int64_t importance = importance_ + importance_ * age_ / period_;
  for (int i = 0; i <= n_; ++i) weighted_[i] = inputs_[i] * importance;
  // Products are below 2^46 importances, and these sum to less than 2^16: 2 * 48 * period.
  kernels_->accumulate(weighted_, inputs_, n_ + 1, stride_, sums_);
  if (++age_ == period_) {
    age_ = 0;
    for (int i = 0; i < stride_ * (n_ + 1); ++i) sums_[i] >>= 1;
  }
  if (++seen_ == interval_) {
    seen_ = 0;
    solve();
  }
}

void LeastSquares::solve() {
  std::int64_t largest = 0;
  for (int i = 0; i <= n_; ++i) largest = std::max(largest, sums_[i * stride_ + i]);
  const int shift =
      62 - static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largest + kRidge)));
  decompose(shift);
  substitute(shift);
}

// L and U, and the solution z of D z = L^-1 b in place of weights.
void LeastSquares::decompose(int shift) {
  LeastSquaresScratch& s = *scratch_;
  for (int j = 0; j < n_; ++j) {
    const std::int64_t* const column = sums_ + j;
    const Wide square =
        ((static_cast<Wide>(column[j * stride_]) + kRidge) << shift) + kShiftedRidge;
    const std::int64_t pivot = std::max(bounded(square - dot(s.scaled[j], s.unit[j], j)), kPivot);
    const Reciprocal reciprocal(pivot);
    int i = j + 1;
    for (; i + 4 <= n_; i += 4) {
      std::array<Wide, 4> drops;
      dot4(s.scaled[i], s.unit[j], j, drops);
      for (int k = 0; k < 4; ++k) {
        const Wide product = static_cast<Wide>(column[(i + k) * stride_]) << shift;
        s.scaled[i + k][j] = bounded(product - drops[static_cast<std::size_t>(k)]);
      }
    }
    for (; i < n_; ++i) {
      const Wide product = static_cast<Wide>(column[i * stride_]) << shift;
      s.scaled[i][j] = bounded(product - dot(s.scaled[i], s.unit[j], j));
    }
    for (i = j + 1; i < n_; ++i) s.unit[i][j] = reciprocal.times(s.scaled[i][j]);
    s.scaled[j][j] = pivot;
  }
}

void LeastSquares::substitute(int shift) {
  LeastSquaresScratch& s = *scratch_;
  const std::int64_t* const right = sums_ + n_ * stride_;
  std::int64_t* const t = s.weights;
  for (int i = 0; i < n_; ++i) {
    t[i] = bounded((static_cast<Wide>(right[i]) << shift) - dot(s.unit[i], t, i));
  }
  for (int i = n_ - 1; i >= 0; --i) {
    Wide w = Reciprocal(s.scaled[i][i]).times(t[i]);
    constexpr int kRow = LeastSquaresScratch::kMaxInputs;
    if (i + 1 < n_) w -= dot(&s.unit[i + 1][i], t + i + 1, n_ - 1 - i, kRow);
    t[i] = bounded(w);
  }
  constexpr int kDrop = kUnitBits - kWeightBits;
  for (int i = 0; i < n_; ++i) {
    weights_[static_cast<std::size_t>(i)] =
        std::clamp((t[i] + (std::int64_t{1} << (kDrop - 1))) >> kDrop, -kWeightLimit, kWeightLimit);
  }
}

}  // namespace nnzip::filter
