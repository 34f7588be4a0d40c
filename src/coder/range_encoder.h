// SPDX-License-Identifier: Apache-2.0
// Turns symbols and their distributions into bytes: a 32-bit range coder with carry, specified in
// src/container/FORMAT.md. It knows nothing of models.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "coder/distribution.h"

namespace nnzip {

class RangeEncoder {
 public:
  // One of 256 symbols; costs log2(kTotal / width) bits.
  void encode(const Distribution& distribution, std::uint8_t symbol) {
    encode({distribution.low(symbol), distribution.high(symbol)});
  }
  void encode(const Ends& ends) {
    narrow((std::uint64_t{range_} * ends.low) >> Distribution::kBits,
           (std::uint64_t{range_} * ends.high) >> Distribution::kBits);
  }

  // One bit; one_probability is the chance of a 1 in 1/65536.
  // Precondition: 1 <= one_probability <= 65535.
  void encode_bit(bool bit, std::uint32_t one_probability) {
    const std::uint64_t bound = (std::uint64_t{range_} * one_probability) >> 16;
    narrow(bit ? 0 : bound, bit ? bound : range_);
  }

  // The bits of a byte, the highest first, as encode_bit() takes them one by one.
  void encode_bits(std::uint8_t byte, std::span<const std::uint16_t, 8> one_probabilities) {
    std::uint32_t low = low_, range = range_;  // in registers: a byte that is stored may be any
    for (std::size_t i = 0; i < one_probabilities.size(); ++i) {
      const auto bound =
          static_cast<std::uint32_t>((std::uint64_t{range} * one_probabilities[i]) >> 16);
      // Without branches: bits are what cannot be foretold.
      const std::uint32_t one = 0u - (static_cast<std::uint32_t>(byte) >> (7 - i) & 1);
      const std::uint32_t skipped = bound & ~one;
      range = (bound & one) + ((range - bound) & ~one);
      low += skipped;
      if (low < skipped) [[unlikely]]
        carry();
      while (range < (std::uint32_t{1} << 24)) [[unlikely]] {
          out_.push_back(static_cast<std::uint8_t>(low >> 24));
          low <<= 8;
          range <<= 8;
        }
    }
    low_ = low;
    range_ = range;
  }

  // Takes over from an encoder elsewhere that began where this one stands: what it has written
  // since, whether a carry went beyond it, and where it stands now.
  void go_on(std::span<const std::uint8_t> written, bool carried, std::uint32_t low,
             std::uint32_t range);

  // Ends the stream and hands it over: the shortest byte string that decodes, some zeros being
  // implied past its end. The encoder is as new afterwards.
  Bytes finish();

  // Bytes written so far; finish() adds at most one.
  std::size_t size() const { return out_.size(); }

 private:
  // Takes the part [low, high) of the range. Precondition: low < high <= range_.
  void narrow(std::uint64_t low, std::uint64_t high) {
    const std::uint64_t sum = low_ + low;
    range_ = static_cast<std::uint32_t>(high - low);
    low_ = static_cast<std::uint32_t>(sum);
    if (sum >> 32 != 0) carry();
    for (; range_ < (std::uint32_t{1} << 24); range_ <<= 8) {
      out_.push_back(static_cast<std::uint8_t>(low_ >> 24));
      low_ <<= 8;
    }
  }
  void carry();

  Bytes out_;
  std::uint32_t low_ = 0;
  std::uint32_t range_ = 0xFFFFFFFF;  // at least 2^24 between symbols
};

}  // namespace nnzip
