// SPDX-License-Identifier: Apache-2.0
// Candidates, weighed by how right they were nearby, then corrected by what they differ in.
#include "lean/pixel_guess.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace nnzip::lean {
namespace {

constexpr std::int32_t kMostTap = 4095, kMostError = 32767, kMostWeight = 1 << 24;

// 2^12 * 2^(-k / 4), rounded down.
constexpr std::array<std::int32_t, 48> kShares = [] {
  std::array<std::int32_t, 48> shares{};
  constexpr std::int32_t kQuarters[] = {4096, 3444, 2896, 2435};
  for (int k = 0; k < 48; ++k) shares[k] = kQuarters[k % 4] >> k / 4;
  return shares;
}();

// 8 times the logarithm, by straight lines between powers of two.
std::int32_t logarithm8(std::uint32_t n) {
  const int top = std::bit_width(n | 1) - 1;
  return static_cast<std::int32_t>(8 * top + ((n << 3 >> top) & 7));
}

std::int32_t median(std::int32_t w, std::int32_t n, std::int32_t nw) {
  return std::clamp(w + n - nw, std::min(w, n), std::max(w, n));
}

}  // namespace

PixelGuess::PixelGuess(const Layout& layout, std::size_t content_bytes)
    : layout_(layout),
      most_((1 << 8 * layout.number_bytes()) - 1),
      width_(layout.stride / layout.element),
      front_(2 * (std::size_t{layout.stride} + layout.element)),
      values_(front_ + content_bytes + 2),
      past_(front_ + content_bytes + 2),
      costs_((width_ + 4) * layout.channels) {}

std::uint64_t PixelGuess::memory_bytes(const Layout& layout, std::size_t content_bytes) {
  return 4 * (std::uint64_t{2} * (layout.stride + layout.element) + content_bytes) +
         16 * (std::uint64_t{layout.stride} + 4 * layout.channels) + sizeof(PixelGuess);
}

NumberPlace PixelGuess::place(std::size_t position) const {
  const auto offset = static_cast<std::uint32_t>(position % layout_.stride);
  if (offset >= width_ * layout_.element) return {0, 0, false};
  return {offset / layout_.element, offset % layout_.element / layout_.number_bytes(), true};
}

void PixelGuess::guess(std::size_t position, const NumberPlace& place) {
  at_ = front_ + position;
  place_ = place;
  errors_ = {};
  if (!place.plain) {
    value_ = values_[at_ - layout_.stride] & 255;
    fine_ = blended_ = 16 * value_;
    texture_ = activity_ = 0;
    return;
  }
  const std::size_t p = layout_.element, s = layout_.stride, b = layout_.number_bytes();
  const bool first = place.x == 0, last = place.x + 1 == width_;
  // Distances back; borders repeat what is above.
  const std::size_t left = first ? s : p, corner = first ? s : s + p, right = last ? s : s - p;
  const std::size_t far = place.x < 2 ? left : 2 * p;
  const auto number = [&](std::size_t back) { return std::int32_t{values_[at_ - back]}; };
  const std::int32_t W = number(left), N = number(s), NW = number(corner), NE = number(right),
                     WW = number(far), NN = number(2 * s);
  std::int32_t a = 0, w = W, n = N, nw = NW, ne = NE, ww = WW, nn = NN;
  if (place.channel > 0) {
    a = number(b);
    w -= number(left + b), n -= number(s + b), nw -= number(corner + b), ne -= number(right + b);
    ww -= number(far + b), nn -= number(2 * s + b);
  }
  const bool plain = place.channel == 0;
  candidates_ = {
      16 * (a + median(w, n, nw)),          16 * (a + w + n - nw),       16 * (a + w + ne - n),
      16 * a + 8 * (w + n) + 4 * (ne - nw), 16 * (a + 2 * n - nn),       16 * (a + 2 * w - ww),
      plain ? 16 * N : 16 * (W + N - NW),   plain ? 16 * W : 8 * (W + N)};
  for (std::int32_t& candidate : candidates_) candidate = std::clamp(candidate, 0, 16 * most_);
  cell_ = (place.x + 2) * layout_.channels + place.channel;
  blended_ = blend(candidates_, cell_);

  const auto error = [&](std::size_t back) { return std::int32_t{past_[at_ - back]}; };
  errors_ = {error(left), error(s), error(corner), error(right), error(far), plain ? 0 : error(b)};
  const std::int32_t second = place.channel < 2 ? 0 : error(2 * b);
  for (std::size_t i = 0; i < kCandidates; ++i) taps_[i] = candidates_[i] - blended_;
  taps_[8] = 4 * errors_[5];
  taps_[9] = 4 * second;
  std::int64_t sum = 0;
  energy_ = 256;
  const auto& weights = weights_[place.channel];
  for (std::size_t i = 0; i < kTaps; ++i) {
    taps_[i] = std::clamp(taps_[i], -kMostTap, kMostTap);
    sum += std::int64_t{taps_[i]} * weights[i];
    energy_ += std::int64_t{taps_[i]} * taps_[i];
  }
  fine_ = std::clamp(blended_ + static_cast<std::int32_t>(sum >> 20), 0, 16 * most_);
  value_ = std::min((fine_ + 8) >> 4, most_);
  texture_ = 0;
  for (const std::int32_t neighbour : {NN, WW, NE, NW, N, W}) {
    texture_ = 2 * texture_ + (16 * neighbour > fine_ ? 1 : 0);
  }
  activity_ = std::abs(W - NW) + std::abs(N - NW) + std::abs(N - NE);
}

std::int32_t PixelGuess::blend(const Candidates& candidates, std::size_t cell) const {
  const std::size_t c = layout_.channels;
  std::array<std::int32_t, kCandidates> logarithms;
  std::int32_t least = 1 << 30;
  for (std::size_t i = 0; i < kCandidates; ++i) {
    const std::uint32_t cost = 2u * costs_[cell - c][i] + 2u * costs_[cell][i] +
                               costs_[cell + c][i] + costs_[cell - 2 * c][i];
    logarithms[i] = logarithm8(cost + 4);
    least = std::min(least, logarithms[i]);
  }
  std::int64_t sum = 0, total = 0;
  for (std::size_t i = 0; i < kCandidates; ++i) {
    // By the inverse square of the cost.
    const std::int32_t share = kShares[std::min(logarithms[i] - least, 47)];
    sum += std::int64_t{share} * candidates[i];
    total += share;
  }
  return static_cast<std::int32_t>((sum + total / 2) / total);
}

void PixelGuess::learn(std::int32_t value) {
  values_[at_] = static_cast<std::uint16_t>(value);
  if (!place_.plain) return;
  past_[at_] =
      static_cast<std::int16_t>(std::clamp((16 * value - fine_) / 4, -kMostError, kMostError));
  for (std::size_t i = 0; i < kCandidates; ++i) {
    costs_[cell_][i] =
        static_cast<std::uint16_t>(std::min(std::abs(16 * value - candidates_[i]) >> 1, 65535));
  }
  auto& weights = weights_[place_.channel];
  std::int64_t& energy = energies_[place_.channel];
  const std::int32_t u = std::clamp(16 * value - fine_, -2000, 2000);
  const std::int64_t step = (std::int64_t{u} << 32) / (energy_ + (energy >> 3));
  for (std::size_t i = 0; i < kTaps; ++i) {
    weights[i] = static_cast<std::int32_t>(std::clamp<std::int64_t>(
        weights[i] + ((taps_[i] * step) >> 17), -kMostWeight, kMostWeight));
  }
  energy += (8 * energy_ - energy) >> 6;
}

}  // namespace nnzip::lean
