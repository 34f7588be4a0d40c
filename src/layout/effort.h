// SPDX-License-Identifier: Apache-2.0
// How many contexts predict the bytes of a block: an encoder's trade of time for size, which the
// block states.
#pragma once

#include <cstdint>

namespace nnzip {

// In the order of the numbers that FORMAT.md gives them.
enum class Effort : std::uint8_t { kSmall, kUsual, kLarge };

}  // namespace nnzip
