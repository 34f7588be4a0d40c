// SPDX-License-Identifier: Apache-2.0
// Chroma of half the resolution is interpolated: where it is new depends on the parity.
#include "mixer/image/wide_regressions.h"

namespace nnzip::mixer {
namespace {

constexpr Neighbour kTaps[] = {kN, kNW, kNE, kWW, kNN, kNNE, kNWW, kNEE, kNNW, kWWW, kNNN};
constexpr std::int32_t kOwn = 11;
constexpr std::size_t kParities = 4;

// The two channels that the taps of one see beside its own; -1 for none.
std::array<std::int32_t, 2> others(std::uint32_t channels, std::uint32_t channel) {
  const auto n = static_cast<std::int32_t>(channels), c = static_cast<std::int32_t>(channel);
  std::array<std::int32_t, 2> two{-1, -1};
  std::size_t count = 0;
  for (const std::int32_t j : {c - 1, c - 2, c + 1, c + 2}) {
    if (count < 2 && j >= 0 && j < n) two[count++] = j;
  }
  return two;
}

std::int32_t tap_count(std::uint32_t channels, std::uint32_t channel) {
  std::int32_t count = kOwn;
  for (const std::int32_t j : others(channels, channel)) {
    if (j >= 0) count += kOwn + (j < static_cast<std::int32_t>(channel) ? 1 : 0);
  }
  return count;
}

}  // namespace

std::size_t WideRegressions::memory_bytes(const Layout& layout) {
  constexpr std::int32_t kMost = 3 * kOwn + 2;
  return layout.channels * ((kParities + 1) * WholeRegression::memory_bytes(kMost) +
                            LocalRegression::memory_bytes(kMost, layout.stride / layout.element));
}

WideRegressions::WideRegressions(const ImagePlane& plane)
    : plane_(plane), dropped_(plane.number_bytes() == 2 ? 1 : 0) {
  for (std::uint32_t c = 0; c < plane.channels(); ++c) {
    const std::int32_t taps = tap_count(plane.channels(), c);
    for (std::size_t i = 0; i < kParities; ++i) by_parity_.emplace_back(taps);
    last_.emplace_back(taps, kShortRecall);
    local_.emplace_back(taps, plane.width());
  }
}

// Less the mean of W and N.
std::int32_t WideRegressions::tap(std::int32_t value,
                                  const std::array<std::int32_t, kNeighbours>& around) const {
  return (2 * value - around[kW] - around[kN]) >> dropped_;
}

std::array<std::int32_t, kWideGuesses> WideRegressions::begin(
    const PixelPlace& place, const Surroundings& around,
    const std::array<std::int32_t, kMaxChannels>& current, WideNumber& number) {
  const std::uint32_t c = place.channel;
  Taps& taps = number.taps;
  taps.clear();
  const auto add = [&](const std::array<std::int32_t, kNeighbours>& of) {
    for (const Neighbour i : kTaps) taps.add(tap(of[i], of));
  };
  add(around[c]);
  for (const std::int32_t other : others(plane_.channels(), c)) {
    if (other < 0) continue;
    const auto j = static_cast<std::size_t>(other);
    if (j < c) taps.add(tap(current[j], around[j]));
    add(around[j]);
  }
  number.parity = kParities * c + (place.x & 1) + 2 * (place.pixel / plane_.stride() & 1);
  TapWeights& local = number.weights[c];
  if (LocalRegression::begins_cell(place.x)) local_[c].choose(place.x, local);
  const std::int32_t base = 8 * (around[c][kW] + around[c][kN]);
  const auto predicted = [&](const TapWeights& weights) {
    return base + (weighted(taps, weights) >> (1 - dropped_));
  };
  return {predicted(by_parity_[number.parity].weights()), predicted(last_[c].weights()),
          predicted(local), predicted(local_[c].whole())};
}

void WideRegressions::learn(const PixelPlace& place, const Surroundings& around, std::int32_t value,
                            WideNumber& number) {
  const std::uint32_t c = place.channel;
  number.taps.set_goal(tap(value, around[c]));
  by_parity_[number.parity].learn(number.taps);
  last_[c].learn(number.taps);
  local_[c].learn(place.x, number.taps);
}

}  // namespace nnzip::mixer
