// SPDX-License-Identifier: Apache-2.0
// The rare parts of the range encoder: carries and the end of a stream.
#include "coder/range_encoder.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace nnzip {
namespace {

// Zeros at the end are removed only as far as a decoder still notices that a stream is damaged. It
// takes 4 bytes more than are shifted out here, and kMaxPastEnd (8) of them may be missing.
constexpr std::size_t kMaxRemoved = 4;

}  // namespace

// The coded number stays below the initial range, so a carry always ends inside out_. Each byte
// that it passes becomes 0 and must fill up again first: the cost is constant on average.
void RangeEncoder::carry() {
  for (std::size_t i = out_.size(); i-- > 0;) {
    if (++out_[i] != 0) return;
  }
}

void RangeEncoder::go_on(std::span<const std::uint8_t> written, bool carried, std::uint32_t low,
                         std::uint32_t range) {
  if (carried) carry();
  out_.insert(out_.end(), written.begin(), written.end());
  low_ = low;
  range_ = range;
}

Bytes RangeEncoder::finish() {
  const std::size_t least = std::max(out_.size(), kMaxRemoved) - kMaxRemoved;
  // Any number of [low, low + range) ends the stream. A multiple of 2^32, if there is one, needs no
  // further byte; range is at least 2^24, so a multiple of 2^24 always exists and needs one.
  const std::uint64_t end = std::uint64_t{low_} + range_;
  if (low_ != 0) {
    constexpr std::uint64_t kWhole = std::uint64_t{1} << 32;
    const std::uint64_t step = end > kWhole ? kWhole : std::uint64_t{1} << 24;
    const std::uint64_t value = (low_ + step - 1) / step * step;
    if (value >= kWhole) carry();
    out_.push_back(static_cast<std::uint8_t>(value >> 24));
  }
  while (out_.size() > least && out_.back() == 0) out_.pop_back();
  low_ = 0;
  range_ = 0xFFFFFFFF;
  return std::exchange(out_, {});
}

}  // namespace nnzip
