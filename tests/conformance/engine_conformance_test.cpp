// SPDX-License-Identifier: Apache-2.0
// The law of equal integers, for the reference and each instruction set of the cpu backend that
// this machine has, or for the reference and the device that NNZIP_TEST_DEVICE names.
#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <vector>

#include "backend/check.h"
#include "backend/cpu/cpu_backend.h"
#include "backend/reference/reference_backend.h"
#include "codec/kinds/kind_network.h"
#include "conformance/engine_runs.h"
#include "layout/block_plan.h"
#include "model/synthetic.h"

namespace nnzip {
namespace {

using test::by_steps;
using test::by_windows;
using test::engines;
using test::equal;
using test::equally_signed;
using test::walks;
using Named = test::NamedEngine;

// Odd head groups, a window of 1, windows that are no multiple of a vector.
Config odd_config() {
  Config config;
  config.width = 128;
  config.heads = 12;
  config.kv_heads = 4;
  config.head_size = 16;
  config.hidden = 192;
  config.windows = {1, 37, 70};
  config.ngrams = {{2, 64}, {5, 128}, {8, 32}};
  return config;
}

// The largest sums that the format allows: K = 4096, all weights and activations at +-127; and of
// more positions than float32 has room for.
Config widest_config() {
  Config config;
  config.width = 64;
  config.heads = 1;
  config.kv_heads = 1;
  config.head_size = 128;
  config.hidden = 4096;
  config.windows = {300, 600};
  return config;
}

}  // namespace

TEST_CASE("EngineConformance.EqualsReferenceByStepsAndByWindows", "[conformance]") {
  const auto kind = GENERATE(SyntheticKind::kPlain, SyntheticKind::kExtreme);
  const Config config = GENERATE(tiny_config(), odd_config());
  const auto sample = generated_sample(840);
  const auto all = engines(synthetic_model(config, 7, kind));
  const auto expected = by_steps(*all.front().engine, sample, 4);
  for (const Distribution& d : expected) REQUIRE(test::valid(d));
  for (const Named& each : all) {
    INFO(each.name);
    const auto steps = by_steps(*each.engine, sample, 4);
    const auto windows = by_windows(*each.engine, sample, 4, 17);
    REQUIRE(equal(steps, expected));
    REQUIRE(equal(windows, expected));
    if (std::getenv("NNZIP_TEST_DEVICE") == nullptr) {
      REQUIRE(equally_signed(steps, expected));
      REQUIRE(equally_signed(windows, expected));
    }
    REQUIRE(equal(by_windows(*each.engine, sample, 4, 1), expected));
    REQUIRE(equal(by_windows(*each.engine, sample, 4, 210), expected));
    REQUIRE(equal(walks(*each.engine, sample, 4), expected, sample, 4));
  }
}

TEST_CASE("EngineConformance.LargestSumsAreExact", "[conformance]") {
  const auto sample = generated_sample(650);
  const auto all = engines(synthetic_model(widest_config(), 3, SyntheticKind::kExtreme));
  const auto expected = by_steps(*all.front().engine, sample, 1);
  for (const Named& each : all) {
    INFO(each.name);
    REQUIRE(equal(by_steps(*each.engine, sample, 1), expected));
    REQUIRE(equal(by_windows(*each.engine, sample, 1, 64), expected));
  }
}

TEST_CASE("EngineConformance.LanesDoNotTouchEachOther", "[conformance]") {
  const auto sample = generated_sample(13 * 60);
  for (const Named& each : engines(synthetic_model(tiny_config(), 11))) {
    INFO(each.name);
    const auto together = by_steps(*each.engine, sample, 13);
    for (std::size_t i = 0; i < 13; ++i) {
      const std::vector<std::uint8_t> own(
          sample.begin() + static_cast<std::ptrdiff_t>(i * 60),
          sample.begin() + static_cast<std::ptrdiff_t>(i * 60 + 60));
      const auto alone = by_steps(*each.engine, own, 1);
      REQUIRE(std::memcmp(alone.data(), together.data() + i * 60, 60 * sizeof(Distribution)) == 0);
    }
  }
}

TEST_CASE("EngineConformance.OrderOfLanesDoesNotMatter", "[conformance]") {
  constexpr std::size_t kLanes = 6, kCount = 80;
  const auto sample = generated_sample(kLanes * kCount);
  std::vector<std::uint8_t> reversed;
  for (std::size_t i = kLanes; i-- > 0;) {
    reversed.insert(reversed.end(), sample.begin() + static_cast<std::ptrdiff_t>(i * kCount),
                    sample.begin() + static_cast<std::ptrdiff_t>((i + 1) * kCount));
  }
  for (const Named& each : engines(synthetic_model(tiny_config(), 12))) {
    INFO(each.name);
    const auto forward = by_windows(*each.engine, sample, kLanes, 9);
    const auto backward = by_windows(*each.engine, reversed, kLanes, 9);
    for (std::size_t i = 0; i < kLanes; ++i) {
      REQUIRE(std::memcmp(forward.data() + i * kCount, backward.data() + (kLanes - 1 - i) * kCount,
                          kCount * sizeof(Distribution)) == 0);
    }
  }
}

TEST_CASE("EngineConformance.ResetGivesAnEmptyHistoryAndRestingLanesKeepTheirs", "[conformance]") {
  const auto sample = generated_sample(120);
  for (const Named& each : engines(synthetic_model(tiny_config(), 13))) {
    INFO(each.name);
    const auto session = each.engine->session(2);
    std::vector<Distribution> next(2), first(120), second(120);
    for (std::size_t t = 0; t < 120; ++t) {  // lane 1 rests every other step
      const std::uint8_t symbols[2] = {sample[t], sample[t / 2]};
      session->score(symbols, {}, t % 2 == 0 ? 2 : 1, 1, next);
      first[t] = next[0];
      if (t % 2 == 0) second[t / 2] = next[1];
    }
    const auto expected = by_steps(*each.engine, sample, 1);
    REQUIRE(std::memcmp(first.data(), expected.data(), 120 * sizeof(Distribution)) == 0);
    REQUIRE(std::memcmp(second.data(), expected.data(), 60 * sizeof(Distribution)) == 0);
    session->reset();
    session->score(sample, {}, 1, 1, next);
    REQUIRE(std::memcmp(next.data(), expected.data(), sizeof(Distribution)) == 0);
  }
}

TEST_CASE("EngineConformance.ThreadsDoNotChangeCodedBytes", "[conformance]") {
  const auto sample = generated_sample(3000);
  const BlockPlan plan = stated_plan(sample.size(), 8);
  std::vector<Bytes> coded;
  for (const Named& each : engines(synthetic_model(tiny_config(), 14))) {
    for (const int threads : {1, 2, 4}) {
      coded.push_back(NetworkCoder(each.engine, threads).encode(sample, plan, {}));
      INFO(each.name << ", " << threads << " threads");
      REQUIRE(coded.back() == coded.front());
    }
    Bytes decoded(sample.size());
    REQUIRE(NetworkCoder(each.engine, 4).decode(coded.front(), plan, decoded, {}));
    REQUIRE(decoded == sample);
  }
}

TEST_CASE("CheckEngines.FindsADifference", "[conformance]") {
  const auto backend = reference::ReferenceBackend();
  const auto sample = generated_sample(300);
  const auto a = backend.load(std::make_shared<const Model>(synthetic_model(tiny_config(), 1)));
  Model changed = synthetic_model(tiny_config(), 1);
  changed.weights.head_bias['e'] += 40;
  const auto b = backend.load(std::make_shared<const Model>(changed));
  REQUIRE(check_engines(*a, *a, sample, "same") > 300);
  REQUIRE_THROWS_AS(check_engines(*a, *b, sample, "changed"), Error);
}

TEST_CASE("CpuTargets.UnknownNameIsAnError", "[conformance]") {
  const auto model = std::make_shared<const Model>(synthetic_model(tiny_config(), 1));
  REQUIRE_THROWS_AS(cpu::load_cpu_engine(model, "mmx"), Error);
}

}  // namespace nnzip
