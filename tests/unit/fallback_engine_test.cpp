// SPDX-License-Identifier: Apache-2.0
// A device that fails, and the one that stands in for it.
#include "backend/fallback_engine.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "backend/registry.h"
#include "base/bytes.h"
#include "model/synthetic.h"
#include "unit/wrapped_engine.h"

namespace nnzip {
namespace {

using Distributions = std::vector<Distribution>;

std::shared_ptr<const Model> small_model(Config config = tiny_config()) {
  config.windows = {3, 9, 1, 6};
  return std::make_shared<const Model>(synthetic_model(config, 5));
}

Bytes noise(std::size_t bytes) {
  std::mt19937 random(7);
  Bytes made(bytes);
  for (std::uint8_t& byte : made) byte = static_cast<std::uint8_t>(random());
  return made;
}

struct Device {
  explicit Device(std::shared_ptr<const Model> model) : reach(model->config.reach()) {
    const auto cpu = [model] { return find_backend("cpu").load(model); };
    other = cpu();
    device = std::make_shared<test::WrappedEngine>(cpu());
    const auto load_other = [this] {
      ++loads;
      return other;
    };
    engine = std::make_unique<FallbackEngine>(device, load_other, reach);
  }

  std::size_t reach;
  int loads = 0;
  std::shared_ptr<const Engine> other;
  std::shared_ptr<test::WrappedEngine> device;
  std::unique_ptr<FallbackEngine> engine;
};

// Calls with fewer and fewer lanes, by one to four positions each; walks from every third one.
Distributions run(Session& session, std::size_t taps) {
  const Bytes symbols = noise(6000);
  Distributions all;
  std::size_t at = 0;
  for (int call = 0; call < 90; ++call) {
    const int active = session.lanes() - call / 40, count = 1 + call % 4;
    const auto rows = static_cast<std::size_t>(active * count);
    Distributions next(rows);
    const auto fed = std::span(symbols).subspan(at, rows),
               values = std::span(symbols).subspan(at, rows * taps);
    if (call % 3 == 0) {
      std::vector<Walk> walks(rows);
      session.score_walks(fed, values, fed, active, count, next, walks);
      next.assign(rows, {});
      for (std::size_t i = 0; i < rows; ++i) lay_out(walks[i], fed[i], next[i]);
    } else {
      session.score(fed, values, active, count, next);
    }
    all.insert(all.end(), next.begin(), next.end());
    at += rows;
  }
  return all;
}

bool equal(const Distributions& a, const Distributions& b) {
  return std::ranges::equal(a, b, [](const Distribution& x, const Distribution& y) {
    return std::ranges::equal(x.cumulative, y.cumulative);
  });
}

TEST_CASE("FallbackEngine.GoesOnWithTheSameDistributions") {
  for (const Config& config : {tiny_config(), tiny_tap_config(Form::kSamples)}) {
    const auto model = small_model(config);
    for (const int good_calls : {0, 1, 7, 50, 89, 1000}) {
      CAPTURE(config.taps.size(), good_calls);
      Device device(model);
      const std::size_t taps = device.engine->taps().size();
      const Distributions expected = run(*device.other->session(3), taps);
      device.device->good_calls = good_calls;
      const auto session = device.engine->session(3);
      CHECK(equal(run(*session, taps), expected));
      CHECK_FALSE(session->failed());
      CHECK(device.loads == (good_calls < 90 ? 1 : 0));
      CHECK(device.engine->trouble().empty() == (good_calls >= 90));
      session->reset();
      CHECK(equal(run(*session, taps), expected));
    }
  }
}

TEST_CASE("FallbackEngine.UsesADeviceThatFailedNoMore") {
  Device device(small_model());
  device.device->good_calls = 5;
  CHECK(device.engine->description() == "wrapped");
  run(*device.engine->session(2), 0);
  CHECK(device.engine->description() == device.other->description());
  CHECK(device.engine->preferred().lanes == device.other->preferred().lanes);
  const std::size_t calls = device.device->calls().size();
  run(*device.engine->session(2), 0);
  CHECK(device.device->calls().size() == calls);
  CHECK(device.loads == 1);
  CHECK(device.engine->trouble().starts_with("the device wrapped failed while it computed, and "));
}

TEST_CASE("FallbackEngine.HasTheOtherEngineSign") {
  Device device(small_model());
  const Distributions expected = run(*device.other->signing_session(2), 0);
  const Distributions made = run(*device.engine->signing_session(2), 0);
  CHECK(equal(made, expected));
  CHECK(std::ranges::equal(made, expected, [](const Distribution& x, const Distribution& y) {
    return std::ranges::equal(x.signature, y.signature);
  }));
  CHECK(std::ranges::any_of(made, [](const Distribution& d) { return d.signature[0] != 0; }));
  CHECK(device.device->calls().empty());
  CHECK(device.engine->description() == "wrapped");
  CHECK(device.engine->trouble().empty());
}

TEST_CASE("FallbackEngine.CountsWhatSessionsRemember") {
  const Device device(small_model());
  CHECK(device.engine->session_bytes(3) == device.device->session_bytes(3) + 3 * device.reach);
}

// What is farther back than reach() tells nothing, and what is as far may.
TEST_CASE("Config.ReachIsAsFarAsDistributionsLook") {
  const auto model = small_model();
  const std::size_t reach = model->config.reach();
  CHECK(reach == std::size_t{1} * (3 + 9 + 1 + 6 - 4) +
                     std::ranges::max(model->config.ngrams, {}, &NgramTable::order).order);
  const auto engine = find_backend("cpu").load(model);
  const auto last = [&](const Bytes& symbols) {
    Distributions next(symbols.size());
    engine->session(1)->score(symbols, {}, 1, static_cast<int>(symbols.size()), next);
    return Distributions{next.back()};
  };
  const Bytes content = noise(2 * reach);
  int differ = 0;
  for (std::size_t back = 1; back <= content.size(); ++back) {
    Bytes changed = content;
    changed[content.size() - back] ^= 0x55;
    const bool same = equal(last(changed), last(content));
    CAPTURE(back);
    if (back > reach) CHECK(same);
    differ += same ? 0 : 1;
  }
  CHECK(differ > 3);
}

}  // namespace
}  // namespace nnzip
