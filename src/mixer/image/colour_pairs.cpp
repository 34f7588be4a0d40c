// SPDX-License-Identifier: Apache-2.0
// Counts of pairs, times a logistic distribution around the best guess.
#include "mixer/image/colour_pairs.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "mixer/core/logistic.h"

namespace nnzip::mixer {
namespace {

constexpr std::size_t kDifferences = 512;
constexpr std::size_t kClasses = 8, kLogits = 48;
constexpr std::uint8_t kMostSeen = 255;
constexpr std::uint64_t kSeenWeight = 20;  // of a pair that was seen once, against one never seen
constexpr std::uint32_t kMapLimit = 1023;

std::size_t difference(std::int32_t a, std::int32_t b) {
  return static_cast<std::size_t>(a - b) % kDifferences;
}

std::vector<Counter> first_map() {
  std::vector<Counter> map;
  for (std::size_t i = 0; i < 8 * kClasses * kLogits; ++i) {
    const auto logit = static_cast<std::int32_t>(i % kLogits) * 128 + 64 - 3072;
    map.push_back(make_counter(static_cast<std::uint32_t>(squash(logit)), 0));
  }
  return map;
}

// The density of a logistic distribution of a mean error, as guesses have energies, at a distance
// in 1/16.
std::uint64_t density(std::int64_t distance, std::int32_t energy) {
  const std::int64_t mean = std::int64_t{energy % 2 == 0 ? 76 : 108} << (energy / 2);  // in 1/256
  const std::int64_t scale = (std::int64_t{1} << 26) / mean;
  const std::int64_t logit = ((distance * scale) >> 14) * 355 >> 8;
  const auto p = static_cast<std::uint64_t>(
      squash(-static_cast<std::int32_t>(std::min<std::int64_t>(logit, kLogitLimit))));
  return (p * (65536 - p) >> 16) + 1;
}

}  // namespace

std::size_t ColourPairs::memory_bytes() {
  return kDifferences * kDifferences + 8 * kClasses * kLogits * sizeof(Counter);
}

ColourPairs::ColourPairs() : counts_(kDifferences * kDifferences), map_(first_map()) {}

std::uint8_t* ColourPairs::counts_of(const ImageNumber& number) {
  return counts_.data() + difference(number.current[0], number.current[1]) * kDifferences;
}

void ColourPairs::begin(const ImageNumber& number) {
  const std::uint8_t* const counts = counts_of(number);
  for (std::int32_t v = 0; v < 256; ++v) {
    const std::uint32_t seen = counts[difference(v, number.current[1])];
    likely_[v + 1] = likely_[v] + density(std::abs(v * 16 - number.best), number.energy) *
                                      (kSeenWeight * seen + 1);
    seen_[v + 1] = seen_[v] + seen;
  }
}

void ColourPairs::add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit) {
  const std::size_t half = std::size_t{128} >> bit, low = partial * 2 * half - 256;
  std::uint64_t below = likely_[low + half] - likely_[low];
  std::uint64_t above = likely_[low + 2 * half] - likely_[low + half];
  const int shift = std::max(static_cast<int>(std::bit_width(below | above)) - 22, 0);
  const auto log = [&](std::uint64_t n) {
    return logarithm(static_cast<std::uint32_t>(n >> shift | 1));
  };
  const std::int32_t logit = clamp_logit(log(above) - log(below));
  const std::uint32_t seen = seen_[low + 2 * half] - seen_[low];
  const std::size_t classed = std::min<std::size_t>(std::bit_width(seen), kClasses - 1);
  state_ = classed * 8 + static_cast<std::size_t>(bit);
  map_at_ = state_ * kLogits + static_cast<std::size_t>((logit + 3072) >> 7);
  inputs[0] = kTables.stretch[map_[map_at_] >> 20];
  inputs[1] = static_cast<std::int16_t>(logit);
}

void ColourPairs::update(int bit) { map_[map_at_] = updated(map_[map_at_], bit, kMapLimit); }

void ColourPairs::learn(const ImageNumber& number, std::int32_t value) {
  std::uint8_t* const counts = counts_of(number);
  std::uint8_t& count = counts[difference(value, number.current[1])];
  if (++count < kMostSeen) return;
  for (std::size_t i = 0; i < kDifferences; ++i) {
    counts[i] = static_cast<std::uint8_t>((counts[i] + 1) / 2);
  }
}

}  // namespace nnzip::mixer
