// SPDX-License-Identifier: Apache-2.0
// Sums over all brightnesses and differences that may be.
#include "mixer/image/colour_lattice.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <numeric>

#include "mixer/core/logistic.h"

namespace nnzip::mixer {
namespace {

constexpr int kReach = LatticePixel::kReach, kWindow = LatticePixel::kWindow;
constexpr std::int32_t kFarthest = 48;           // brightnesses from the expected one
constexpr std::int32_t kMostExpected = 1 << 14;  // in 1/16
constexpr std::size_t kParities = 4, kParts = 4, kCalms = 5;
constexpr Neighbour kOwnTaps[] = {kN, kNW, kNE, kWW, kNN, kNNE, kNWW, kNEE, kNNW, kWWW, kNNN};
constexpr Neighbour kOtherTaps[] = {kW, kN, kNW, kNE};
constexpr std::int32_t kTaps = 15;
constexpr Recall kRecall{32, 6};
constexpr std::uint16_t kStep = 32, kMostCounted = 4000;
constexpr std::size_t kLogits = 48, kTraced = 4096;
constexpr std::uint32_t kMapLimit = 1023;

// When rules are rated, and how many of 65536 pixels must come from one.
constexpr std::uint32_t kRated = 16, kChosen = 256;
constexpr std::int32_t kLeastRate = 28000, kChangeRate = 3000;

// Of a logistic distribution with that scale, at a distance in 1/16.
std::uint64_t density(std::int64_t distance, std::int64_t scale) {
  const std::int64_t logit = (((distance * scale) >> 14) * 355) >> 8;
  if (logit >= kLogitLimit) return 0;
  const auto p = static_cast<std::uint64_t>(squash(-static_cast<std::int32_t>(logit)));
  return p * (65536 - p) >> 16;
}

std::size_t calm_of(std::uint32_t off) {
  return off == 0 ? 0 : off == 1 ? 1 : off < 4 ? 2 : off < 8 ? 3 : 4;
}

std::vector<std::uint16_t> first_counts() {
  std::vector<std::uint16_t> counts;
  for (std::size_t row = 0; row < kParities * kParts * kCalms; ++row) {
    for (int off = -kReach; off <= kReach; ++off) {
      counts.push_back(static_cast<std::uint16_t>(2 + (128 >> std::min(std::abs(off), 7))));
    }
  }
  return counts;
}

std::vector<Counter> first_map() {
  std::vector<Counter> map;
  for (std::size_t i = 0; i < ColourLattice::kStates * kLogits; ++i) {
    const auto logit = static_cast<std::int32_t>(i % kLogits) * 128 + 64 - 3072;
    map.push_back(make_counter(static_cast<std::uint32_t>(squash(logit)), 0));
  }
  return map;
}

const ColourRule& rule_of(int rule) { return colour_rules()[static_cast<std::size_t>(rule)]; }
bool in_range(std::int32_t value) { return value >= 0 && value < 256; }

}  // namespace

std::size_t ColourLattice::memory_bytes(const Layout& layout, std::size_t content_bytes) {
  return 2 * (content_bytes / layout.element + 1) + kTraced * sizeof(Traced) +
         2 * kParities * WholeRegression::memory_bytes(kTaps) +
         sizeof(Counter) * kStates * kLogits + (std::size_t{32} << 10);  // the rest, generously
}

ColourLattice::ColourLattice(const ImagePlane& plane, std::size_t content_bytes)
    : plane_(plane), traced_(kTraced), rates_(colour_rules().size()), map_(first_map()) {
  for (std::size_t k = 0; k < 2; ++k) {
    counts_[k] = first_counts();
    off_[k].resize(content_bytes / plane.element() + 1);
    for (std::size_t i = 0; i < kParities; ++i) regressions_[k].emplace_back(kTaps, kRecall);
  }
}

Differences ColourLattice::trace(const Colours& colours) {
  const auto [r, g, b] = colours;
  Traced& t = traced_[static_cast<std::size_t>(r * 5 + g * 67 + b * 1031) % kTraced];
  if (t.rule != rule_ || t.colours != colours) {
    t = {colours, rule_, origin_of(rule_of(rule_), colours).differences};
  }
  return t.differences;
}

std::uint32_t ColourLattice::off_at(std::size_t position, std::size_t back, std::size_t k) const {
  return back <= position ? off_[k][(position - back) / plane_.element()] : 0;
}

// From the differences around.
void ColourLattice::expect(const PixelPlace& place, const Surroundings& around,
                           LatticePixel& pixel) {
  std::array<std::array<std::int32_t, kNeighbours>, 2> d;
  for (std::size_t i = 0; i < kNeighbours; ++i) {
    const Differences traced = trace({around[0][i], around[1][i], around[2][i]});
    d[0][i] = traced[0];
    d[1][i] = traced[1];
  }
  const std::size_t row = plane_.stride(), one = plane_.element();
  pixel.parity = (place.x & 1) + 2 * (place.pixel / row & 1);
  for (std::size_t k = 0; k < 2; ++k) {
    const auto &own = d[k], &other = d[1 - k];
    const std::int32_t sum = own[kW] + own[kN], other_sum = other[kW] + other[kN];
    Taps& taps = pixel.taps[k];
    taps.clear();
    for (const Neighbour i : kOwnTaps) taps.add(2 * own[i] - sum);
    for (const Neighbour i : kOtherTaps) taps.add(2 * other[i] - other_sum);
    const std::int32_t predicted = weighted(taps, regressions_[k][pixel.parity].weights()) >> 1;
    const std::int32_t expected =
        std::clamp(8 * sum + predicted + 8, -kMostExpected, kMostExpected);
    std::uint32_t off = 0;
    for (const std::size_t back : {one, row, 2 * one, 2 * row}) off += off_at(place.pixel, back, k);
    pixel.sums[k] = sum;
    pixel.first[k] = (expected >> 4) - kReach;
    const auto part = static_cast<std::size_t>(expected & 15) / 4;
    pixel.counts[k] = ((pixel.parity * kParts + part) * kCalms + calm_of(off)) * kWindow;
  }
}

// Brightnesses around the expected one, each with each of the first colour's differences.
void ColourLattice::weigh_first(const LatticePixel& pixel, Masses& masses) const {
  const ColourRule& rule = rule_of(pixel.rule);
  const std::int32_t middle = pixel.light / rule.brightness;
  const auto density_at = [&](std::int32_t y) {
    return density(std::abs(rule.light(y) - pixel.light) >> 12, pixel.scale);
  };
  std::int32_t least = middle, count = 0;
  while (least > middle - kFarthest && density_at(least - 1) > 0) --least;
  std::array<std::uint64_t, 2 * kFarthest> densities;
  while (least + count < middle + kFarthest) {
    const std::uint64_t p = density_at(least + count);
    if (p == 0 && least + count > middle) break;
    densities[static_cast<std::size_t>(count++)] = p;
  }
  for (std::int32_t i = 0; i < kWindow; ++i) {
    const std::uint64_t seen = counts_[0][pixel.counts[0] + static_cast<std::size_t>(i)];
    const std::int32_t rest = rule.rest(0, {pixel.first[0] + i, 0});
    for (std::int32_t j = 0; j < count; ++j) {
      const std::int32_t value = (rule.light(least + j) + rest) >> 16;
      if (!in_range(value)) continue;
      masses[static_cast<std::size_t>(value)] += densities[static_cast<std::size_t>(j)] * seen;
    }
  }
}

// Each of the first colour's differences says what the brightness is.
void ColourLattice::weigh_second(LatticePixel& pixel, std::int32_t first, Masses& masses) const {
  const ColourRule& rule = rule_of(pixel.rule);
  for (std::size_t i = 0; i < kWindow; ++i) {
    Differences d{pixel.first[0] + static_cast<std::int32_t>(i), pixel.first[1]};
    const auto brightness = rule.brightness_of(0, first, d);
    pixel.weights[i] = 0;
    if (!brightness) continue;
    const std::int32_t light = rule.light(*brightness);
    pixel.lights[i] = light;
    pixel.weights[i] = (density(std::abs(light - pixel.light) >> 12, pixel.scale) + 1) *
                       counts_[0][pixel.counts[0] + i];
    for (std::size_t j = 0; j < kWindow; ++j, ++d[1]) {
      const std::int32_t value = (light + rule.rest(1, d)) >> 16;
      if (in_range(value)) {
        masses[static_cast<std::size_t>(value)] +=
            pixel.weights[i] * counts_[1][pixel.counts[1] + j];
      }
    }
  }
}

void ColourLattice::weigh_third(const LatticePixel& pixel, std::int32_t second,
                                Masses& masses) const {
  const ColourRule& rule = rule_of(pixel.rule);
  for (std::size_t i = 0; i < kWindow; ++i) {
    if (pixel.weights[i] == 0) continue;
    Differences d{pixel.first[0] + static_cast<std::int32_t>(i), pixel.first[1]};
    const std::int32_t light = pixel.lights[i];
    for (std::size_t j = 0; j < kWindow; ++j, ++d[1]) {
      if ((light + rule.rest(1, d)) >> 16 != second) continue;
      const std::int32_t value = (light + rule.rest(2, d)) >> 16;
      if (in_range(value)) {
        masses[static_cast<std::size_t>(value)] +=
            pixel.weights[i] * counts_[1][pixel.counts[1] + j];
      }
    }
  }
}

// With a little of a distribution without a lattice.
void ColourLattice::sum_up(const Masses& masses, std::int32_t best, std::int64_t scale) {
  const std::uint64_t all = std::accumulate(masses.begin(), masses.end(), std::uint64_t{0});
  speaks_ = all > 0;
  if (!speaks_) return;
  const int shift = static_cast<int>(std::bit_width(all)) - 24;
  for (std::int32_t v = 0; v < 256; ++v) {
    const auto i = static_cast<std::size_t>(v);
    const std::uint64_t mass = shift >= 0 ? masses[i] >> shift : masses[i] << -shift;
    likely_[i + 1] = likely_[i] + mass + density(std::abs(v * 16 - best), scale) + 1;
  }
}

void ColourLattice::begin(const PixelPlace& place, const Surroundings& around, std::int32_t best,
                          std::int64_t scale, const std::array<std::int32_t, kMaxChannels>& current,
                          LatticePixel& pixel) {
  channel_ = place.channel;
  speaks_ = false;
  if (place.padding || channel_ > 2) return;
  if (channel_ == 0) {
    pixel.rule = rule_;
    pixel.speaks = rule_ >= 0;
    if (!pixel.speaks) return;
    expect(place, around, pixel);
    pixel.scale = scale;
    pixel.light = best * 4096 - rule_of(rule_).rest(0, {pixel.first[0] + kReach, 0});
  } else {
    // What was limited may come from much.
    const std::int32_t last = current[channel_ - 1];
    pixel.speaks = pixel.speaks && last > 0 && last < 255;
    if (!pixel.speaks) return;
  }
  Masses masses{};
  if (channel_ == 0) weigh_first(pixel, masses);
  if (channel_ == 1) weigh_second(pixel, current[0], masses);
  if (channel_ == 2) weigh_third(pixel, current[1], masses);
  sum_up(masses, best, scale);
}

void ColourLattice::add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit) {
  inputs[0] = inputs[1] = 0;
  if (!speaks_) return;
  const std::size_t half = std::size_t{128} >> bit, low = partial * 2 * half - 256;
  const std::uint64_t below = likely_[low + half] - likely_[low];
  const std::uint64_t above = likely_[low + 2 * half] - likely_[low + half];
  const int shift = std::max(static_cast<int>(std::bit_width(below | above)) - 22, 0);
  const auto log = [&](std::uint64_t n) {
    return logarithm(static_cast<std::uint32_t>(n >> shift | 1));
  };
  const std::int32_t logit = clamp_logit(log(above) - log(below));
  const int left = std::clamp((static_cast<int>(std::bit_width(below + above)) - 10) / 2, 0, 7);
  state_ = (static_cast<std::size_t>(left) * 3 + channel_) * 8 + static_cast<std::size_t>(bit);
  map_at_ = state_ * kLogits + static_cast<std::size_t>((logit + 3072) >> 7);
  inputs[0] = kTables.stretch[map_[map_at_] >> 20];
  inputs[1] = static_cast<std::int16_t>(logit);
}

void ColourLattice::update(int bit) {
  if (speaks_) map_[map_at_] = updated(map_[map_at_], bit, kMapLimit);
}

void ColourLattice::learn(const PixelPlace& place,
                          const std::array<std::int32_t, kMaxChannels>& current,
                          LatticePixel& pixel) {
  if (place.padding || place.channel != 2) return;
  const Colours colours{current[0], current[1], current[2]};
  if (pixel.rule >= 0) {
    const Differences d = origin_of(rule_of(pixel.rule), colours).differences;
    for (std::size_t k = 0; k < 2; ++k) count(d[k], k, place, pixel);
  }
  rate_rules(colours);
}

void ColourLattice::count(std::int32_t difference, std::size_t k, const PixelPlace& place,
                          LatticePixel& pixel) {
  const std::int32_t off = difference - pixel.first[k] - kReach;
  off_[k][place.pixel / plane_.element()] = static_cast<std::uint8_t>(std::min(std::abs(off), 15));
  pixel.taps[k].set_goal(2 * difference - pixel.sums[k]);
  regressions_[k][pixel.parity].learn(pixel.taps[k]);
  if (std::abs(off) > kReach) return;
  std::uint16_t* const counts = counts_[k].data() + pixel.counts[k];
  if ((counts[off + kReach] += kStep) <= kMostCounted) return;
  for (int i = 0; i < kWindow; ++i) counts[i] = static_cast<std::uint16_t>(counts[i] / 2 + 1);
}

// The one that most pixels of late come from.
void ColourLattice::rate_rules(const Colours& colours) {
  if (++seen_ % kRated != 0) return;
  const auto rules = colour_rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rates_[i] += ((origin_of(rules[i], colours).exact ? 65536 : 0) - rates_[i]) >> 6;
  }
  if (seen_ % kChosen != 0) return;
  std::int32_t most = kLeastRate;
  int best = -1;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::int32_t rate = rates_[i] + (static_cast<int>(i) == rule_ ? kChangeRate : 0);
    if (rate > most) {
      most = rate;
      best = static_cast<int>(i);
    }
  }
  rule_ = best;
}

}  // namespace nnzip::mixer
