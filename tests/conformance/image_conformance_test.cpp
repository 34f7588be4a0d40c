// SPDX-License-Identifier: Apache-2.0
// Every target of the mixer gives the bytes of the scalar one for images.
#include <catch2/catch.hpp>

#include "base/cpu_target.h"
#include "unit/mixer_samples.h"
#include "unit/pixel_layouts.h"

namespace nnzip {
namespace {

TEST_CASE("ImageConformance.EveryTargetGivesTheSameBytes") {
  using test::pixel_layout;
  for (const Layout& layout :
       {pixel_layout(302, 3, 1), pixel_layout(256, 4, 2), pixel_layout(200, 1, 2, false)}) {
    const Bytes content = test::sample_photograph(layout, 60);
    for (const int streams : {1, 8}) {
      for (const bool network : {false, true}) {
        MixerPlan plan;
        plan.content_bytes = content.size();
        plan.streams = streams;
        plan.layout = layout;
        plan.network = network;
        const test::Oracle half_right = [&](std::size_t position) {
          return static_cast<std::uint8_t>(content[position] + (position / 7 % 2));
        };
        const Bytes expected = test::encode_mixed(content, plan, half_right, "scalar");
        for (const std::string& target : cpu_targets()) {
          INFO(target << " " << layout.stride << " " << streams << " " << network);
          REQUIRE(test::encode_mixed(content, plan, half_right, target) == expected);
        }
      }
    }
  }
}

// The large effort, and the way back, by every target.
TEST_CASE("ImageConformance.EveryTargetGivesTheSameBytesWithMoreEffort") {
  using test::pixel_layout;
  for (const Layout& layout : {pixel_layout(90, 3, 1), pixel_layout(120, 4, 2)}) {
    const Bytes content = test::sample_photograph(layout, 40);
    for (const Effort effort : {Effort::kUsual, Effort::kLarge}) {
      MixerPlan plan;
      plan.content_bytes = content.size();
      plan.layout = layout;
      plan.effort = effort;
      const Bytes expected = test::encode_mixed(content, plan, nullptr, "scalar");
      for (const std::string& target : cpu_targets()) {
        INFO(target << " " << layout.stride << ", effort " << static_cast<int>(effort));
        REQUIRE(test::encode_mixed(content, plan, nullptr, target) == expected);
        REQUIRE(test::decode_mixed(expected, plan, nullptr, target) == content);
      }
    }
  }
}

}  // namespace
}  // namespace nnzip
