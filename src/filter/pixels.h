// SPDX-License-Identifier: Apache-2.0
// Rows of pixels to residuals of a predictor and back, exactly and byte for byte in their place.
// FILTERS.md defines the residuals.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "layout/layout.h"

namespace nnzip {

// One image, from its first row to its last; either applied or undone, not both.
class PixelFilter {
 public:
  // Throws Error(kInvalidArgument) unless the layout is a valid one of Form::kPixels, and
  // std::bad_alloc: two rows of 32-bit numbers are kept.
  explicit PixelFilter(const Layout& layout);

  // Turns the next rows into their residuals, in place. Every call but the last one takes whole
  // rows of layout.stride bytes.
  void apply(std::span<std::uint8_t> rows) noexcept;
  // The reverse, with the same rule; the cuts may be others.
  void undo(std::span<std::uint8_t> rows) noexcept;

 private:
  template <bool kUndo>
  void next_rows(std::span<std::uint8_t> rows) noexcept;
  template <bool kUndo>
  void next_row(std::uint8_t* row, std::size_t size) noexcept;
  std::int32_t predict(std::size_t i, std::uint32_t channel) const noexcept;

  Layout layout_;
  std::size_t row_numbers_;
  std::int32_t most_;  // the largest number
  bool first_ = true;  // no row is above
  // Numbers of the row above and of this one, each behind a pixel that stands for its left border.
  std::vector<std::int32_t> above_, here_;
};

}  // namespace nnzip
