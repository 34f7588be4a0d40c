// SPDX-License-Identifier: Apache-2.0
// Layouts of images for tests, and something like a photograph in any of them.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "layout/layout.h"

namespace nnzip::test {

inline Layout pixel_layout(std::uint32_t stride, std::uint32_t channels, std::uint32_t number_bytes,
                           bool low_first = true) {
  Layout layout;
  layout.form = Form::kPixels;
  layout.stride = stride;
  layout.channels = channels;
  layout.element = channels * number_bytes;
  layout.low_first = number_bytes == 2 && low_first;
  return layout;
}

// All kinds of numbers and pixels; rows of one pixel, of odd widths, with and without padding.
inline std::vector<Layout> pixel_layouts() {
  std::vector<Layout> all;
  for (std::uint32_t channels = 1; channels <= 4; ++channels) {
    for (const std::uint32_t bytes : {1u, 2u}) {
      for (const std::uint32_t width : {1u, 2u, 3u, 7u, 31u}) {
        for (const std::uint32_t padding : {0u, 1u}) {
          if (padding >= channels * bytes) continue;
          const std::uint32_t stride = width * channels * bytes + padding;
          all.push_back(pixel_layout(stride, channels, bytes, true));
          if (bytes == 2) all.push_back(pixel_layout(stride, channels, bytes, false));
        }
      }
    }
  }
  return all;
}

// Waves and edges that channels share, with noise; padding is 0.
inline Bytes sample_photograph(const Layout& layout, std::uint32_t rows) {
  const std::uint32_t bytes = layout.number_bytes(), width = layout.stride / layout.element;
  Bytes image(std::size_t{layout.stride} * rows);
  std::uint32_t state = 9;
  for (std::uint32_t y = 0; y < rows; ++y) {
    for (std::uint32_t i = 0; i < width * layout.channels; ++i) {
      const std::uint32_t x = i / layout.channels, channel = i % layout.channels;
      state = state * 1664525 + 1013904223;
      const std::uint32_t wave = (x * x / 3 + y * 5) % 1024;
      const std::uint32_t edge = (x + y) % 40 < 13 ? 300 : 0;
      const std::uint32_t value = (wave < 512 ? wave : 1023 - wave) + edge + channel * 50;
      const std::uint32_t number =
          bytes == 2 ? value * 4 + (state >> 27) : value / 4 + (state >> 30);
      std::uint8_t* const at = image.data() + std::size_t{y} * layout.stride + i * bytes;
      at[layout.low_first || bytes == 1 ? 0 : 1] = static_cast<std::uint8_t>(number);
      if (bytes == 2) at[layout.low_first ? 1 : 0] = static_cast<std::uint8_t>(number >> 8);
    }
  }
  return image;
}

}  // namespace nnzip::test
