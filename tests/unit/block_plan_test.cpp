// SPDX-License-Identifier: Apache-2.0
#include "layout/block_plan.h"

#include <catch2/catch.hpp>

namespace nnzip {
namespace {

TEST_CASE("BlockPlan.KeepsStreamsLongEnough") {
  constexpr std::size_t kLeast = std::size_t{64} << 10;
  const auto [content, streams] = GENERATE(table<std::size_t, int>({
      {0, 1},
      {1, 1},
      {2 * kLeast - 1, 1},
      {2 * kLeast, 2},
      {3 * kLeast, 2},
      {4 * kLeast - 1, 2},
      {4 * kLeast, 4},
      {kPlannedStreams * kLeast - 1, kPlannedStreams / 2},
      {kPlannedStreams * kLeast, kPlannedStreams},
      {kMaxBlockBytes, kPlannedStreams},
      {4 * kMaxBlockBytes, kPlannedStreams},
  }));
  CAPTURE(content);
  CHECK(plan_block(content, kLeast).streams == streams);
}

TEST_CASE("BlockPlan.StreamsCoverTheContentOnce") {
  for (const std::size_t content : {1, 63, 64, 65, 127, 1000, 4097}) {
    for (int streams = 1; streams <= kMaxStreams; streams *= 2) {
      const BlockPlan plan = stated_plan(content, streams);
      CAPTURE(content, streams);
      CHECK(plan.streams == streams);
      CHECK(plan.length * static_cast<std::size_t>(streams) >= content);
      CHECK((plan.length - 1) * static_cast<std::size_t>(streams) < content);
    }
  }
}

}  // namespace
}  // namespace nnzip
