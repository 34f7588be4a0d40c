// SPDX-License-Identifier: Apache-2.0
// The filters of PNG's rows, undone and applied (PNG, section 9): each row has the number of its
// filter before it, and becomes what it was before the filter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace nnzip {

struct PngRows {
  std::size_t row_bytes = 0;    // without the filter's number; above 0
  std::size_t pixel_bytes = 1;  // 1 to 8: those of a pixel, rounded up
};

struct PngPixels {
  Bytes filters;  // one a row
  Bytes pixels;
};

// content: whole rows. False if one has a filter that PNG does not know.
bool undo_filters(const PngRows& rows, std::span<const std::uint8_t> content, PngPixels& undone);

// Appends the rows; pixels: row_bytes for each filter. False as above.
bool apply_filters(const PngRows& rows, std::span<const std::uint8_t> filters,
                   std::span<const std::uint8_t> pixels, Bytes& content);

}  // namespace nnzip
