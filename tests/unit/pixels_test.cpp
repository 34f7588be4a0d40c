// SPDX-License-Identifier: Apache-2.0
// The filter of pixels is reversible for any content, and predicts what it should.
#include "filter/pixels.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/bytes.h"
#include "unit/pixel_layouts.h"

namespace nnzip {
namespace {

using test::pixel_layout;

std::uint32_t next(std::uint32_t& state) { return (state = state * 1664525 + 1013904223) >> 8; }

Bytes noise(std::size_t size) {
  Bytes bytes(size);
  std::uint32_t state = static_cast<std::uint32_t>(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(next(state) >> 7);
  return bytes;
}

// Rows a few at a time, as a stream would bring them.
Bytes filtered(const Layout& layout, Bytes content, std::size_t rows_at_once, bool undo) {
  PixelFilter filter(layout);
  const std::size_t piece = layout.stride * rows_at_once;
  for (std::size_t at = 0; at < content.size(); at += piece) {
    const std::size_t size = std::min(piece, content.size() - at);
    const std::span<std::uint8_t> rows(content.data() + at, size);
    if (undo) {
      filter.undo(rows);
    } else {
      filter.apply(rows);
    }
  }
  return content;
}

void require_reversible(const Layout& layout, const Bytes& content) {
  const Bytes residuals = filtered(layout, content, 3, false);
  REQUIRE(filtered(layout, content, 1, false) == residuals);
  REQUIRE(filtered(layout, residuals, 2, true) == content);
}

TEST_CASE("PixelFilter.ReturnsContentOfEveryLayoutAndSize") {
  for (const Layout& layout : test::pixel_layouts()) {
    for (const std::size_t rows : {0, 1, 2, 5}) {
      // The last row may end anywhere, within a number as well.
      for (const std::uint32_t more : {0u, 1u, 2u, 3u, layout.stride - 1}) {
        INFO(layout.stride << " " << layout.channels << " " << layout.element << " " << rows << " "
                           << more);
        const Bytes content = noise(rows * layout.stride + std::min(more, layout.stride - 1));
        require_reversible(layout, content);
      }
    }
  }
}

TEST_CASE("PixelFilter.ReturnsTheSteepestSlopes") {
  for (const Layout& layout : test::pixel_layouts()) {
    Bytes content(layout.stride * 9);
    std::uint32_t state = 1;
    for (auto& byte : content) byte = (next(state) & 1) != 0 ? 255 : 0;
    require_reversible(layout, content);
  }
}

TEST_CASE("PixelFilter.LeavesPaddingAlone") {
  const Layout layout = pixel_layout(8, 3, 1);  // two pixels, two bytes of padding
  const Bytes content = noise(80);
  const Bytes residuals = filtered(layout, content, 10, false);
  for (std::size_t row = 0; row < 10; ++row) {
    CHECK(residuals[row * 8 + 6] == content[row * 8 + 6]);
    CHECK(residuals[row * 8 + 7] == content[row * 8 + 7]);
  }
}

TEST_CASE("PixelFilter.PredictsPlanesAndColours") {
  // Red is any plane, green follows red, blue follows green: only the first pixel is a surprise.
  Bytes content;
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 20; ++x) {
      const int edge = x < 10 ? 0 : 90;
      for (const int colour : {0, 13, 40})
        content.push_back(static_cast<std::uint8_t>(edge + colour));
    }
  }
  const Bytes residuals = filtered(pixel_layout(60, 3, 1), content, 20, false);
  // The first pixel, and red at the edge in the first row, for which there is nothing above.
  CHECK(std::ranges::count_if(residuals, [](std::uint8_t r) { return r != 0; }) == 3);
}

TEST_CASE("PixelFilter.KnowsTheDocumentedResiduals") {
  // Two rows of two numbers each: 258 260 / 250 263, low byte first.
  const Bytes content = {2, 1, 4, 1, 250, 0, 7, 1};
  // 258 - 0, 260 - 258, 250 - 258 = -8, 263 - median(250, 260, 258 -> 252) = 11.
  const Bytes residuals = {2, 1, 2, 0, 0xF8, 0xFF, 11, 0};
  CHECK(filtered(pixel_layout(4, 1, 2), content, 2, false) == residuals);
}

TEST_CASE("PixelFilter.RefusesOtherLayouts") {
  CHECK_THROWS_AS(PixelFilter(Layout{}), Error);
  CHECK_THROWS_AS(PixelFilter(pixel_layout(2, 3, 1)), Error);
  CHECK_THROWS_AS(PixelFilter(pixel_layout(60, 5, 1)), Error);
}

}  // namespace
}  // namespace nnzip
