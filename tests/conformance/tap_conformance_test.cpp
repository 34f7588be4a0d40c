// SPDX-License-Identifier: Apache-2.0
// Networks with taps: equal integers on every engine, and every value counts where it belongs.
#include <algorithm>
#include <catch2/catch.hpp>

#include "backend/check.h"
#include "codec/lanes/call_shape.h"
#include "codec/lanes/lane_team.h"
#include "conformance/engine_runs.h"
#include "model/synthetic.h"
#include "nnzip/error.hpp"

namespace nnzip {
namespace {

using test::by_steps;
using test::by_windows;
using test::engines;
using test::equal;

Model tap_model(Form form, std::uint64_t seed, SyntheticKind kind = SyntheticKind::kPlain) {
  return synthetic_model(tiny_tap_config(form), seed, kind);
}

bool same(const Distribution& a, const Distribution& b) {
  return std::ranges::equal(a.cumulative, b.cumulative);
}

}  // namespace

TEST_CASE("TapConformance.EqualsReferenceByStepsAndByWindows", "[conformance]") {
  const auto kind = GENERATE(SyntheticKind::kPlain, SyntheticKind::kExtreme);
  const Form form = GENERATE(Form::kPixels, Form::kSamples);
  const Model model = tap_model(form, 21, kind);
  const auto sample = generated_sample(600);
  const auto taps = generated_taps(sample.size(), model.config.taps.size());
  const auto all = engines(model);
  const auto expected = by_steps(*all.front().engine, sample, 3, taps);
  for (const Distribution& d : expected) REQUIRE(test::valid(d));
  for (const auto& each : all) {
    INFO(each.name);
    REQUIRE(std::ranges::equal(each.engine->taps(), model.config.taps));
    REQUIRE(equal(by_steps(*each.engine, sample, 3, taps), expected));
    REQUIRE(equal(by_windows(*each.engine, sample, 3, 17, taps), expected));
    REQUIRE(equal(by_windows(*each.engine, sample, 3, 200, taps), expected));
  }
}

// All that one sum can hold of known taps. Rows that nearly cancel out tell a sum that saturates or
// rounds on the way from an exact one.
TEST_CASE("TapConformance.LargestSumsAreExact", "[conformance]") {
  Config config = tiny_tap_config(Form::kPixels);
  config.ngrams.assign(kMaxNgrams, {2, 64});
  Model model = synthetic_model(config, 22, SyntheticKind::kExtreme);
  for (auto* tables : {&model.weights.ngrams, &model.weights.taps}) {
    for (TableWeights& table : *tables) table.multiplier = 32767;
  }
  for (std::size_t i = 0; i + 1 < model.weights.taps.size(); i += 2) {
    std::vector<std::int8_t>& opposite = model.weights.taps[i + 1].entries;
    opposite = model.weights.taps[i].entries;
    for (std::int8_t& entry : opposite) entry = static_cast<std::int8_t>(-entry);
  }
  const auto sample = generated_sample(300);
  // One value for all taps of a symbol, so that two and two cancel out.
  std::vector<std::uint8_t> taps;
  for (const std::uint8_t value : generated_taps(sample.size(), 1)) {
    taps.insert(taps.end(), config.taps.size(), value);
  }
  const auto all = engines(model);
  const auto expected = by_steps(*all.front().engine, sample, 2, taps);
  for (const auto& each : all) {
    INFO(each.name);
    REQUIRE(equal(by_steps(*each.engine, sample, 2, taps), expected));
    REQUIRE(equal(by_windows(*each.engine, sample, 2, 64, taps), expected));
  }
}

TEST_CASE("TapConformance.EveryTapChangesItsDistributionAndNoneBefore", "[conformance]") {
  constexpr std::size_t kCount = 40, kChanged = 25;
  const Form form = GENERATE(Form::kPixels, Form::kSamples);
  const auto sample = generated_sample(kCount);
  for (const auto& each : engines(tap_model(form, 23))) {
    const std::size_t row = each.engine->taps().size();
    const auto taps = generated_taps(kCount, row);
    const auto before = by_steps(*each.engine, sample, 1, taps);
    for (std::size_t tap = 0; tap < row; ++tap) {
      INFO(each.name << ", tap " << tap);
      auto changed = taps;
      changed[kChanged * row + tap] ^= 0x80;
      const auto after = by_steps(*each.engine, sample, 1, changed);
      for (std::size_t t = 0; t < kChanged; ++t) REQUIRE(same(after[t], before[t]));
      REQUIRE_FALSE(same(after[kChanged], before[kChanged]));
    }
  }
}

TEST_CASE("TapConformance.LanesHaveTheirOwnTaps", "[conformance]") {
  constexpr std::size_t kLanes = 13, kCount = 30;
  const auto sample = generated_sample(kLanes * kCount);
  for (const auto& each : engines(tap_model(Form::kSamples, 24))) {
    INFO(each.name);
    const std::size_t row = each.engine->taps().size();
    const auto taps = generated_taps(sample.size(), row);
    const auto together = by_steps(*each.engine, sample, kLanes, taps);
    for (std::size_t i = 0; i < kLanes; ++i) {
      const auto part = [&](const std::vector<std::uint8_t>& all, std::size_t size) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * size);
        return std::vector<std::uint8_t>(begin, begin + static_cast<std::ptrdiff_t>(size));
      };
      const auto alone =
          by_windows(*each.engine, part(sample, kCount), 1, 7, part(taps, kCount * row));
      for (std::size_t t = 0; t < kCount; ++t) {
        REQUIRE(same(alone[t], together[i * kCount + t]));
      }
    }
  }
}

TEST_CASE("TapConformance.TablesOfZerosAreAModelWithoutTaps", "[conformance]") {
  Model silent = tap_model(Form::kPixels, 25);
  for (TableWeights& tap : silent.weights.taps) std::ranges::fill(tap.entries, std::int8_t{0});
  Model without = silent;
  without.config.content = Form::kBytes;
  without.config.taps.clear();
  without.weights.taps.clear();
  const auto sample = generated_sample(200);
  const auto taps = generated_taps(sample.size(), silent.config.taps.size());
  const auto all = engines(silent), plain = engines(without);
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO(all[i].name);
    REQUIRE(equal(by_windows(*all[i].engine, sample, 2, 9, taps),
                  by_windows(*plain[i].engine, sample, 2, 9)));
  }
}

TEST_CASE("TapConformance.ATeamGivesEachGroupItsTaps", "[conformance]") {
  constexpr std::size_t kLanes = 9, kCount = 12;
  const auto sample = generated_sample(kLanes * kCount);
  const auto all = engines(tap_model(Form::kPixels, 26));
  const Engine& engine = *all.back().engine;
  const std::size_t row = engine.taps().size();
  const auto taps = generated_taps(sample.size(), row);
  LaneTeam team(engine, 2, kLanes, LaneTeam::Use::kAhead);
  REQUIRE((team.groups() > 1 || is_wide_device(engine)));
  std::vector<Distribution> next(sample.size());
  for (std::size_t g = 0; g < team.groups(); ++g) {
    const std::size_t first = team.first_lane(g) * kCount, size = team.lanes(g) * kCount;
    team.start(g, std::span(sample).subspan(first, size),
               std::span(taps).subspan(first * row, size * row), static_cast<int>(team.lanes(g)),
               kCount, std::span(next).subspan(first, size));
  }
  for (std::size_t g = 0; g < team.groups(); ++g) team.wait(g);
  REQUIRE(equal(next, by_steps(*all.front().engine, sample, kLanes, taps)));
}

TEST_CASE("CheckEngines.FindsADifferenceInATap", "[conformance]") {
  const auto backend = reference::ReferenceBackend();
  const auto sample = generated_sample(100);
  Model model = tap_model(Form::kSamples, 27);
  const auto a = backend.load(std::make_shared<const Model>(model));
  model.weights.taps.back().multiplier += 20;
  const auto b = backend.load(std::make_shared<const Model>(model));
  REQUIRE(check_engines(*a, *a, sample, "same") == 300);
  REQUIRE_THROWS_AS(check_engines(*a, *b, sample, "changed"), Error);
}

}  // namespace nnzip
