// SPDX-License-Identifier: Apache-2.0
// The median of three, of numbers or of their differences to the channel before.
#include "filter/pixels.h"

#include <algorithm>

#include "filter/pixel_prediction.h"
#include "nnzip/error.hpp"

namespace nnzip {
namespace {

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

// Of the number at here_[i].
std::int32_t PixelFilter::predict(std::size_t i, std::uint32_t channel) const noexcept {
  const auto around = [this](std::size_t at) {
    const std::size_t left = at - layout_.channels;
    const std::int32_t w = here_[left];
    return filter::PixelsAround{w, first_ ? w : above_[at], first_ ? w : above_[left]};
  };
  if (!filter::follows_channel_before(channel, layout_.channels)) {
    return filter::predict_number(around(i));
  }
  return filter::predict_number(around(i), around(i - 1), here_[i - 1], most_);
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
