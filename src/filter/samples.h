// SPDX-License-Identifier: Apache-2.0
// Reversible transforms of sound.
#pragma once

#include <cstdint>
#include <span>

#include "split/layout.h"

namespace nnzip::filter {

// Reverses the bytes of each number of that layout; what is left of a number at the end stays. Its
// own inverse. Turns low bytes first into high bytes first, the order that the mixer wants.
void reverse_numbers(std::span<std::uint8_t> content, const Layout& layout);

}  // namespace nnzip::filter
