// SPDX-License-Identifier: Apache-2.0
// Choices by chance that are the same on all machines: whole numbers alone.
#pragma once

#include <cstdint>
#include <span>

#include "coder/distribution.h"
#include "mixer/mixer.h"

namespace nnzip {

// SplitMix64 (Steele, Lea, Flood 2014): a counter and a mixing of its bits.
class RandomBits {
 public:
  explicit RandomBits(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  // 0 to n - 1, each as likely as the others but for 2^-32. Precondition: n < 2^32.
  std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>((next() >> 32) * n >> 32);
  }

 private:
  std::uint64_t state_;
};

// Chances raised to the power 1 / temperature, in logarithms of 16 bits behind the point.
class Temperature {
 public:
  // Throws Error(kInvalidArgument) unless it is 0.1 to 4.
  explicit Temperature(double temperature);
  bool is_one() const { return power_ == kOne; }
  // Of a chance out of `total`, in 1/2^32; 1 for what is next to nothing. Precondition: 1 <= chance
  // <= total < 2^32.
  std::uint64_t weight(std::uint32_t chance, std::uint32_t total) const;
  // Of a logarithm of base 2 below 0, in 1/65536.
  std::uint64_t weight_of_log(std::int64_t log) const;

 private:
  static constexpr std::int64_t kOne = 65536;
  std::int64_t power_;
};

struct ByteRange {
  std::uint8_t least = 0, most = 255;
};

// Draws what coders would decode.
class Chooser : public BitSource {
 public:
  Chooser(std::uint64_t seed, const Temperature& temperature)
      : random_(seed), temperature_(temperature) {}

  bool decode_bit(std::uint32_t one_probability) override;
  // One of the range, all others left out. Precondition: least <= most.
  std::uint8_t byte(const Distribution& distribution, ByteRange range = {});
  // A place among these, each as likely as its weight says. Precondition: at most 256 below 2^33.
  std::size_t among(std::span<const std::uint64_t> weights);

  const Temperature& temperature() const { return temperature_; }

 private:
  RandomBits random_;
  Temperature temperature_;
};

}  // namespace nnzip
