// SPDX-License-Identifier: Apache-2.0
// The mixer codes images of any layout, in any number of streams, and knows them for what they are.
#include <algorithm>
#include <catch2/catch.hpp>

#include "nnzip/error.hpp"
#include "unit/mixer_samples.h"
#include "unit/pixel_layouts.h"

namespace nnzip {
namespace {

using test::decode_mixed;
using test::encode_mixed;
using test::pixel_layout;

MixerPlan plan_of(const Bytes& content, const Layout& layout, int streams = 1) {
  MixerPlan plan;
  plan.content_bytes = content.size();
  plan.streams = streams;
  plan.layout = layout;
  return plan;
}

void require_round_trip(const Bytes& content, const MixerPlan& plan) {
  REQUIRE(decode_mixed(encode_mixed(content, plan, nullptr), plan, nullptr) == content);
}

TEST_CASE("ImageMixer.ReturnsContentOfEveryLayout") {
  Bytes content = test::sample_photograph(pixel_layout(61, 3, 1), 40);
  content.resize(701);
  for (const Layout& layout : test::pixel_layouts()) {
    for (const int streams : {1, test::streams_within(64, layout)}) {
      INFO(layout.stride << " " << layout.channels << " " << layout.element << " "
                         << layout.low_first << ", " << streams << " streams");
      require_round_trip(content, plan_of(content, layout, streams));
    }
  }
}

TEST_CASE("ImageMixer.ReturnsContentOfAnyLength") {
  const Layout layout = pixel_layout(96, 3, 2);
  for (const std::size_t n : {0, 1, 2, 5, 6, 7, 95, 96, 97, 1000}) {
    Bytes content = test::sample_photograph(layout, 12);
    content.resize(n);
    for (const int streams : {1, 2, 3, 5}) {
      INFO(n << " bytes, " << streams << " streams");
      MixerPlan plan = plan_of(content, layout, streams);
      plan.effort = streams == 2 ? Effort::kLarge : Effort::kUsual;
      require_round_trip(content, plan);
    }
  }
}

TEST_CASE("ImageMixer.ReturnsExtremeNumbers") {
  for (const Layout& layout : {pixel_layout(192, 3, 1), pixel_layout(192, 1, 2),
                               pixel_layout(192, 4, 2, false), pixel_layout(1 << 21, 4, 1)}) {
    Bytes content(20000);
    std::uint32_t state = 1;
    for (auto& byte : content) {
      state = state * 1664525 + 1013904223;
      byte = state >> 31 != 0 ? 255 : 0;
    }
    require_round_trip(content, plan_of(content, layout, 2));
    // Steps of whole rows: the largest products that regressions add up.
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = i / 96 % 2 != 0 ? 255 : 0;
    require_round_trip(content, plan_of(content, layout, test::streams_within(64, layout)));
  }
}

TEST_CASE("ImageMixer.LargeEffortTakesLess") {
  const Layout layout = pixel_layout(300, 3, 1);
  const Bytes content = test::sample_photograph(layout, 100);
  MixerPlan plan = plan_of(content, layout);
  const std::size_t usual = encode_mixed(content, plan, nullptr).size();
  plan.effort = Effort::kLarge;
  CHECK(encode_mixed(content, plan, nullptr).size() < usual);
}

TEST_CASE("ImageMixer.PredictsPhotographsBetterThanBytes") {
  for (const Layout& layout : {pixel_layout(300, 3, 1), pixel_layout(128, 1, 1),
                               pixel_layout(256, 1, 2), pixel_layout(256, 1, 2, false)}) {
    const Bytes content = test::sample_photograph(layout, 100);
    const std::size_t bytes =
        encode_mixed(content, plan_of(content, detect_layout(content)), nullptr).size();
    const std::size_t pixels = encode_mixed(content, plan_of(content, layout), nullptr).size();
    INFO(layout.stride << " " << layout.channels << ": " << bytes << " " << pixels);
    CHECK(pixels * 20 < bytes * 19);
  }
}

TEST_CASE("ImageMixer.LosesLittleInStreams") {
  const Layout layout = pixel_layout(300, 3, 1);
  const Bytes content = test::sample_photograph(layout, 200);
  const std::size_t one = encode_mixed(content, plan_of(content, layout), nullptr).size();
  for (const int streams : {2, 32}) {
    const auto several = encode_mixed(content, plan_of(content, layout, streams), nullptr).size();
    INFO(streams << " streams: " << several << " instead of " << one);
    CHECK(several < one + one / 100);
  }
}

TEST_CASE("ImageMixer.RefusesStreamsThatWouldWait") {
  const Bytes content(1000);
  CHECK_NOTHROW(Mixer(plan_of(content, pixel_layout(24, 1, 1), 8)));
  CHECK_THROWS_AS(Mixer(plan_of(content, pixel_layout(23, 1, 1), 8)), Error);
}

TEST_CASE("ImageMixer.PaddingCostsAlmostNothing") {
  const Layout layout = pixel_layout(303, 3, 1);  // one byte more than pixels
  Layout padded = layout;
  padded.stride = 304;
  Bytes content = test::sample_photograph(layout, 100), wider;
  for (std::size_t row = 0; row < 100; ++row) {
    wider.insert(wider.end(), content.begin() + row * 303, content.begin() + (row + 1) * 303);
    wider.push_back(7);
  }
  const std::size_t without = encode_mixed(content, plan_of(content, layout), nullptr).size();
  CHECK(encode_mixed(wider, plan_of(wider, padded), nullptr).size() < without + 20);
}

TEST_CASE("ImageMixer.BelievesAGoodNetwork") {
  const Layout layout = pixel_layout(300, 3, 1);
  const Bytes content = test::sample_photograph(layout, 60);
  MixerPlan plan = plan_of(content, layout, 2);
  const std::size_t alone = encode_mixed(content, plan, nullptr).size();
  plan.network = true;
  const test::Oracle right = [&](std::size_t position) { return content[position]; };
  const Bytes helped = encode_mixed(content, plan, right);
  CHECK(helped.size() * 5 < alone);
  CHECK(decode_mixed(helped, plan, right) == content);
}

TEST_CASE("ImageMixer.MemoryIsBounded") {
  MixerPlan plan;
  plan.layout = pixel_layout(3 * 640, 3, 1);
  plan.content_bytes = 1024;
  CHECK(plan.memory_bytes() < std::size_t{20} << 20);
  plan.content_bytes = std::size_t{4} << 20;
  plan.layout = pixel_layout((1 << 22) - 4, 4, 1);
  plan.streams = 64;
  CHECK(plan.memory_bytes() < std::size_t{120} << 20);
  plan.effort = Effort::kLarge;
  CHECK(plan.memory_bytes() < std::size_t{160} << 20);
}

}  // namespace
}  // namespace nnzip
