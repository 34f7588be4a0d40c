// SPDX-License-Identifier: Apache-2.0
// Samples of one byte that are logarithms (G.711), in the order of the numbers they stand for.
#pragma once

#include <array>
#include <cstdint>

namespace nnzip::mixer {

struct Companding {
  explicit Companding(bool a_law);

  // Which bits of a byte behind the first one are inverted, by the first one, so that bytes grow
  // with their numbers.
  std::array<std::uint8_t, 2> inverted;
  std::array<std::int64_t, 256> level;   // of a byte so inverted
  std::array<std::int64_t, 257> bounds;  // between the level before and this one
};

}  // namespace nnzip::mixer
