// SPDX-License-Identifier: Apache-2.0
// Equality of engines: no tolerance.
#include "backend/check.h"

#include <algorithm>
#include <vector>

#include "nnzip/error.hpp"

namespace nnzip {
namespace {

constexpr std::size_t kLanes = 5;  // odd, so that no kernel's tile divides it
constexpr std::size_t kWindow = 37;

struct Place {
  const Engine& a;
  const Engine& b;
  const std::string& model;
  const char* way;
};

void compare(const Distribution& a, const Distribution& b, const Place& place, std::size_t lane,
             std::size_t position) {
  for (std::size_t s = 0; s <= kSymbols; ++s) {
    if (a.cumulative[s] == b.cumulative[s]) continue;
    throw Error(ErrorCode::kBackendMismatch,
                "model " + place.model + ": " + place.a.description() + " and " +
                    place.b.description() + " differ " + place.way + " in lane " +
                    std::to_string(lane) + ", position " + std::to_string(position) + ", symbol " +
                    std::to_string(s) + " (" + std::to_string(a.cumulative[s]) + " and " +
                    std::to_string(b.cumulative[s]) +
                    "). Files written by one do not open with the other: do not use this build.");
  }
}

void score(Session& session, const Engine& engine, std::span<const std::uint8_t> symbols,
           std::span<const std::uint8_t> taps, std::size_t active, std::size_t count,
           std::span<Distribution> next) {
  session.score(symbols, taps, static_cast<int>(active), static_cast<int>(count), next);
  throw_if_failed(session, engine.description());
}

// All lanes in lockstep; lane i begins at its own part of the sample.
std::uint64_t check_steps(const Place& place, std::span<const std::uint8_t> sample) {
  const std::size_t lanes = std::min(kLanes, sample.size());
  const std::size_t length = sample.size() / lanes;
  const auto session_a = place.a.session(static_cast<int>(lanes));
  const auto session_b = place.b.session(static_cast<int>(lanes));
  const std::size_t row = place.a.taps().size() * lanes;
  const std::vector<std::uint8_t> all_taps = generated_taps(length, row);
  std::vector<std::uint8_t> symbols(lanes);
  std::vector<Distribution> a(lanes), b(lanes);
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t lane = 0; lane < lanes; ++lane) symbols[lane] = sample[lane * length + t];
    const auto taps = std::span(all_taps).subspan(t * row, row);
    score(*session_a, place.a, symbols, taps, lanes, 1, a);
    score(*session_b, place.b, symbols, taps, lanes, 1, b);
    for (std::size_t lane = 0; lane < lanes; ++lane) compare(a[lane], b[lane], place, lane, t);
  }
  return lanes * length;
}

// One lane; `a` scores windows, `b` steps.
std::uint64_t check_windows(const Place& place, std::span<const std::uint8_t> sample) {
  const auto session_a = place.a.session(1);
  const auto session_b = place.b.session(1);
  const std::size_t row = place.a.taps().size();
  const std::vector<std::uint8_t> all_taps = generated_taps(sample.size(), row);
  std::vector<Distribution> a(kWindow), b(1);
  for (std::size_t begin = 0; begin < sample.size(); begin += kWindow) {
    const auto window = sample.subspan(begin, std::min(kWindow, sample.size() - begin));
    const auto taps = std::span(all_taps).subspan(begin * row, window.size() * row);
    score(*session_a, place.a, window, taps, 1, window.size(), a);
    for (std::size_t t = 0; t < window.size(); ++t) {
      score(*session_b, place.b, window.subspan(t, 1), taps.subspan(t * row, row), 1, 1, b);
      compare(a[t], b[0], place, 0, begin + t);
    }
  }
  return sample.size();
}

}  // namespace

std::uint64_t check_engines(const Engine& a, const Engine& b, std::span<const std::uint8_t> sample,
                            const std::string& model_name) {
  if (sample.empty()) return 0;
  const auto tail = sample.subspan(0, std::min<std::size_t>(sample.size(), 1200));
  return check_steps({a, b, model_name, "by steps"}, sample) +
         check_windows({a, b, model_name, "by windows against steps"}, tail) +
         check_windows({b, a, model_name, "by steps against windows"}, tail);
}

std::vector<std::uint8_t> generated_sample(std::size_t bytes) {
  static constexpr char kWords[] =
      "the of and to in that it was his with for as had not but her which at from they this were "
      "have if (x < 0) return; <p class=\"a\"> {\"id\": 12, \"name\": \"b\"},\n int main(void)\n "
      "1024\t3.14 ";
  std::vector<std::uint8_t> sample;
  std::uint32_t state = 1;
  const auto random = [&state](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::uint32_t>((std::uint64_t{state} * below) >> 32);
  };
  while (sample.size() < bytes) {
    if (random(16) == 0) {  // noise
      for (std::uint32_t n = random(12); n > 0; --n)
        sample.push_back(static_cast<std::uint8_t>(random(256)));
      continue;
    }
    const std::uint32_t begin = random(sizeof kWords - 24);
    const std::uint32_t length = 4 + random(20);
    sample.insert(sample.end(), kWords + begin, kWords + begin + length);
  }
  sample.resize(bytes);
  return sample;
}

std::vector<std::uint8_t> generated_taps(std::size_t symbols, std::size_t taps) {
  std::vector<std::uint8_t> values(symbols * taps);
  std::uint32_t state = 2;
  for (std::uint8_t& value : values) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<std::uint8_t>(state >> 24);
  }
  return values;
}

}  // namespace nnzip
