// SPDX-License-Identifier: Apache-2.0
#include "layout/block_order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "layout/block_plan.h"
#include "unit/pixel_layouts.h"

namespace nnzip {
namespace {

using test::pixel_layout;

struct Turn {
  std::size_t step = 0, stream = 0;
  bool coded = false;
  bool before(const Turn& other) const {
    return step < other.step || (step == other.step && stream < other.stream);
  }
};

// By position. Every position has exactly one turn, at a step that there is.
std::vector<Turn> turns_of(std::size_t n, const BlockOrder& order) {
  std::vector<Turn> turns(n);
  for (std::size_t stream = 0; stream < order.streams(); ++stream) {
    std::size_t position = order.first(stream);
    for (std::size_t i = 0; i < order.size(stream); ++i) {
      if (position >= n || turns[position].coded || order.start(stream) + i >= order.steps()) {
        FAIL("stream " << stream << " has " << position << " in its turn " << i);
      }
      turns[position] = {order.start(stream) + i, stream, true};
      position = order.next(position);
    }
  }
  CHECK(std::all_of(turns.begin(), turns.end(), [](const Turn& turn) { return turn.coded; }));
  return turns;
}

// What the mixer and the taps look at is coded before, and in time.
void require_known(std::size_t n, const Layout& layout, const std::vector<Turn>& turns) {
  const std::size_t stride = layout.stride, pixel = layout.element;
  for (std::size_t position = 1; position < n; ++position) {
    const Turn& here = turns[position];
    const std::size_t column = position % stride;
    const Turn& left = turns[position - 1];
    if (column > 0 && (left.stream != here.stream || left.step + 1 != here.step)) {
      FAIL("a row is broken at " << position);
    }
    if (position < stride) continue;
    const auto above = [&](std::size_t pixels) -> const Turn& {
      const std::size_t to_column = column - column % pixel + (pixels + 1) * pixel - 1;
      return turns[position - column - stride + std::min(to_column, stride - 1)];
    };
    if (!above(2).before(here)) FAIL("the mixer does not know what is above " << position);
    // Taps are prepared as soon as the byte before is coded: of the step of that byte, streams with
    // higher numbers may not be coded yet.
    const Turn& seen = above(1);
    if (seen.step + (seen.stream > here.stream ? 1 : 0) >= here.step) {
      FAIL("taps do not know what is above " << position);
    }
  }
}

TEST_CASE("BlockOrder.WavefrontsCoverImagesOnceAndKnowWhatIsAbove") {
  std::uint32_t state = 7;
  const auto below = [&](std::uint32_t limit) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % limit;
  };
  int several = 0;
  for (int round = 0; round < 400; ++round) {
    const std::uint32_t channels = 1 + below(4), bytes = 1 + below(2);
    const std::uint32_t element = channels * bytes, width = 1 + below(below(2) == 0 ? 20 : 400);
    const Layout layout =
        pixel_layout(width * element + below(2) * below(element), channels, bytes);
    // Often fewer rows than streams, and mostly a last row that is not whole.
    const std::size_t n = 1 + below(layout.stride * (1 + below(90)));
    for (int streams = 1; streams <= kMaxStreams; streams *= 2) {
      if (!BlockOrder::fits(layout, streams)) break;
      INFO(n << " bytes, stride " << layout.stride << ", element " << element << ", " << streams
             << " streams");
      const BlockOrder order(n, streams, layout);
      REQUIRE(order.streams() == static_cast<std::size_t>(streams));
      require_known(n, layout, turns_of(n, order));
      several += streams > 1 ? 1 : 0;
    }
  }
  CHECK(several > 400);
}

TEST_CASE("BlockOrder.OneStreamIsRasterOrder") {
  const BlockOrder order(100, 1, pixel_layout(7, 3, 1));
  CHECK(order.size(0) == 100);
  CHECK(order.steps() == 100);
  for (std::size_t i = 0; i < 99; ++i) CHECK(order.next(i) == i + 1);
}

TEST_CASE("BlockOrder.RowsMustNotWait") {
  // Three pixels of lag for each stream.
  for (const std::uint32_t channels : {1u, 4u}) {
    for (int streams = 2; streams <= kMaxStreams; streams *= 2) {
      const std::uint32_t least = 3 * channels * static_cast<std::uint32_t>(streams);
      CHECK(BlockOrder::fits(pixel_layout(least, channels, 1), streams));
      CHECK_FALSE(BlockOrder::fits(pixel_layout(least - 1, channels, 1), streams));
    }
    CHECK(BlockOrder::fits(pixel_layout(channels, channels, 1), 1));
  }
  CHECK(BlockOrder::fits({}, kMaxStreams));
  CHECK(BlockOrder::fits({.form = Form::kSamples, .element = 32, .channels = 8}, kMaxStreams));
}

TEST_CASE("BlockOrder.OtherStreamsArePartsOfTheContent") {
  for (const std::size_t n : {0, 1, 5, 63, 64, 65, 1000, 4097}) {
    for (int streams = 1; streams <= kMaxStreams; streams *= 2) {
      CAPTURE(n, streams);
      const BlockOrder order(n, streams, {});
      const BlockPlan plan = stated_plan(n, streams);
      CHECK(order.steps() == plan.length);
      turns_of(n, order);
      for (std::size_t i = 0; i < order.streams(); ++i) {
        CHECK(order.start(i) == 0);
        if (order.size(i) != 0) CHECK(order.first(i) == i * plan.length);
      }
    }
  }
}

}  // namespace
}  // namespace nnzip
