// SPDX-License-Identifier: Apache-2.0
// The median of three, of numbers or of their differences to the channel before.
#include "filter/pixels.h"

#include <algorithm>

#include "nnzip/error.hpp"

namespace nnzip {
namespace {

std::int32_t median(std::int32_t w, std::int32_t n, std::int32_t nw) {
  return std::clamp(w + n - nw, std::min(w, n), std::max(w, n));
}

const Layout& checked(const Layout& layout) {
  if (layout.form != Form::kPixels || !layout.is_valid()) {
    throw Error(ErrorCode::kInvalidArgument, "a filter of pixels takes a valid layout of pixels.");
  }
  return layout;
}

}  // namespace

PixelFilter::PixelFilter(const Layout& layout)
    : layout_(checked(layout)),
      row_numbers_(std::size_t{layout.stride / layout.element} * layout.channels),
      most_(layout.number_bytes() == 2 ? 65535 : 255),
      above_(row_numbers_ + layout.channels),
      here_(row_numbers_ + layout.channels) {}

void PixelFilter::apply(std::span<std::uint8_t> rows) noexcept { next_rows<false>(rows); }
void PixelFilter::undo(std::span<std::uint8_t> rows) noexcept { next_rows<true>(rows); }

template <bool kUndo>
void PixelFilter::next_rows(std::span<std::uint8_t> rows) noexcept {
  for (std::size_t at = 0; at < rows.size(); at += layout_.stride) {
    next_row<kUndo>(rows.data() + at, std::min<std::size_t>(layout_.stride, rows.size() - at));
  }
}

// Of the number at here_[i]. The second and third of three or four channels follow the one before;
// a single channel, and transparency, do not.
std::int32_t PixelFilter::predict(std::size_t i, std::uint32_t channel) const noexcept {
  const std::size_t left = i - layout_.channels;
  const std::int32_t w = here_[left];
  const std::int32_t n = first_ ? w : above_[i];
  const std::int32_t nw = first_ ? w : above_[left];
  const bool follows = layout_.channels >= 3 && (channel == 1 || channel == 2);
  if (!follows) return median(w, n, nw);
  const std::int32_t w1 = here_[left - 1];
  const std::int32_t n1 = first_ ? w1 : above_[i - 1];
  const std::int32_t nw1 = first_ ? w1 : above_[left - 1];
  return std::clamp(here_[i - 1] + median(w - w1, n - n1, nw - nw1), 0, most_);
}

template <bool kUndo>
void PixelFilter::next_row(std::uint8_t* row, std::size_t size) noexcept {
  const std::uint32_t channels = layout_.channels;
  // Left of the row lies what is above its first pixel, in both rows.
  for (std::uint32_t c = 0; c < channels; ++c) here_[c] = above_[c] = above_[channels + c];
  const std::size_t bytes = layout_.number_bytes();
  const std::size_t numbers = std::min(size / bytes, row_numbers_);
  const std::size_t low = layout_.high_parity == 1 ? 0 : bytes - 1;  // place of a low byte
  const std::size_t high = bytes - 1 - low;
  std::uint32_t channel = 0;
  for (std::size_t i = channels; i < channels + numbers; ++i, row += bytes) {
    const std::int32_t given = bytes == 2 ? row[high] << 8 | row[low] : row[0];
    const std::int32_t predicted = predict(i, channel);
    const std::int32_t other = (kUndo ? given + predicted : given - predicted) & most_;
    here_[i] = kUndo ? other : given;
    row[low] = static_cast<std::uint8_t>(other);
    if (bytes == 2) row[high] = static_cast<std::uint8_t>(other >> 8);
    if (++channel == channels) channel = 0;
  }
  std::swap(here_, above_);
  first_ = false;
}

}  // namespace nnzip
