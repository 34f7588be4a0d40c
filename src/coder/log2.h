// SPDX-License-Identifier: Apache-2.0
// Logarithms of whole numbers, the same on all machines.
#pragma once

#include <bit>
#include <cstdint>

namespace nnzip {

// Of base 2 in 1/65536, rounded down. Precondition: n >= 1.
constexpr std::int64_t log2_of(std::uint32_t n) noexcept {
  std::int64_t log = std::bit_width(n) - 1;
  std::uint64_t mantissa = std::uint64_t{n} << (31 - log);  // of 1 to 2, in 1/2^31
  for (int i = 0; i < 16; ++i) {
    mantissa = mantissa * mantissa >> 31;
    const std::uint64_t bit = mantissa >> 32;
    mantissa >>= bit;
    log = 2 * log + static_cast<std::int64_t>(bit);
  }
  return log;
}

}  // namespace nnzip
