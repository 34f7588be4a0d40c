// SPDX-License-Identifier: Apache-2.0
// The mixer codes any bytes, in any number of streams, and costs what it should.
#include "mixer/mixer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "mixer/bytes/byte_predictor.h"
#include "nnzip/error.hpp"
#include "unit/mixer_samples.h"

namespace nnzip {
namespace {

using test::decode_mixed;
using test::encode_mixed;
using test::MixedSample;

MixerPlan plan_of(const Bytes& content, int streams = 1) {
  MixerPlan plan;
  plan.content_bytes = content.size();
  plan.streams = streams;
  plan.layout = detect_layout(content);
  return plan;
}

TEST_CASE("Mixer.ReturnsContentOfAnyLength") {
  for (const std::size_t n : {0, 1, 2, 3, 63, 64, 65, 255, 256, 1000, 5000}) {
    for (const int streams : {1, 2, 7, 64}) {
      Bytes content = test::mixed_samples()[0].content;
      content.resize(n);
      INFO(n << " bytes, " << streams << " streams");
      const MixerPlan plan = plan_of(content, streams);
      REQUIRE(decode_mixed(encode_mixed(content, plan, nullptr), plan, nullptr) == content);
    }
  }
}

TEST_CASE("Mixer.ReturnsContentOfEveryKind") {
  for (const MixedSample& sample : test::mixed_samples()) {
    INFO(sample.name);
    const MixerPlan plan = plan_of(sample.content);
    const Bytes coded = encode_mixed(sample.content, plan, nullptr);
    REQUIRE(decode_mixed(coded, plan, nullptr) == sample.content);
  }
}

TEST_CASE("Mixer.TakesEveryLayout") {
  const Bytes& content = test::mixed_samples()[0].content;
  for (const std::uint32_t stride : {2u, 3u, 5u, 100u, 19999u, 20000u, 65535u}) {
    for (std::uint32_t element = 1; element <= 4 && element < stride; ++element) {
      for (const bool odd_high : {false, true}) {
        if (odd_high && element != 2) continue;
        MixerPlan plan = plan_of(content, 3);
        plan.layout = {.stride = stride, .element = element, .odd_high = odd_high};
        INFO(stride << " " << element << " " << odd_high);
        REQUIRE(decode_mixed(encode_mixed(content, plan, nullptr), plan, nullptr) == content);
      }
    }
  }
}

TEST_CASE("Mixer.ZerosCostAlmostNothing") {
  const Bytes zeros(std::size_t{1} << 20);
  CHECK(encode_mixed(zeros, plan_of(zeros), nullptr).size() < 100);
  CHECK(encode_mixed(zeros, plan_of(zeros, 64), nullptr).size() < 300);
}

TEST_CASE("Mixer.RandomBytesGrowByLessThanOnePercent") {
  for (const std::size_t n : {100, 10000, 200000}) {
    Bytes content(n);
    std::uint32_t state = 7;
    for (auto& byte : content) {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      byte = static_cast<std::uint8_t>(state >> 11);
    }
    CHECK(encode_mixed(content, plan_of(content), nullptr).size() <= n + n / 100 + 4);
  }
}

TEST_CASE("Mixer.RepeatedContentCostsLittleInAnotherStream") {
  // The second stream repeats the first one with a delay, so it can be read there.
  Bytes half(20000);
  std::uint32_t state = 1;
  for (auto& byte : half) byte = static_cast<std::uint8_t>((state = state * 69069 + 1) >> 24);
  Bytes content = half;
  content.resize(20100);
  for (std::size_t i = 0; i < 19900; ++i) content.push_back(half[i]);
  CHECK(encode_mixed(content, plan_of(content, 2), nullptr).size() < 22000);
}

TEST_CASE("Mixer.BelievesAGoodNetworkAndNotABadOne") {
  const Bytes& content = test::mixed_samples()[0].content;
  MixerPlan plan = plan_of(content, 2);
  const std::size_t alone = encode_mixed(content, plan, nullptr).size();
  plan.network = true;
  const test::Oracle right = [&](std::size_t position) { return content[position]; };
  const Bytes helped = encode_mixed(content, plan, right);
  CHECK(helped.size() * 5 < alone);
  CHECK(decode_mixed(helped, plan, right) == content);
  const test::Oracle wrong = [&](std::size_t position) {
    return static_cast<std::uint8_t>(content[position] + 1 + position % 255);
  };
  CHECK(encode_mixed(content, plan, wrong).size() < alone + alone / 20 + 50);
}

TEST_CASE("Mixer.IgnoresANetworkThatWasNotPlanned") {
  const Bytes& content = test::mixed_samples()[0].content;
  const MixerPlan plan = plan_of(content);
  const test::Oracle right = [&](std::size_t position) { return content[position]; };
  CHECK(encode_mixed(content, plan, right) == encode_mixed(content, plan, nullptr));
}

TEST_CASE("Mixer.FindsTheLayoutOfTablesAndImages") {
  for (const MixedSample& sample : test::mixed_samples()) {
    if (!sample.known_layout) continue;
    const Layout layout = detect_layout(sample.content);
    INFO(sample.name);
    CHECK(layout.stride == sample.layout.stride);
    if (sample.layout.element == 2) {
      CHECK(layout.element == 2);
      CHECK(layout.odd_high == sample.layout.odd_high);
    }
  }
}

TEST_CASE("Mixer.MemoryIsBounded") {
  MixerPlan plan;
  plan.content_bytes = 1024;
  CHECK(plan.memory_bytes() < std::size_t{4} << 20);
  plan.content_bytes = std::size_t{4} << 20;
  plan.network = true;
  CHECK(plan.memory_bytes() < std::size_t{170} << 20);
  plan.content_bytes = MixerPlan::kMaxContent;
  CHECK(plan.memory_bytes() < std::size_t{1300} << 20);
  plan.effort = Effort::kLarge;
  CHECK(plan.memory_bytes() < std::size_t{4900} << 20);
}

// The numbers of MIXING.md: what other tests code is too short to tell them apart.
TEST_CASE("Mixer.TablesGrowWithTheBlock") {
  struct Row {
    int log2_bytes, usual, large, matches;
  };
  for (const Row& row : {Row{5, 10, 12, 10}, Row{16, 17, 18, 16}, Row{21, 21, 22, 20},
                         Row{22, 21, 22, 20}, Row{23, 22, 23, 21}, Row{24, 23, 24, 22},
                         Row{25, 23, 25, 23}, Row{26, 23, 26, 24}, Row{28, 23, 26, 26}}) {
    CAPTURE(row.log2_bytes);
    const std::size_t bytes = std::size_t{1} << row.log2_bytes;
    const mixer::TableSizes usual(bytes, Effort::kUsual), large(bytes, Effort::kLarge);
    CHECK(usual.log2_lines == row.usual);
    CHECK(large.log2_lines == row.large);
    CHECK(usual.log2_matches == row.matches);
    CHECK(large.log2_matches == row.matches);
  }
}

TEST_CASE("Mixer.RefusesPlansOutsideItsLimits") {
  const auto refused = [](auto&& change) {
    MixerPlan plan;
    change(plan);
    CHECK_THROWS_AS(Mixer(plan), Error);
  };
  refused([](MixerPlan& plan) { plan.content_bytes = MixerPlan::kMaxContent + 1; });
  refused([](MixerPlan& plan) { plan.streams = 0; });
  refused([](MixerPlan& plan) { plan.streams = 65; });
  refused([](MixerPlan& plan) { plan.layout.stride = 65536; });
  refused([](MixerPlan& plan) { plan.layout.stride = 1; });
  refused([](MixerPlan& plan) { plan.layout = {.stride = 4, .element = 4}; });
  refused([](MixerPlan& plan) { plan.layout.element = 0; });
  refused([](MixerPlan& plan) { plan.layout.element = 5; });
  refused([](MixerPlan& plan) { plan.layout.odd_high = true; });
  CHECK_THROWS_AS(Mixer(MixerPlan{}, "sse9"), Error);
}

}  // namespace
}  // namespace nnzip
