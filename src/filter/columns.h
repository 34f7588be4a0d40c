// SPDX-License-Identifier: Apache-2.0
// Tables of numbers: differences from one row to the next. FILTERS.md defines every byte.
#pragma once

#include <cstdint>
#include <span>

namespace nnzip {

// stride: bytes of a row, at least 1.
void apply_columns(std::uint32_t stride, std::span<std::uint8_t> content);
void revert_columns(std::uint32_t stride, std::span<std::uint8_t> content);

}  // namespace nnzip
