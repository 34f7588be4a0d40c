// SPDX-License-Identifier: Apache-2.0
// What predicts the bytes of a sorted column: BWT.md.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace nnzip {

// Throws std::bad_alloc.
Bytes encode_column(std::span<const std::uint8_t> column);

// Fills the column. Returns false if the coded data cannot be what an encoder wrote.
bool decode_column(std::span<const std::uint8_t> coded, std::span<std::uint8_t> column);

// Bytes that each of these takes, beside column and coded data.
std::uint64_t column_coder_memory();

}  // namespace nnzip
