// SPDX-License-Identifier: Apache-2.0
// Side information: how a block's content is laid out, as its encoder found and states it.
#pragma once

#include <cstdint>

namespace nnzip {

struct Layout {
  std::uint32_t stride = 0;       // bytes between the rows of a table or image: 0 (none) or
                                  // element + 1 .. 65535
  std::uint32_t element = 1;      // bytes of an element, 1..4
  std::uint32_t high_parity = 0;  // of the positions of high bytes, if elements have two: 0 or 1
  bool operator==(const Layout&) const = default;

  bool is_valid() const {
    const bool rows = stride == 0 || (stride > element && stride <= 65535);
    return rows && element >= 1 && element <= 4 && high_parity <= 1;
  }
};

}  // namespace nnzip
