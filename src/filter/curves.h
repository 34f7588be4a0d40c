// SPDX-License-Identifier: Apache-2.0
// Tables of wide numbers, floats above all: how far each is from a curve through those before it.
// FILTERS.md defines every byte.
#pragma once

#include <cstdint>
#include <span>

#include "layout/layout.h"

namespace nnzip {

// layout: that of a table whose elements are numbers of 4 or 8 bytes and whose stride is a multiple
// of them.
void apply_curves(const Layout& layout, std::span<std::uint8_t> content);
void revert_curves(const Layout& layout, std::span<std::uint8_t> content);

// Bits a number, times 16, that the distances from curves are shorter than the differences to the
// row above; below 0 if they are longer. The layout is one that apply_curves takes.
std::int64_t shortened_by_curves(const Layout& layout, std::span<const std::uint8_t> content);

}  // namespace nnzip
