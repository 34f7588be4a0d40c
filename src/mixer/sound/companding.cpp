// SPDX-License-Identifier: Apache-2.0
// Steps that double from segment to segment.
#include "mixer/sound/companding.h"

namespace nnzip::mixer {
namespace {

constexpr int kHalf = 128;

// Numbers of 16 bits, of the magnitudes 0..127.
constexpr std::int64_t expand(bool a_law, int magnitude) {
  const int segment = magnitude >> 4, step = magnitude & 15;
  if (!a_law) return ((8 * step + 132) << segment) - 132;
  return segment == 0 ? 16 * step + 8 : (16 * step + 264) << (segment - 1);
}

}  // namespace

Companding::Companding(bool a_law) {
  if (a_law) {
    inverted = {0x2A, 0x55};
  } else {
    inverted = {0x00, 0x7F};
  }
  for (int i = 0; i < kHalf; ++i) {
    const std::int64_t x = expand(a_law, i) * 65536;
    level[static_cast<std::size_t>(kHalf + i)] = x;
    level[static_cast<std::size_t>(kHalf - 1 - i)] = -x;
  }
  constexpr std::int64_t kEnd = std::int64_t{1} << 31;
  bounds.front() = -kEnd;
  bounds.back() = kEnd;
  for (std::size_t i = 1; i < level.size(); ++i) bounds[i] = (level[i - 1] + level[i]) / 2;
}

}  // namespace nnzip::mixer
