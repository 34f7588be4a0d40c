// SPDX-License-Identifier: Apache-2.0
// Finds the symbol that owns the coded number.
#include "coder/range_decoder.h"

#include "coder/log2.h"

namespace nnzip {

RangeDecoder::RangeDecoder(std::span<const std::uint8_t> data) noexcept : data_(data) {
  for (int i = 0; i < 4; ++i) code_ = code_ << 8 | next();
}

std::int64_t RangeDecoder::cost() const noexcept {
  return static_cast<std::int64_t>(position_) * (8 << 16) - log2_of(range_);
}

std::uint8_t RangeDecoder::decode(const Distribution& distribution) noexcept {
  const auto bound = [&](std::uint32_t cumulative) {
    return static_cast<std::uint32_t>((std::uint64_t{range_} * cumulative) >> Distribution::kBits);
  };
  // Invariant: bound(symbol) <= code_, and the next symbol to try is at most 255 whatever code_ is.
  std::uint32_t symbol = 0;
  for (std::uint32_t step = 128; step != 0; step >>= 1) {
    if (bound(distribution.cumulative[symbol + step]) <= code_) symbol += step;
  }
  take(bound(distribution.cumulative[symbol]), bound(distribution.cumulative[symbol + 1]));
  return static_cast<std::uint8_t>(symbol);
}

}  // namespace nnzip
