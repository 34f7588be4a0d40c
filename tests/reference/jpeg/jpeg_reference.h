// SPDX-License-Identifier: Apache-2.0
// JPEG.md from its section Numbers on as plain code: how coefficients are coded. Slow, and sharing
// nothing with src/jpeg.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "coder/range_encoder.h"

namespace nnzip {

class JpegReference {
 public:
  using Int = std::int64_t;
  using Block = std::array<Int, 64>;  // at places 8 v + u
  struct Component {
    std::size_t h = 1, v = 1;          // sampling factors
    std::size_t across = 0, down = 0;  // blocks
    Block steps{};
    std::vector<Block> blocks;  // row by row
  };

  // The stream of all coefficients of files, each of them its components.
  static void encode(const std::vector<std::vector<Component>>& files, RangeEncoder& coder);
};

}  // namespace nnzip
