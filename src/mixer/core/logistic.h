// SPDX-License-Identifier: Apache-2.0
// The logistic domain: logarithms of odds in 1/256 nat, and the tables between them and
// probabilities.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "mixer/core/mix_kernels.h"

namespace nnzip::mixer {

struct LogisticTables {
  LogisticTables();
  // Probability of a 1 in 1/65536, 1..65535, of logit i - kLogitLimit.
  std::array<std::uint16_t, 2 * kLogitLimit + 1> squash;
  // Logit of (i + 0.5) / 4096.
  std::array<std::int16_t, 4096> stretch;
  // 256 * ln(1 + i / 1024).
  std::array<std::int16_t, 1024> mantissa;
  // Step of a counter after n updates: 65536 / (n + 1.5).
  std::array<std::uint16_t, 1024> reciprocal;
};

extern const LogisticTables kTables;

inline std::int32_t clamp_logit(std::int32_t x) { return std::clamp(x, -kLogitLimit, kLogitLimit); }
inline std::int32_t squash(std::int32_t logit) { return kTables.squash[logit + kLogitLimit]; }
inline std::int32_t stretch(std::uint32_t p16) { return kTables.stretch[p16 >> 4]; }

// 256 * ln(n) for 1 <= n < 2^22, from the 10 bits below the highest one. 45426 / 256 = 256 ln 2.
inline std::int32_t logarithm(std::uint32_t n) {
  const int top = std::bit_width(n) - 1;
  const std::uint32_t mantissa = (n << (22 - top)) >> 12 & 1023;
  return ((top * 45426) >> 8) + kTables.mantissa[mantissa];
}

}  // namespace nnzip::mixer
