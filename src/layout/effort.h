// SPDX-License-Identifier: Apache-2.0
// How many contexts predict the bytes of a block: an encoder's trade of time for size, which the
// block states.
#pragma once

#include <cstdint>

namespace nnzip {

// kSmall: of lean blocks alone, which have no large one.
enum class Effort : std::uint8_t { kSmall, kUsual, kLarge };

}  // namespace nnzip
