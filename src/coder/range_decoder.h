// SPDX-License-Identifier: Apache-2.0
// The inverse of RangeEncoder. It cannot fail: damaged data give wrong symbols, which the caller's
// checksum finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "coder/distribution.h"

namespace nnzip {

class RangeDecoder {
 public:
  // data must outlive the decoder. Bytes past its end are zeros.
  // A well-formed stream is never read further than this past its end: FORMAT.md.
  static constexpr std::size_t kMaxPastEnd = 8;
  explicit RangeDecoder(std::span<const std::uint8_t> data) noexcept;

  std::uint8_t decode(const Distribution& distribution) noexcept;

  // Precondition: 1 <= one_probability <= 65535.
  bool decode_bit(std::uint32_t one_probability) noexcept {
    const auto bound = static_cast<std::uint32_t>((std::uint64_t{range_} * one_probability) >> 16);
    const bool bit = code_ < bound;
    take(bit ? 0 : bound, bit ? bound : range_);
    return bit;
  }

  // Whether so many zeros have been taken past the end that the data must be damaged.
  bool overrun() const noexcept { return overrun(data_, position_); }

  // After the last symbol: whether the data may be what an encoder made of the symbols. They have
  // no byte that was not looked at, and none at the end that it would have removed.
  bool ended_well() const noexcept { return ended_well(data_, position_); }

  // Bits that the symbols so far have cost, in 1/65536; what one symbol cost is a difference.
  std::int64_t cost() const noexcept;

  // Bytes taken so far, zeros past the end included.
  std::size_t taken() const noexcept { return position_; }

  // The same of a decoder that is on a device and has taken so many bytes.
  static bool overrun(std::span<const std::uint8_t> data, std::size_t taken) noexcept {
    return taken > data.size() + kMaxPastEnd;
  }
  static bool ended_well(std::span<const std::uint8_t> data, std::size_t taken) noexcept {
    return taken >= data.size() && !overrun(data, taken) &&
           (data.empty() || data.back() != 0 || taken == data.size() + kMaxPastEnd);
  }

 private:
  std::uint8_t next() noexcept {
    const std::size_t at = position_++;
    return at < data_.size() ? data_[at] : 0;
  }
  void take(std::uint32_t low, std::uint32_t high) noexcept {
    code_ -= low;
    range_ = high - low;
    for (; range_ < (std::uint32_t{1} << 24); range_ <<= 8) code_ = code_ << 8 | next();
  }

  std::span<const std::uint8_t> data_;
  std::size_t position_ = 0;  // what is taken next
  std::uint32_t code_ = 0;    // distance of the coded number from the low end of the range
  std::uint32_t range_ = 0xFFFFFFFF;
};

}  // namespace nnzip
