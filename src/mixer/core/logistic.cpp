// SPDX-License-Identifier: Apache-2.0
// Makes the tables by whole-number recurrences, so that they are equal everywhere.
#include "mixer/core/logistic.h"

namespace nnzip::mixer {

LogisticTables::LogisticTables() {
  // e[k] = 2^32 * exp(-k / 256), by repeated multiplication; 2139111403 = round(2^31 * exp(-1 /
  // 256)).
  std::uint64_t e = std::uint64_t{1} << 32;
  for (int k = 0; k <= kLogitLimit; ++k) {
    const std::uint64_t one = std::uint64_t{1} << 32;
    // 65536 / (1 + e), rounded.
    const std::uint64_t p = ((std::uint64_t{1} << 48) + (one + e) / 2) / (one + e);
    const auto bounded = static_cast<std::uint16_t>(std::min<std::uint64_t>(p, 65535));
    squash[kLogitLimit + k] = bounded;
    squash[kLogitLimit - k] = static_cast<std::uint16_t>(65536 - bounded);
    e = (e * 2139111403 + (std::uint64_t{1} << 30)) >> 31;
  }
  // The inverse: the first logit whose probability reaches the middle of the cell.
  int logit = -kLogitLimit;
  for (int i = 0; i < 4096; ++i) {
    while (logit < kLogitLimit && squash[logit + kLogitLimit] < i * 16 + 8) ++logit;
    stretch[i] = static_cast<std::int16_t>(logit);
  }
  // The largest k with exp(k / 256) <= 1 + i / 1024; 2155888661 = round(2^31 * exp(1 / 256)).
  std::uint64_t grown = std::uint64_t{1} << 30;  // 2^30 * exp(k / 256) before k = 0
  int k = 0;
  for (int i = 0; i < 1024; ++i) {
    const std::uint64_t target = (std::uint64_t{1024} + i) << 20;
    for (;;) {
      const std::uint64_t next = (grown * 2155888661 + (std::uint64_t{1} << 30)) >> 31;
      if (next > target) break;
      grown = next;
      ++k;
    }
    mantissa[i] = static_cast<std::int16_t>(k);
  }
  for (int n = 0; n < 1024; ++n) {
    reciprocal[n] = static_cast<std::uint16_t>(131072 / (2 * n + 3));
  }
}

const LogisticTables kTables;

}  // namespace nnzip::mixer
