// SPDX-License-Identifier: Apache-2.0
// What content could be by its numbers alone, where no header says it. Cheap guesses: measured code
// length decides.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "split/layout.h"

namespace nnzip {

// Bits a byte that a code of single bytes takes at least, times 1000.
std::uint32_t entropy_1000(std::span<const std::uint8_t> content);

// Bytes from the beginning to where text ends or begins: a long stretch of it beside a long one of
// something else, for else a cut costs more than it saves. All bytes if there is no such place.
// Exact to 4 KiB: numbers behind it may begin at an odd position.
std::size_t bytes_of_one_kind(std::span<const std::uint8_t> content);

// Layouts of machine code or sound that the content looks like; none of most contents.
std::vector<Layout> guessed_layouts(std::span<const std::uint8_t> content);

}  // namespace nnzip
