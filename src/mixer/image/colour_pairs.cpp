// SPDX-License-Identifier: Apache-2.0
// Counts of differences, times a logistic distribution around the best guess.
#include "mixer/image/colour_pairs.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "mixer/core/logistic.h"
#include "mixer/image/pixel_hash.h"

namespace nnzip::mixer {
namespace {

constexpr std::size_t kDifferences = 512;
constexpr int kLog2Rows = 12;  // of differences that are hashed
constexpr std::size_t kClasses = 8, kLogits = 48;
constexpr std::uint8_t kMostSeen = 255;
constexpr std::uint64_t kSeenWeight = 20;  // of what was seen once, against what never was
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

// Of a logistic distribution of a mean error, as guesses have energies, around the best guess.
Densities densities_of(const ImageNumber& number) {
  const std::int32_t energy = number.energy;
  const std::int64_t mean = std::int64_t{energy % 2 == 0 ? 76 : 108} << (energy / 2);  // in 1/256
  const std::int64_t scale = (std::int64_t{1} << 26) / mean;
  Densities densities;
  for (std::int32_t v = 0; v < 256; ++v) {
    const std::int64_t logit = ((std::abs(v * 16 - number.best) * scale) >> 14) * 355 >> 8;
    const auto p = static_cast<std::uint64_t>(
        squash(-static_cast<std::int32_t>(std::min<std::int64_t>(logit, kLogitLimit))));
    densities[static_cast<std::size_t>(v)] =
        static_cast<std::uint32_t>((p * (65536 - p) >> 16) + 1);
  }
  return densities;
}

}  // namespace

std::size_t DifferenceCounts::memory_bytes(std::size_t rows) {
  return rows * kDifferences + 8 * kClasses * kLogits * sizeof(Counter);
}

DifferenceCounts::DifferenceCounts(std::size_t rows)
    : counts_(rows * kDifferences), map_(first_map()) {}

void DifferenceCounts::begin(std::size_t row, std::int32_t reference, const Densities& densities) {
  row_ = counts_.data() + row * kDifferences;
  reference_ = reference;
  for (std::int32_t v = 0; v < 256; ++v) {
    const std::uint32_t seen = row_[difference(v, reference)];
    likely_[v + 1] = likely_[v] + densities[v] * (kSeenWeight * seen + 1);
    seen_[v + 1] = seen_[v] + seen;
  }
}

void DifferenceCounts::add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit) {
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

void DifferenceCounts::update(int bit) { map_[map_at_] = updated(map_[map_at_], bit, kMapLimit); }

void DifferenceCounts::learn(std::int32_t value) {
  if (++row_[difference(value, reference_)] < kMostSeen) return;
  for (std::size_t i = 0; i < kDifferences; ++i) {
    row_[i] = static_cast<std::uint8_t>((row_[i] + 1) / 2);
  }
}

std::size_t ColourPairs::memory_bytes(Effort effort) {
  const std::size_t further = effort == Effort::kLarge ? 2 * kFurther : 0;
  return DifferenceCounts::memory_bytes(kDifferences) +
         further * DifferenceCounts::memory_bytes(std::size_t{1} << kLog2Rows);
}

ColourPairs::ColourPairs(Effort effort) : pairs_(kDifferences) {
  if (effort != Effort::kLarge) return;
  for (std::size_t i = 0; i < 2 * kFurther; ++i) {
    further_.emplace_back(std::size_t{1} << kLog2Rows);
  }
}

void ColourPairs::begin(const ImageNumber& number) {
  const std::uint32_t c = number.place.channel;
  const bool second = c == 1 && !further_.empty() && !number.place.padding;
  paired_ = c == 2 && !number.place.padding;
  in_use_ = {};
  if (!paired_ && !second) return;
  const Densities densities = densities_of(number);
  if (paired_) {
    pairs_.begin(difference(number.current[0], number.current[1]), number.current[1], densities);
  }
  if (!further_.empty()) begin_further(number, densities);
}

// By the differences of the pixel to the left, and by where the best guess lies.
void ColourPairs::begin_further(const ImageNumber& number, const Densities& densities) {
  const std::uint32_t c = number.place.channel;
  const auto& around = number.around;
  const std::int32_t reference = number.current[c - 1];
  const std::int32_t known = c == 2 ? number.current[0] - number.current[1] : 0;
  const std::int32_t best = number.best - 16 * reference;
  const auto row = [&](std::int32_t a, std::int32_t b, std::int32_t d) {
    std::uint64_t hash = 0;
    for (const std::int32_t v : {a, b, d})
      hash = mixed(hash, static_cast<std::uint64_t>(v + 65536));
    return hash >> (64 - kLog2Rows);
  };
  in_use_ = std::span(further_).subspan((c - 1) * kFurther, kFurther);
  in_use_[0].begin(row(known, around[0][kW] - around[1][kW], around[2][kW] - around[1][kW]),
                   reference, densities);
  in_use_[1].begin(row(0, (best + 2) >> 2, 0), reference, densities);
  in_use_[2].begin(c == 1 ? row(0, (best + 8) >> 4, 0) : row(known, (best + 4) >> 3, 0), reference,
                   densities);
}

void ColourPairs::add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit) {
  inputs[0] = inputs[1] = 0;
  if (paired_) pairs_.add_inputs(inputs, partial, bit);
  if (further_.empty()) return;
  std::fill(inputs + kUsualInputs, inputs + kLargeInputs, std::int16_t{0});
  inputs += kUsualInputs;
  for (DifferenceCounts& counts : in_use_) {
    counts.add_inputs(inputs, partial, bit);
    inputs += 2;
  }
}

void ColourPairs::update(int bit) {
  if (paired_) pairs_.update(bit);
  for (DifferenceCounts& counts : in_use_) counts.update(bit);
}

void ColourPairs::learn(std::int32_t value) {
  if (paired_) pairs_.learn(value);
  for (DifferenceCounts& counts : in_use_) counts.learn(value);
}

}  // namespace nnzip::mixer
