// SPDX-License-Identifier: Apache-2.0
// Every engine on a CPU that this machine can run, or one device, and what they give by steps and
// by windows.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/reference/reference_backend.h"
#include "backend/registry.h"
#include "base/cpu_target.h"

namespace nnzip::test {

struct NamedEngine {
  std::string name;
  std::shared_ptr<const Engine> engine;
};

// The reference first; then the device that NNZIP_TEST_DEVICE names alone, if it does.
inline std::vector<NamedEngine> engines(const Model& model) {
  const auto shared = std::make_shared<const Model>(model);
  std::vector<NamedEngine> all{{"reference", reference::ReferenceBackend().load(shared)}};
  if (const char* device = std::getenv("NNZIP_TEST_DEVICE"); device != nullptr) {
    all.push_back({device, find_backend(device).load(shared)});
    REQUIRE(all.back().engine->description().starts_with(all.back().name + " ("));
    return all;
  }
  for (const std::string& target : cpu_targets()) {
    all.push_back({"cpu (" + target + ")", cpu::load_cpu_engine(shared, target)});
    REQUIRE(all.back().engine->description() == all.back().name);  // the forced one is running
  }
  return all;
}

// [lanes][count] distributions of the sample, by calls of score() for windows of so many symbols.
// taps: [lanes][count][taps]
inline std::vector<Distribution> by_windows(const Engine& engine,
                                            const std::vector<std::uint8_t>& sample,
                                            std::size_t lanes, std::size_t window,
                                            const std::vector<std::uint8_t>& taps = {}) {
  const std::size_t count = sample.size() / lanes, row = engine.taps().size();
  REQUIRE(taps.size() == sample.size() * row);
  const auto session = engine.session(static_cast<int>(lanes));
  std::vector<Distribution> all(lanes * count), next(lanes * window);
  for (std::size_t t = 0; t < count; t += window) {
    const std::size_t n = std::min(window, count - t);
    std::vector<std::uint8_t> symbols, values;
    for (std::size_t i = 0; i < lanes; ++i) {
      const auto at = static_cast<std::ptrdiff_t>(i * count + t);
      const auto end = at + static_cast<std::ptrdiff_t>(n), size = static_cast<std::ptrdiff_t>(row);
      symbols.insert(symbols.end(), sample.begin() + at, sample.begin() + end);
      values.insert(values.end(), taps.begin() + at * size, taps.begin() + end * size);
    }
    session->score(symbols, values, static_cast<int>(lanes), static_cast<int>(n), next);
    for (std::size_t i = 0; i < lanes; ++i) {
      for (std::size_t k = 0; k < n; ++k) all[i * count + t + k] = next[i * n + k];
    }
  }
  return all;
}

// The same by single steps of all lanes.
inline std::vector<Distribution> by_steps(const Engine& engine,
                                          const std::vector<std::uint8_t>& sample,
                                          std::size_t lanes,
                                          const std::vector<std::uint8_t>& taps = {}) {
  const std::size_t count = sample.size() / lanes, row = engine.taps().size();
  REQUIRE(taps.size() == sample.size() * row);
  const auto session = engine.session(static_cast<int>(lanes));
  std::vector<Distribution> all(lanes * count), next(lanes);
  std::vector<std::uint8_t> symbols(lanes), values(lanes * row);
  for (std::size_t t = 0; t < count; ++t) {
    for (std::size_t i = 0; i < lanes; ++i) {
      symbols[i] = sample[i * count + t];
      for (std::size_t k = 0; k < row; ++k) values[i * row + k] = taps[(i * count + t) * row + k];
    }
    session->score(symbols, values, static_cast<int>(lanes), 1, next);
    for (std::size_t i = 0; i < lanes; ++i) all[i * count + t] = next[i];
  }
  return all;
}

// [lanes][count] walks to what follows each symbol, the last one of a lane followed by its first;
// by one call.
inline std::vector<Walk> walks(const Engine& engine, const std::vector<std::uint8_t>& sample,
                               std::size_t lanes, const std::vector<std::uint8_t>& taps = {}) {
  const std::size_t count = sample.size() / lanes;
  std::vector<std::uint8_t> followers;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    followers.push_back(sample[i % count == count - 1 ? i + 1 - count : i + 1]);
  }
  std::vector<Distribution> rows(sample.size());
  std::vector<Walk> made(sample.size());
  engine.session(static_cast<int>(lanes))
      ->score_walks(sample, taps, followers, static_cast<int>(lanes), static_cast<int>(count), rows,
                    made);
  return made;
}

// Whether these are the walks through those distributions.
inline bool equal(const std::vector<Walk>& walks, const std::vector<Distribution>& rows,
                  const std::vector<std::uint8_t>& sample, std::size_t lanes) {
  const std::size_t count = sample.size() / lanes;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const std::uint8_t follower = sample[i % count == count - 1 ? i + 1 - count : i + 1];
    std::uint32_t low = 0, high = 256;  // a bit takes a half of the symbols that are left
    for (int bit = 0; bit < 8; ++bit) {
      const std::uint32_t middle = (low + high) / 2;
      if (walks[i].cuts[bit] != rows[i].cumulative[middle]) return false;
      (follower >> (7 - bit) & 1 ? low : high) = middle;
    }
  }
  return walks.size() == rows.size();
}

inline bool equal(const std::vector<Distribution>& a, const std::vector<Distribution>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return std::ranges::equal(x.cumulative, y.cumulative);
  });
}

// Of sessions that sign: those of the engines above but the device.
inline bool equally_signed(const std::vector<Distribution>& a, const std::vector<Distribution>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return std::ranges::equal(x.signature, y.signature);
  });
}

inline bool valid(const Distribution& d) {
  if (d.cumulative[0] != 0 || d.cumulative[256] != Distribution::kTotal) return false;
  for (std::size_t s = 0; s < 256; ++s) {
    if (d.cumulative[s] >= d.cumulative[s + 1]) return false;
  }
  return true;
}

}  // namespace nnzip::test
