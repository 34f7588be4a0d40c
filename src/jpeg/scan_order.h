// SPDX-License-Identifier: Apache-2.0
// The order of the blocks of a scan.
#pragma once

#include "jpeg/jpeg_frame.h"

namespace nnzip::jpeg {

// Calls block(part, index among all blocks) for each block and restart(number) between the
// intervals. Stops and returns false as soon as one of them does.
template <typename Block, typename Restart>
bool for_each_block(const Frame& frame, const Scan& scan, Block&& block, Restart&& restart) {
  const bool alone = scan.parts.size() == 1;
  const Component& first = *scan.parts[0].component;
  const std::size_t across = alone ? first.own_width : frame.mcus_across;
  const std::size_t down = alone ? first.own_height : frame.mcus_down;
  std::size_t coded = 0;
  for (std::size_t y = 0; y < down; ++y) {
    for (std::size_t x = 0; x < across; ++x, ++coded) {
      if (scan.restart_interval != 0 && coded != 0 && coded % scan.restart_interval == 0 &&
          !restart(coded / scan.restart_interval - 1)) {
        return false;
      }
      if (alone) {
        if (!block(0, first.first + y * first.width + x)) return false;
        continue;
      }
      for (std::size_t i = 0; i < scan.parts.size(); ++i) {
        const Component& part = *scan.parts[i].component;
        const auto h = static_cast<std::size_t>(part.across),
                   v = static_cast<std::size_t>(part.down);
        for (std::size_t k = 0; k < h * v; ++k) {
          const std::size_t row = y * v + k / h, column = x * h + k % h;
          if (!block(i, part.first + row * part.width + column)) return false;
        }
      }
    }
  }
  return true;
}

}  // namespace nnzip::jpeg
