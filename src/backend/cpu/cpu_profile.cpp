// SPDX-License-Identifier: Apache-2.0
// Medians: a pass that the system interrupted does not count.
#include "backend/cpu/cpu_profile.h"

#include <algorithm>
#include <vector>

#include "backend/cpu/part_clock.h"

namespace nnzip::cpu {
namespace {

constexpr const char* kNames[kParts] = {"embedding", "norms", "qkv",  "attention",   "out",
                                        "up",        "down",  "head", "distribution"};

// Enough for a median; and enough positions before them to fill the widest windows that models have
// in practice.
constexpr int kPasses = 51;
// Of many rows, which take so long that others interrupt most of them.
constexpr int kWide = 256;
constexpr int kWidePasses = 15;
constexpr int kFilledPositions = 320;

constexpr int kPeakRuns = 50;
constexpr std::int64_t kPeakRounds = 20000;

std::uint64_t macs_of(Part part, const Config& c) {
  const std::uint64_t layers = c.layers(), width = c.width;
  switch (part) {
    case Part::kQkv:
      return layers * c.qkv_size() * width;
    case Part::kOut:
      return layers * c.query_size() * width;
    case Part::kUp:
    case Part::kDown:
      return layers * c.hidden * width;
    case Part::kHead:
      return std::uint64_t{kSymbols} * width;
    default:
      return 0;
  }
}

std::vector<std::uint8_t> any_symbols(std::size_t count) {
  std::vector<std::uint8_t> symbols(count);
  std::uint32_t state = 1;
  for (std::uint8_t& symbol : symbols) {
    state = state * 1664525 + 1013904223;
    symbol = static_cast<std::uint8_t>(state >> 24);
  }
  return symbols;
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Profile measure_parts(const std::shared_ptr<const PackedModel>& packed, int lanes, int count) {
  const bool wide = lanes * count >= kWide;
  PartClock clock(wide);
  const auto session = make_cpu_session(packed, lanes, &clock);
  const auto rows = static_cast<std::size_t>(lanes) * static_cast<std::size_t>(count);
  std::vector<Distribution> next(rows);
  const int filling = (kFilledPositions + count - 1) / count;
  const int passes = wide ? kWidePasses : kPasses;
  const auto symbols = any_symbols(rows * static_cast<std::size_t>(filling + passes));
  const auto taps = any_symbols(rows * packed->model->config.taps.size());
  std::array<std::vector<double>, kParts> times;
  for (int pass = 0; pass < filling + passes; ++pass) {
    clock.start();
    session->score(std::span(symbols).subspan(static_cast<std::size_t>(pass) * rows, rows), taps,
                   lanes, count, next);
    if (pass < filling) continue;
    for (std::size_t i = 0; i < kParts; ++i) times[i].push_back(clock.seconds()[i]);
  }
  Profile profile;
  for (std::size_t i = 0; i < kParts; ++i) {
    profile.parts.push_back({kNames[i], macs_of(static_cast<Part>(i), packed->model->config),
                             median(times[i]) / static_cast<double>(rows)});
  }
  return profile;
}

double measure_peak(const Kernels& kernels) {
  if (kernels.peak_loop == nullptr) return 0;
  double best = 0;
  for (int run = 0; run < kPeakRuns; ++run) {
    PartClock clock(false);
    clock.start();
    const std::int64_t macs = kernels.peak_loop(kPeakRounds);
    clock.lap(Part::kHead);
    const double seconds = clock.seconds()[static_cast<std::size_t>(Part::kHead)];
    if (seconds > 0) best = std::max(best, static_cast<double>(macs) / seconds);
  }
  return best;
}

}  // namespace nnzip::cpu
