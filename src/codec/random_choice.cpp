// SPDX-License-Identifier: Apache-2.0
// Powers by logarithms: log2 bit by bit, 2^x by a table of square roots of one half.
#include "codec/random_choice.h"

#include <array>
#include <cmath>
#include <numeric>

#include "coder/log2.h"
#include "nnzip/error.hpp"

namespace nnzip {
namespace {

constexpr std::uint64_t kUnit = std::uint64_t{1} << 32;

constexpr std::uint64_t root_of(std::uint64_t n) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = kUnit >> 1; bit != 0; bit >>= 1) {
    if ((root | bit) * (root | bit) <= n) root |= bit;
  }
  return root;
}

// 2^(-1/2), 2^(-1/4), ... in 1/2^32, rounded down.
constexpr auto kRoots = [] {
  std::array<std::uint64_t, 16> roots{};
  std::uint64_t value = kUnit / 2;
  for (std::uint64_t& root : roots) root = value = root_of(value << 32);
  return roots;
}();

}  // namespace

std::uint64_t RandomBits::next() {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

Temperature::Temperature(double temperature) {
  if (!(temperature >= 0.1 && temperature <= 4)) {
    throw Error(ErrorCode::kInvalidArgument, "the temperature is not within 0.1 to 4.");
  }
  power_ = std::llround(static_cast<double>(kOne) / temperature);  // one division, one rounding
}

std::uint64_t Temperature::weight(std::uint32_t chance, std::uint32_t total) const {
  return weight_of_log(log2_of(chance) - log2_of(total));
}

std::uint64_t Temperature::weight_of_log(std::int64_t log) const {
  const auto fall = static_cast<std::uint64_t>(-log * power_ >> 16);
  if (fall >> 16 >= 32) return 1;
  std::uint64_t weight = kUnit;
  for (std::size_t i = 0; i < kRoots.size(); ++i) {
    if ((fall >> (15 - i) & 1) != 0) weight = weight * kRoots[i] >> 32;
  }
  return (weight >> (fall >> 16)) + 1;
}

bool Chooser::decode_bit(std::uint32_t one_probability) {
  constexpr std::uint32_t kTotal = 65536;
  if (temperature_.is_one()) return random_.below(kTotal) < one_probability;
  const std::array weights = {temperature_.weight(kTotal - one_probability, kTotal),
                              temperature_.weight(one_probability, kTotal)};
  return among(weights) == 1;
}

std::uint8_t Chooser::byte(const Distribution& distribution, ByteRange range) {
  std::array<std::uint64_t, 256> weights{};
  for (std::size_t i = range.least; i <= range.most; ++i) {
    const std::uint32_t width = distribution.cumulative[i + 1] - distribution.cumulative[i];
    weights[i] = temperature_.is_one() ? width : temperature_.weight(width, Distribution::kTotal);
  }
  return static_cast<std::uint8_t>(among(weights));
}

std::size_t Chooser::among(std::span<const std::uint64_t> weights) {
  const std::uint64_t sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  // The sum is below 2^41, and of the random number 23 bits are taken twice.
  std::uint64_t left =
      sum < kUnit ? random_.below(static_cast<std::uint32_t>(sum)) : random_.next() % sum;
  std::size_t at = 0;
  while (left >= weights[at]) left -= weights[at++];
  return at;
}

}  // namespace nnzip
