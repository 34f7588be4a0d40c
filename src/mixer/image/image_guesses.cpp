// SPDX-License-Identifier: Apache-2.0
// From neighbours to guesses.
#include "mixer/image/image_guesses.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <span>

#include "mixer/core/logistic.h"

namespace nnzip::mixer {
namespace {

constexpr Neighbour kOwnTaps[] = {kN, kNW, kNE, kWW, kNN, kNNE, kNWW, kNEE, kNNW, kWWW, kNNN};
constexpr Neighbour kColourTaps[] = {kN, kNW, kNE, kWW, kNN};
constexpr std::int32_t kEnergyTaps = 19;
constexpr std::size_t kBiases = 2048;
constexpr std::int32_t kErrorLimit = 32767;
constexpr std::int32_t kDeviationLimit = 4095;

std::int32_t tap_count(std::uint32_t channels, std::uint32_t channel) {
  return channels == 1 ? 11 : channel == 0 ? 19 : 23;
}

std::uint32_t magnitude(std::int32_t v) { return static_cast<std::uint32_t>(std::abs(v)); }

std::int32_t median(std::int32_t w, std::int32_t n, std::int32_t nw) {
  return std::clamp(w + n - nw, std::min(w, n), std::max(w, n));
}

// Of a mean error in 1/16: twice the logarithm, with halves.
std::int32_t energy_of(std::uint32_t error) {
  const int top = static_cast<int>(std::bit_width(error | 1)) - 1;
  const auto half = static_cast<int>(top > 0 ? error >> (top - 1) & 1 : 0);
  return std::clamp(2 * top + half - 4, 0, kEnergies - 1);
}

// Of an error in 1/4, for the regression of errors: 128 to the factor e.
constexpr std::int32_t kLogOffset = 150;
std::int32_t log_tap(std::uint32_t error) {
  return logarithm(std::min(error, 1u << 20) + 2) / 2 - kLogOffset;
}

// 0, 1, 2 for errors below, about and above 0.
std::uint32_t sign(std::int32_t error, std::int32_t limit) {
  return error > limit ? 2 : error < -limit ? 0 : 1;
}

// The mean of W and N of a channel.
std::int32_t base_of(const std::array<std::int32_t, kNeighbours>& around) {
  return (around[kW] + around[kN]) >> 1;
}

}  // namespace

struct ImageGuesses::Errors {
  std::int32_t w, n, nw, ne, ww, nn, nne, nww, nee, www;
  std::int32_t colour, second;        // of the channels before, in this pixel
  std::int32_t colour_left;           // of the channel before, in the last pixel
  std::uint32_t nearby, with_colour;  // means of magnitudes, in 1/16
  std::uint32_t activity;             // mean difference of neighbours, in 1/16
};

std::size_t ImageGuesses::memory_bytes(const Layout& layout, std::size_t content_bytes,
                                       Effort effort) {
  constexpr std::int32_t kMostTaps = 23;
  return 4 * content_bytes +
         layout.channels *
             LocalRegression::memory_bytes(kMostTaps, layout.stride / layout.element) +
         (effort == Effort::kLarge ? WideRegressions::memory_bytes(layout) : 0) +
         (std::size_t{64} << 10);  // the rest, generously
}

ImageGuesses::ImageGuesses(const Layout& layout, std::size_t content_bytes, Effort effort)
    : plane_(layout, content_bytes),
      most_(layout.number_bytes() == 2 ? 65535 * 16 : 255 * 16),
      errors_(content_bytes) {
  for (std::uint32_t c = 0; c < layout.channels; ++c) {
    values_.emplace_back(tap_count(layout.channels, c), plane_.width());
    energies_.emplace_back(kEnergyTaps);
  }
  for (auto& biases : biases_) biases.resize(kBiases);
  if (effort == Effort::kLarge) wide_.emplace(plane_);
}

void ImageGuesses::begin(ImageNumber& number) {
  const PixelPlace& place = number.place;
  if (place.padding) {
    number.position = place.pixel;
    repeat_above(number);
    return;
  }
  number.position = place.pixel + place.channel * plane_.number_bytes();
  if (place.channel == 0) plane_.surround(place, number.around);
  LocalRegression& values = values_[place.channel];
  if (LocalRegression::begins_cell(place.x)) {
    values.choose(place.x, number.weights[place.channel]);
  }
  number.base = base_of(number.around[place.channel]);
  const Errors errors = errors_around(number);
  gather_taps(number);
  simple_candidates(number);
  corrected_candidates(number, errors);
  expect_energy(number, errors);
  select(number, errors);
}

ImageGuesses::Errors ImageGuesses::errors_around(const ImageNumber& number) const {
  const std::uint32_t c = number.place.channel;
  const auto& o = number.around[c];
  // Narrow rows have no pixels to the right. Left of a row is the end of the row before, which may
  // be known or not.
  const auto before = static_cast<std::int64_t>(number.position);
  const auto at = [&](std::int64_t back) -> std::int32_t {
    return back > 0 && back <= before ? errors_[number.position - back] : 0;
  };
  const std::int64_t pixel = plane_.element(), row = plane_.stride(), one = plane_.number_bytes();
  Errors e{};
  e.w = at(pixel);
  e.n = at(row);
  e.nw = at(row + pixel);
  e.ne = at(row - pixel);
  e.ww = at(2 * pixel);
  e.nn = at(2 * row);
  e.nne = at(2 * row - pixel);
  e.nww = at(row + 2 * pixel);
  e.nee = at(row - 2 * pixel);
  e.www = at(3 * pixel);
  e.nearby = (2 * magnitude(e.w) + 2 * magnitude(e.n) + magnitude(e.nw) + magnitude(e.ne) +
              magnitude(e.ww) + magnitude(e.nn)) /
             2;
  e.with_colour = e.nearby;
  if (c > 0) {
    e.colour = number.errors[c - 1];
    e.second = c > 1 ? number.errors[c - 2] : e.colour;
    e.colour_left = at(pixel + one);
    e.with_colour = (e.nearby + 4 * magnitude(e.colour) + 2 * magnitude(e.second)) / 2;
  } else if (plane_.channels() > 1) {
    e.with_colour =
        (3 * e.nearby + 2 * magnitude(at(pixel - one)) + 2 * magnitude(at(row - one))) / 4;
  }
  e.activity = 4 * (magnitude(o[kW] - o[kNW]) + magnitude(o[kN] - o[kNW]) +
                    magnitude(o[kN] - o[kNE]) + magnitude(o[kW] - o[kWW]));
  return e;
}

// Numbers of this channel and of the others, each less the mean of W and N of its channel.
void ImageGuesses::gather_taps(ImageNumber& number) const {
  const std::uint32_t c = number.place.channel;
  const std::int32_t count = tap_count(plane_.channels(), c);
  Taps& taps = number.taps;
  taps.clear();
  for (const Neighbour i : kOwnTaps) taps.add(number.around[c][i] - number.base);
  for (std::uint32_t k = 1; k <= std::min(c, 2u); ++k) {
    const auto& other = number.around[c - k];
    const std::int32_t base = base_of(other);
    taps.add(number.current[c - k] - base);
    for (const Neighbour i : std::span(kColourTaps).first(k == 1 ? 5 : 4))
      taps.add(other[i] - base);
  }
  for (std::uint32_t k = c + 1; k < plane_.channels(); ++k) {
    const std::int32_t base = base_of(number.around[k]);
    for (const Neighbour i : std::span(kColourTaps).first(4)) {
      if (taps.count < count) taps.add(number.around[k][i] - base);
    }
  }
  while (taps.count < count) taps.add(0);
}

// Of the differences to the channel before, if there is one.
void ImageGuesses::simple_candidates(ImageNumber& number) const {
  const std::uint32_t c = number.place.channel;
  const auto& o = number.around[c];
  std::array<std::int32_t, kNeighbours> d = o;
  std::int32_t add = 0;
  if (c > 0) {
    for (int i = 0; i < kNeighbours; ++i) d[i] -= number.around[c - 1][i];
    add = number.current[c - 1];
  }
  const std::uint32_t other = c > 1 ? c - 2 : 0;
  auto& out = number.candidates;
  out[kMedian] = (add + median(d[kW], d[kN], d[kNW])) * 16;
  out[kPlane] = (add + d[kW] + d[kN] - d[kNW]) * 16;
  out[kLeft] = (add + d[kW]) * 16;
  out[kAbove] = (add + d[kN]) * 16;
  out[kMean] = add * 16 + (d[kW] + d[kN]) * 8 + (d[kNE] - d[kNW]) * 4;
  out[kSlopeLeft] = (add + d[kW] + d[kNE] - d[kN]) * 16;
  out[kSlopeAbove] = (add + d[kN] + d[kNE] - d[kNNE]) * 16;
  out[kAboveTwice] = (add + 2 * d[kN] - d[kNN]) * 16;
  out[kLeftTwice] = (add + 2 * d[kW] - d[kWW]) * 16;
  out[kPlainLeft] = o[kW] * 16;
  out[kPlainAbove] = o[kN] * 16;
  out[kPlainPlane] = (o[kW] + o[kN] - o[kNW]) * 16;
  out[kOtherColour] =
      c > 0 ? (number.base + number.current[other] - base_of(number.around[other])) * 16
            : (o[kW] + o[kNE]) * 8;
  out[kLeftThrice] = (add + 3 * (d[kW] - d[kWW]) + d[kWWW]) * 16;
  out[kUpperRight] = (add + d[kNE]) * 16;
  out[kUpperLeft] = (add + d[kNW]) * 16;
  for (std::int32_t& candidate : out) candidate = std::clamp(candidate, 0, most_);
}

void ImageGuesses::corrected_candidates(ImageNumber& number, const Errors& e) {
  const std::uint32_t c = number.place.channel;
  const auto& o = number.around[c];
  auto& out = number.candidates;
  const auto bounded = [&](std::int32_t value) { return std::clamp(value, 0, most_); };
  const std::int32_t local = number.base * 16 + weighted(number.taps, number.weights[c]);
  out[kLocal] = bounded(local);
  out[kWhole] = bounded(number.base * 16 + weighted(number.taps, values_[c].whole()));

  number.texture = 0;
  for (const Neighbour i : {kNN, kWW, kNE, kNW, kN, kW}) {
    number.texture = number.texture << 1 | (o[i] * 16 > local ? 1 : 0);
  }
  const auto energy = static_cast<std::uint32_t>(energy_of(e.nearby));
  const std::uint32_t signs =
      ((sign(e.w, 4) * 3 + sign(e.n, 4)) * 3 + sign(e.colour, 4)) * 3 + sign(e.ne, 4);
  number.bias_contexts = {(number.texture * 4 + c) * 8 + energy / 3,
                          (signs * 4 + c) * 6 + energy / 4};
  const std::int32_t by_texture = biases_[0][number.bias_contexts[0]] >> 12;
  const std::int32_t by_errors = biases_[1][number.bias_contexts[1]] >> 12;
  out[kByTexture] = bounded(local + by_texture);
  out[kByErrors] = bounded(local + by_errors);
  out[kUnbiased] = bounded(local + (by_texture + by_errors) / 2);

  if (!wide_) return stack<kWideParity>(number);
  const auto wide = wide_->begin(number.place, number.around, number.current, number.wide);
  for (int i = 0; i < kWideGuesses; ++i) out[kWideParity + i] = bounded(wide[i]);
  stack<kStacked>(number);
}

// Of the candidates before kCount.
template <int kCount>
void ImageGuesses::stack(ImageNumber& number) const {
  auto& out = number.candidates;
  const auto& weights = stacking_[number.place.channel];
  std::int64_t sum = 0;
  number.square = 256;
  for (int i = 0; i < kCount; ++i) {
    const std::int32_t d = std::clamp(out[i] - out[kUnbiased], -kDeviationLimit, kDeviationLimit);
    number.deviations[i] = d;
    number.square += d * d;
    sum += std::int64_t{d} * weights[i];
  }
  const auto step = static_cast<std::int32_t>(std::clamp<std::int64_t>(sum >> 20, -most_, most_));
  number.best = out[kStacked] = std::clamp(out[kUnbiased] + step, 0, most_);
}

// By regression of the logarithm of an error on those of what is known.
void ImageGuesses::expect_energy(ImageNumber& number, const Errors& e) {
  const std::uint32_t c = number.place.channel;
  const auto& o = number.around[c];
  Taps& taps = number.energy_taps;
  taps.clear();
  for (const std::int32_t v : {e.w, e.n, e.nw, e.ne, e.ww, e.nn, e.nee, e.www, e.nne, e.nww}) {
    taps.add(log_tap(magnitude(v)));
  }
  taps.add(128);
  taps.add(log_tap(4 * magnitude(o[kW] - o[kNW])));
  taps.add(log_tap(4 * magnitude(o[kN] - o[kNW])));
  taps.add(log_tap(4 * magnitude(o[kN] - o[kNE])));
  taps.add(log_tap(e.nearby / 4));
  taps.add(log_tap(e.activity / 4));
  taps.add(c > 0 ? log_tap(magnitude(e.colour)) : 0);
  taps.add(c > 0 ? log_tap(magnitude(e.colour_left)) : 0);
  taps.add(c > 1 ? log_tap(magnitude(e.second)) : 0);
  // 256 ln 2 / 2 = 177 a half octave.
  const std::int32_t logarithm = weighted(taps, energies_[c].weights()) / 8 + 2 * kLogOffset;
  number.energy = std::clamp(logarithm / 177, 0, kEnergies - 1);
  number.nearby = energy_of(e.with_colour);
}

void ImageGuesses::select(ImageNumber& number, const Errors& e) const {
  const std::int32_t likely = number.energy, colour = number.nearby;
  const std::int32_t nearby = energy_of(e.nearby), activity = energy_of(e.activity);
  const struct {
    Candidate candidate;
    std::int32_t energy;
  } choice[kLargeGuesses] = {
      {kStacked, likely},     {kStacked, colour},     {kUnbiased, nearby},
      {kLocal, activity},     {kWhole, likely},       {kPlane, likely},
      {kLeft, likely},        {kAbove, likely},       {kMean, likely},
      {kSlopeLeft, likely},   {kSlopeAbove, likely},  {kAboveTwice, activity},
      {kLeftTwice, activity}, {kPlainLeft, activity}, {kPlainAbove, activity},
      {kOtherColour, likely}, {kLeftThrice, likely},  {kUpperRight, likely},
      {kUpperLeft, likely},   {kPlainPlane, likely},  {kWideParity, likely},
      {kWideParity, colour},  {kWideLast, likely},    {kWideLocal, likely},
      {kWideLocal, colour},   {kWideWhole, likely}};
  const int count = wide_ ? kLargeGuesses : kUsualGuesses;
  for (int i = 0; i < count; ++i) {
    number.guesses[i] = {number.candidates[choice[i].candidate], choice[i].energy};
  }
}

// Of a byte of padding: it is what it is in the row above.
void ImageGuesses::repeat_above(ImageNumber& number) const {
  const bool known = number.position >= plane_.stride();
  const std::int32_t above = known ? plane_.number(number.position - plane_.stride()) * 16 : 0;
  for (Guess& guess : number.guesses) guess = {above, 0};
  number.best = above;
  number.energy = number.nearby = 0;
  number.texture = 0;
}

void ImageGuesses::learn(ImageNumber& number, std::int32_t value) {
  plane_.set_number(number.position, static_cast<std::uint16_t>(value));
  if (number.place.padding) return;
  const std::uint32_t c = number.place.channel;
  number.current[c] = value;
  const std::int32_t error =
      std::clamp((value * 16 - number.candidates[kUnbiased]) / 4, -kErrorLimit, kErrorLimit);
  errors_[number.position] = static_cast<std::int16_t>(error);
  number.errors[c] = error;

  number.taps.set_goal(value - number.base);
  values_[c].learn(number.place.x, number.taps);
  number.energy_taps.set_goal(log_tap(magnitude(error)));
  energies_[c].learn(number.energy_taps);
  const std::int32_t raw = std::clamp(value * 16 - number.candidates[kLocal], -2048, 2047);
  for (std::size_t i = 0; i < biases_.size(); ++i) {
    std::int32_t& bias = biases_[i][number.bias_contexts[i]];
    bias += (raw * 4096 - bias) >> 6;
  }
  if (!wide_) return learn_stack<kWideParity>(number, value);
  learn_stack<kStacked>(number, value);
  wide_->learn(number.place, number.around, value, number.wide);
}

template <int kCount>
void ImageGuesses::learn_stack(ImageNumber& number, std::int32_t value) {
  const std::uint32_t c = number.place.channel;
  const std::int64_t left = std::clamp(value * 16 - number.best, -2000, 2000);
  const std::int64_t norm = number.square + (usual_square_[c] >> 3);
  for (int i = 0; i < kCount; ++i) {
    std::int32_t& weight = stacking_[c][i];
    weight += static_cast<std::int32_t>(left * number.deviations[i] * (1 << 17) / norm);
    weight = std::clamp(weight, -(1 << 24), 1 << 24);
  }
  usual_square_[c] += (8 * number.square - usual_square_[c]) >> 6;
}

}  // namespace nnzip::mixer
