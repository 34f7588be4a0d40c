// SPDX-License-Identifier: Apache-2.0
// What a number of a pixel is expected to be, from the numbers around it: FILTERS.md, "Pixels".
#pragma once

#include <algorithm>
#include <cstdint>

namespace nnzip::filter {

// Numbers to the left, above, and above to the left.
struct PixelsAround {
  std::int32_t w = 0, n = 0, nw = 0;
};

// The second and third of three or four channels follow the one before; a single channel, and
// transparency, do not.
constexpr bool follows_channel_before(std::uint32_t channel, std::uint32_t channels) {
  return channels >= 3 && (channel == 1 || channel == 2);
}

constexpr std::int32_t predict_number(const PixelsAround& own) {
  return std::clamp(own.w + own.n - own.nw, std::min(own.w, own.n), std::max(own.w, own.n));
}

// Of a channel that follows. before: of the channel before, and its number in this pixel. most: the
// largest number.
constexpr std::int32_t predict_number(const PixelsAround& own, const PixelsAround& before,
                                      std::int32_t number_before, std::int32_t most) {
  const PixelsAround differences{own.w - before.w, own.n - before.n, own.nw - before.nw};
  return std::clamp(number_before + predict_number(differences), 0, most);
}

}  // namespace nnzip::filter
