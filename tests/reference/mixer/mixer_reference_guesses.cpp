// SPDX-License-Identifier: Apache-2.0
// The sections Regression (its taps), Candidates, Errors, Corrections and Guesses.
#include <algorithm>
#include <cstdlib>

#include "reference/mixer/mixer_reference_images.h"

namespace nnzip {
namespace {

using mixer_reference::clamp;
using mixer_reference::energy;
using Int = std::int64_t;

Int lt(Int m) {
  const Int limited = std::min(std::abs(m), Int{1} << 20) + 2;
  return mixer_reference::limit_tap(mixer_reference::log(static_cast<std::uint32_t>(limited)) / 2 -
                                    150);
}

// 0, 1, 2 for numbers below, within and above -around..around.
std::size_t sign(Int v, Int around) { return v < -around ? 0 : v > around ? 2 : 1; }

}  // namespace

std::size_t ImageReference::tap_count(std::size_t c) const {
  return channels_ == 1 ? 11 : c == 0 ? 19 : 23;
}

void ImageReference::put_taps(Stream& s) const {
  const auto base = [&](std::size_t j) { return (s.around[W][j] + s.around[N][j]) >> 1; };
  const std::size_t n = tap_count(s.c);
  mixer_reference::Taps taps;
  const auto add = [&](Int value, std::size_t j) {
    taps.push_back(mixer_reference::limit_tap(value - base(j)));
  };
  for (const Neighbour i : {N, NW, NE, WW, NN, NNE, NWW, NEE, NNW, WWW, NNN}) {
    add(s.around[i][s.c], s.c);
  }
  for (std::size_t back = 1; back <= 2 && back <= s.c; ++back) {
    const std::size_t j = s.c - back;
    add(s.current[j], j);
    for (const Neighbour i : {N, NW, NE, WW}) add(s.around[i][j], j);
    if (back == 1) add(s.around[NN][j], j);
  }
  for (std::size_t j = s.c + 1; j < s.current.size(); ++j) {
    for (const Neighbour i : {N, NW, NE, WW}) add(s.around[i][j], j);
  }
  taps.resize(n + 1);
  s.taps = taps;
  s.base = base(s.c);
}

void ImageReference::put_candidates(Stream& s, Int l) const {
  const std::size_t c = s.c;
  const auto D = [&](Neighbour i) {
    return c > 0 ? s.around[i][c] - s.around[i][c - 1] : s.around[i][c];
  };
  const Int a = c > 0 ? s.current[c - 1] : 0;
  const Int w = D(W), n = D(N), nw = D(NW), ne = D(NE), ww = D(WW), nn = D(NN), nne = D(NNE);
  const Int plainW = s.around[W][c], plainN = s.around[N][c];
  auto& v = s.candidates;
  v[kLocal] = l;
  v[kWhole] = 16 * s.base + mixer_reference::predict(s.taps, regressions_[c].local.whole_weights);
  v[kMedian] = 16 * (a + std::clamp(w + n - nw, std::min(w, n), std::max(w, n)));
  v[kPlane] = 16 * (a + w + n - nw);
  v[kLeft] = 16 * (a + w);
  v[kAbove] = 16 * (a + n);
  v[kMean] = 16 * a + 8 * (w + n) + 4 * (ne - nw);
  v[kSlopeLeft] = 16 * (a + w + ne - n);
  v[kSlopeAbove] = 16 * (a + n + ne - nne);
  v[kAboveTwice] = 16 * (a + 2 * n - nn);
  v[kLeftTwice] = 16 * (a + 2 * w - ww);
  v[kPlainLeft] = 16 * plainW;
  v[kPlainAbove] = 16 * plainN;
  v[kPlainPlane] = 16 * (plainW + plainN - s.around[NW][c]);
  if (c == 0) {
    v[kOtherColour] = 8 * (plainW + s.around[NE][c]);
  } else {
    const std::size_t j = c == 1 ? 0 : c - 2;
    const Int base_j = (s.around[W][j] + s.around[N][j]) >> 1;
    v[kOtherColour] = 16 * (s.base + s.current[j] - base_j);
  }
  v[kLeftThrice] = 16 * (a + 3 * (w - ww) + D(WWW));
  v[kUpperRight] = 16 * (a + ne);
  v[kUpperLeft] = 16 * (a + nw);
}

struct ImageReference::Errors {
  Int W, N, NW, NE, WW, NN, NNE, NWW, NEE, WWW;
  Int colour, second, colourleft;
  Int nearby, withcolour, activity;
};

ImageReference::Errors ImageReference::errors(const Stream& s) const {
  const auto err = [&](Int d) {
    return d > 0 && s.number >= d ? errors_[static_cast<std::size_t>(s.number - d)] : 0;
  };
  const Int p = pixel_, stride = stride_, b = b_;
  Errors e{};
  e.W = err(p);
  e.N = err(stride);
  e.NW = err(stride + p);
  e.NE = err(stride - p);
  e.WW = err(2 * p);
  e.NN = err(2 * stride);
  e.NNE = err(2 * stride - p);
  e.NWW = err(stride + 2 * p);
  e.NEE = err(stride - 2 * p);
  e.WWW = err(3 * p);
  if (s.c > 0) {
    e.colour = s.errors[s.c - 1];
    e.second = s.c > 1 ? s.errors[s.c - 2] : e.colour;
    e.colourleft = err(p + b);
  }
  using std::abs;
  e.nearby = (2 * abs(e.W) + 2 * abs(e.N) + abs(e.NW) + abs(e.NE) + abs(e.WW) + abs(e.NN)) / 2;
  if (channels_ == 1) {
    e.withcolour = e.nearby;
  } else if (s.c > 0) {
    e.withcolour = (e.nearby + 4 * abs(e.colour) + 2 * abs(e.second)) / 2;
  } else {
    e.withcolour = (3 * e.nearby + 2 * abs(err(p - b)) + 2 * abs(err(stride - b))) / 4;
  }
  const auto at = [&](Neighbour i) { return s.around[i][s.c]; };
  e.activity =
      4 * (abs(at(Neighbour::W) - at(Neighbour::NW)) + abs(at(Neighbour::N) - at(Neighbour::NW)) +
           abs(at(Neighbour::N) - at(Neighbour::NE)) + abs(at(Neighbour::W) - at(Neighbour::WW)));
  return e;
}

unsigned ImageReference::likely_energy(Stream& s, const Errors& e) const {
  const auto at = [&](Neighbour i) { return s.around[i][s.c]; };
  s.energy_taps.clear();
  for (const Int m : {e.W, e.N, e.NW, e.NE, e.WW, e.NN, e.NEE, e.WWW, e.NNE, e.NWW}) {
    s.energy_taps.push_back(lt(m));
  }
  s.energy_taps.push_back(128);
  for (const Int m : {4 * (at(W) - at(NW)), 4 * (at(N) - at(NW)), 4 * (at(N) - at(NE)),
                      e.nearby / 4, e.activity / 4}) {
    s.energy_taps.push_back(lt(m));
  }
  s.energy_taps.push_back(s.c > 0 ? lt(e.colour) : 0);
  s.energy_taps.push_back(s.c > 0 ? lt(e.colourleft) : 0);
  s.energy_taps.push_back(s.c > 1 ? lt(e.second) : 0);
  const Int prediction = mixer_reference::predict(s.energy_taps, regressions_[s.c].energy.weights);
  s.energy_taps.push_back(0);  // the goal
  return static_cast<unsigned>(std::clamp<Int>((prediction / 8 + 300) / 177, 0, 23));
}

void ImageReference::put_corrections(Stream& s, Int l) {
  const Errors e = errors(s);
  s.texture = 0;
  const Neighbour order[] = {W, N, NW, NE, WW, NN};
  for (std::size_t i = 0; i < 6; ++i) {
    if (16 * s.around[order[i]][s.c] > l) s.texture |= std::size_t{1} << i;
  }
  const std::size_t E = energy(e.nearby);
  s.bias_x = (4 * s.texture + s.c) * 8 + E / 3;
  s.bias_y =
      (4 * (27 * sign(e.W, 4) + 9 * sign(e.N, 4) + 3 * sign(e.colour, 4) + sign(e.NE, 4)) + s.c) *
          6 +
      E / 4;
  const Int x = bias_x_[s.bias_x] >> 12, y = bias_y_[s.bias_y] >> 12;
  auto& v = s.candidates;
  v[kByTexture] = l + x;
  v[kByErrors] = l + y;
  v[kUnbiased] = l + (x + y) / 2;
  for (Int& candidate : v) candidate = std::clamp<Int>(candidate, 0, 16 * most_);

  const Channel& channel = regressions_[s.c];
  Int sum = 0;
  s.q = 256;
  for (const Candidate i : stacked_ones()) {
    s.d[i] = clamp(v[i] - v[kUnbiased], 4095);
    s.q += s.d[i] * s.d[i];
    sum += s.d[i] * channel.z[i];
  }
  v[kStacked] = std::clamp<Int>(v[kUnbiased] + clamp(sum >> 20, 16 * most_), 0, 16 * most_);
  s.likely = likely_energy(s, e);
  s.withcolour = e.withcolour;
  put_guesses(s, e);
}

void ImageReference::put_guesses(Stream& s, const Errors& e) const {
  const unsigned withcolour = energy(e.withcolour), activity = energy(e.activity);
  const auto& v = s.candidates;
  s.guesses = {
      {v[kStacked], s.likely},     {v[kStacked], withcolour},  {v[kUnbiased], energy(e.nearby)},
      {v[kLocal], activity},       {v[kWhole], s.likely},      {v[kPlane], s.likely},
      {v[kLeft], s.likely},        {v[kAbove], s.likely},      {v[kMean], s.likely},
      {v[kSlopeLeft], s.likely},   {v[kSlopeAbove], s.likely}, {v[kAboveTwice], activity},
      {v[kLeftTwice], activity},   {v[kPlainLeft], activity},  {v[kPlainAbove], activity},
      {v[kOtherColour], s.likely}, {v[kLeftThrice], s.likely}, {v[kUpperRight], s.likely},
      {v[kUpperLeft], s.likely},   {v[kPlainPlane], s.likely}};
  if (!large_) return;
  for (const Guess& guess : std::vector<Guess>{{v[kWideParity], s.likely},
                                               {v[kWideParity], withcolour},
                                               {v[kWideLast], s.likely},
                                               {v[kWideLocal], s.likely},
                                               {v[kWideLocal], withcolour},
                                               {v[kWideWhole], s.likely}}) {
    s.guesses.push_back(guess);
  }
}

std::vector<std::size_t> ImageReference::wide_others(std::size_t c) const {
  std::vector<std::size_t> others;
  const auto add = [&](Int j) {
    if (j >= 0 && j < channels_ && others.size() < 2) others.push_back(static_cast<std::size_t>(j));
  };
  for (const Int j : {-1, -2, 1, 2}) add(static_cast<Int>(c) + j);
  return others;
}

std::size_t ImageReference::wide_count(std::size_t c) const {
  std::size_t n = 11;
  for (const std::size_t j : wide_others(c)) n += j < c ? 12 : 11;
  return n;
}

// Less the mean of W and N, in halves for numbers of one byte.
ImageReference::Int ImageReference::wide_tap(const Stream& s, Int value, std::size_t j) const {
  const Int twice = 2 * value - s.around[W][j] - s.around[N][j];
  return mixer_reference::limit_tap(b_ == 1 ? twice : twice >> 1);
}

void ImageReference::put_wide(Stream& s) {
  mixer_reference::Taps taps;
  const auto add_around = [&](std::size_t j) {
    for (const Neighbour i : {N, NW, NE, WW, NN, NNE, NWW, NEE, NNW, WWW, NNN}) {
      taps.push_back(wide_tap(s, s.around[i][j], j));
    }
  };
  add_around(s.c);
  for (const std::size_t j : wide_others(s.c)) {
    if (j < s.c) taps.push_back(wide_tap(s, s.current[j], j));
    add_around(j);
  }
  Wide& wide = wide_[s.c];
  if (s.x % 8 == 0) s.wide_local[s.c] = wide.local.choose(s.x);
  s.parity = s.x % 2 + 2 * static_cast<std::size_t>(s.number / stride_ % 2);
  const auto predicted = [&](const mixer_reference::Weights& weights) {
    const Int p = mixer_reference::predict(taps, weights);
    return 8 * (s.around[W][s.c] + s.around[N][s.c]) + (b_ == 1 ? p >> 1 : p);
  };
  s.candidates[kWideParity] = predicted(wide.by_parity[s.parity].weights);
  s.candidates[kWideLast] = predicted(wide.last.weights);
  s.candidates[kWideLocal] = predicted(s.wide_local[s.c]);
  s.candidates[kWideWhole] = predicted(wide.local.whole_weights);
  taps.push_back(0);  // the goal
  s.wide_taps = taps;
}

std::vector<ImageReference::Candidate> ImageReference::stacked_ones() const {
  std::vector<Candidate> ones;
  for (int i = kLocal; i <= kUnbiased; ++i) ones.push_back(static_cast<Candidate>(i));
  if (large_) ones.insert(ones.end(), {kWideParity, kWideLast, kWideLocal, kWideWhole});
  return ones;
}

void ImageReference::begin_number(Stream& s) {
  mixer_reference::LocalRegression& local = regressions_[s.c].local;
  if (s.x % 8 == 0) s.local[s.c] = local.choose(s.x);
  put_taps(s);
  const Int l = 16 * s.base + mixer_reference::predict(s.taps, s.local[s.c]);
  put_candidates(s, l);
  if (large_) put_wide(s);
  put_corrections(s, l);
}

void ImageReference::begin_padding(Stream& s) {
  const Int above = s.number - stride_;
  const Int byte = above >= 0 ? content_[static_cast<std::size_t>(above)] : 0;
  s.guesses.assign(guess_count_, {16 * byte, 0});
  s.texture = 0;
  s.likely = 0;
  s.withcolour = 0;
  s.candidates[kStacked] = 16 * byte;
}

void ImageReference::end_number(Stream& s, Int v) {
  Channel& channel = regressions_[s.c];
  const Int error = clamp((16 * v - s.candidates[kUnbiased]) / 4, 32767);
  errors_[static_cast<std::size_t>(s.number)] = error;
  s.current[s.c] = v;
  s.errors[s.c] = error;
  s.taps.back() = mixer_reference::limit_tap(v - s.base);
  channel.local.learn(s.x, s.taps);
  s.energy_taps.back() = lt(error);
  channel.energy.learn(s.energy_taps);
  const Int off = std::clamp<Int>(16 * v - s.candidates[kLocal], -2048, 2047);
  for (Int* const bias : {&bias_x_[s.bias_x], &bias_y_[s.bias_y]}) {
    *bias += (4096 * off - *bias) >> 6;
  }
  const Int u = clamp(16 * v - s.candidates[kStacked], 2000);
  for (const Candidate i : stacked_ones()) {
    channel.z[i] =
        clamp(channel.z[i] + u * s.d[i] * (Int{1} << 17) / (s.q + (channel.Q >> 3)), Int{1} << 24);
  }
  channel.Q += (8 * s.q - channel.Q) >> 6;
  if (!large_) return;
  Wide& wide = wide_[s.c];
  s.wide_taps.back() = wide_tap(s, v, s.c);
  wide.by_parity[s.parity].learn(s.wide_taps);
  wide.last.learn(s.wide_taps);
  wide.local.learn(s.x, s.wide_taps);
}

}  // namespace nnzip
