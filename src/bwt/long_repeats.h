// SPDX-License-Identifier: Apache-2.0
// Long repeats of what followed the same bytes last time, taken out before content is sorted:
// BWT.md. Sorting would code each of their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace nnzip {

// Content without them, and the byte that stands for one.
struct Shortened {
  Bytes bytes;
  std::uint8_t escape = 0;
};

Shortened take_out_repeats(std::span<const std::uint8_t> content);

// Fills content. Returns false if that is not what `shortened` stands for.
bool put_back_repeats(const Shortened& shortened, std::span<std::uint8_t> content);

// Bytes that each of these takes, beside content and shortened bytes.
std::uint64_t long_repeats_memory();

}  // namespace nnzip
