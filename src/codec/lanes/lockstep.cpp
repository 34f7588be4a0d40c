// SPDX-License-Identifier: Apache-2.0
// While a group of lanes is used, the others are computed, or of known content what comes next.
#include "codec/lanes/lockstep.h"

#include <algorithm>

namespace nnzip {
namespace {

// Rows of pixels make windows of no use where streams are many.
bool has_windows(const Layout& layout, Lockstep::Content known) {
  return known == Lockstep::Content::kKnown && layout.form != Form::kPixels;
}

// Of known content, which is computed ahead.
int team_threads(const Engine& engine, int threads) {
  return std::max(threads, is_wide_device(engine) ? 2 : 1);
}

}  // namespace

Lockstep::Lockstep(const Engine& engine, int threads, std::span<const std::uint8_t> content,
                   const BlockOrder& order, const Layout& layout, Content known, Signed is_signed)
    : Lockstep(engine, threads, content, order, layout, known, {0, order.streams()}, is_signed) {}

Lockstep::Lockstep(const Engine& engine, int threads, std::span<const std::uint8_t> content,
                   const BlockOrder& order, const Layout& layout, Content known, Streams streams,
                   Signed is_signed)
    : content_(content),
      order_(order),
      first_(streams.first),
      tap_count_(engine.taps().size()),
      shape_(engine),
      by_windows_(has_windows(layout, known)),
      signed_(is_signed == Signed::kYes),
      ahead_(by_windows_ && team_threads(engine, threads) > 1),
      predictions_(streams.lanes),
      symbols_(streams.lanes),
      team_(engine, by_windows_ ? team_threads(engine, threads) : threads, streams.lanes,
            by_windows_ ? LaneTeam::Use::kAhead : LaneTeam::Use::kInTurns, signed_) {
  const bool samples = engine.content() == Form::kSamples;
  if (engine.content() == Form::kPixels) pixel_taps_.emplace(layout, content, engine.taps());
  for (std::size_t lane = 0; lane < streams.lanes; ++lane) {
    positions_.push_back(order.first(first_ + lane));
    if (samples) sample_taps_.emplace_back(layout, positions_.back(), engine.taps());
  }
  batches_.resize(team_.groups());
}

std::uint64_t Lockstep::memory_bytes(const Engine& engine, int threads, std::size_t lanes,
                                     Signed is_signed) {
  const CallShape shape(engine);
  std::uint64_t sessions = 0;
  for (const LaneTeam::Use use : {LaneTeam::Use::kAhead, LaneTeam::Use::kInTurns}) {
    const int team = use == LaneTeam::Use::kAhead ? team_threads(engine, threads) : threads;
    const std::size_t groups = LaneTeam::group_count(shape, team, lanes, use);
    const auto group_lanes = static_cast<int>((lanes + groups - 1) / groups);
    sessions = std::max(sessions, groups * engine.session_bytes(group_lanes));
  }
  constexpr std::size_t kWindowRow = sizeof(Walk) + kMaxTaps + 2;       // of two windows
  const std::size_t distributions = is_signed == Signed::kYes ? 2 : 1;  // of two windows as well
  return sessions +
         std::max(shape.rows(), lanes) * (distributions * sizeof(Distribution) + 2 * kWindowRow);
}

bool Lockstep::run(const Code& code) { return by_windows_ ? run_windows(code) : run_steps(code); }

std::size_t Lockstep::active_in(std::size_t group, const Window& window) const {
  const std::size_t first = team_.first_lane(group);
  return window.active <= first ? 0 : std::min(window.active - first, team_.lanes(group));
}

// Lanes stand longest first.
Lockstep::Window Lockstep::window_at(std::size_t begin) const {
  std::size_t active = positions_.size();
  while (active > 0 && size(active - 1) <= begin) --active;
  if (active == 0) return {};
  const std::size_t left = size(active - 1) - begin;
  return {begin, std::min(shape_.window(active), left), active};
}

// Precondition: what was started before has been waited for.
void Lockstep::start_window(const Window& window, std::size_t half) {
  for (std::size_t g = 0; g < team_.groups(); ++g) {
    const std::size_t lanes = active_in(g, window);
    if (lanes == 0) continue;
    Batch& batch = batches_[g][half];
    batch.count = window.count;
    batch.symbols.resize(lanes * window.count);
    batch.taps.resize(batch.symbols.size() * tap_count_);
    batch.followers.resize(batch.symbols.size());
    if (signed_) {
      batch.next.resize(batch.symbols.size());
    } else {
      batch.walks.resize(batch.symbols.size());
    }
    std::size_t at = 0;
    for (std::size_t lane = team_.first_lane(g); lane < team_.first_lane(g) + lanes; ++lane) {
      const std::uint8_t* const bytes = content_.data() + order_.first(first_ + lane);
      for (std::size_t t = window.begin; t < window.begin + window.count; ++t, ++at) {
        batch.symbols[at] = t == 0 ? std::uint8_t{0} : bytes[t - 1];
        batch.followers[at] = bytes[t];
        if (sample_taps_.empty()) continue;
        sample_taps_[lane].prepare(std::span(batch.taps).subspan(at * tap_count_, tap_count_));
        sample_taps_[lane].push(bytes[t]);
      }
    }
    if (signed_) {
      team_.start(g, batch.symbols, batch.taps, static_cast<int>(lanes),
                  static_cast<int>(window.count), batch.next);
      continue;
    }
    team_.start_walks(g, batch.symbols, batch.taps, batch.followers, static_cast<int>(lanes),
                      static_cast<int>(window.count), batch.walks);
  }
}

bool Lockstep::run_windows(const Code& code) {
  std::size_t half = 0;
  Window window = window_at(0);
  start_window(window, half);
  while (window.count > 0) {
    for (std::size_t g = 0; g < team_.groups(); ++g) team_.wait(g);
    const Window next = window_at(window.begin + window.count);
    if (ahead_) start_window(next, half ^ 1);
    for (std::size_t t = 0; t < window.count; ++t) {
      for (std::size_t g = 0; g < team_.groups(); ++g) {
        const Batch& batch = batches_[g][half];
        for (std::size_t i = 0; i < active_in(g, window); ++i) {
          const std::size_t stream = first_ + team_.first_lane(g) + i;
          const std::size_t position = order_.first(stream) + window.begin + t;
          const std::size_t at = i * batch.count + t;
          if (!signed_) lay_out(batch.walks[at], content_[position], walked_);
          if (!code(stream, position, signed_ ? batch.next[at] : walked_)) return false;
        }
      }
    }
    // With one thread nothing is computed before the next wait: what was used stays in the cache.
    if (!ahead_) start_window(next, half);
    window = next;
    if (ahead_) half ^= 1;
  }
  return true;
}

// Lanes are fed from the first one of the group to the last one that has a byte at that step: all
// of them have begun, since streams begin in their order. What those get that have ended does not
// matter.
void Lockstep::start_step(std::size_t group, std::size_t step) {
  const std::size_t first = team_.first_lane(group);
  std::size_t lanes = team_.lanes(group);
  while (lanes > 0 && !has_byte(first + lanes - 1, step)) --lanes;
  if (lanes == 0) return;
  Batch& batch = batches_[group][0];
  batch.taps.resize(lanes * tap_count_);
  batch.next.resize(lanes);
  for (std::size_t i = 0; tap_count_ != 0 && i < lanes; ++i) {
    const std::size_t lane = first + i;
    if (!has_byte(lane, step)) continue;
    const auto taps = std::span(batch.taps).subspan(i * tap_count_, tap_count_);
    if (pixel_taps_) {
      predictions_[lane] = pixel_taps_->prepare(positions_[lane], taps);
    } else {
      sample_taps_[lane].prepare(taps);
    }
  }
  team_.start(group, std::span(symbols_).subspan(first, lanes), batch.taps, static_cast<int>(lanes),
              1, batch.next);
}

bool Lockstep::run_steps(const Code& code) {
  // Steps before the first one of these streams are of others.
  const std::size_t begin = order_.start(first_);
  for (std::size_t g = 0; g < team_.groups(); ++g) start_step(g, begin);
  for (std::size_t step = begin; step < order_.steps(); ++step) {
    for (std::size_t g = 0; g < team_.groups(); ++g) {
      team_.wait(g);
      const std::size_t first = team_.first_lane(g);
      for (std::size_t lane = first; lane < first + team_.lanes(g); ++lane) {
        if (!has_byte(lane, step)) continue;
        std::size_t& position = positions_[lane];
        const Distribution& of_symbol = batches_[g][0].next[lane - first];
        if (!code(first_ + lane, position, distribution(lane, of_symbol))) return false;
        const std::uint8_t byte = content_[position];
        symbols_[lane] = static_cast<std::uint8_t>(byte - predictions_[lane]);
        if (!sample_taps_.empty()) sample_taps_[lane].push(byte);
        position = order_.next(position);
      }
      start_step(g, step + 1);
    }
  }
  return true;
}

const Distribution& Lockstep::distribution(std::size_t lane, const Distribution& of_symbol) {
  if (!pixel_taps_) return of_symbol;
  rotate(of_symbol, predictions_[lane], rotated_);
  return rotated_;
}

void rotate(const Distribution& of_symbol, std::uint8_t prediction, Distribution& of_byte) {
  const std::uint32_t* const from = of_symbol.cumulative;
  // Bytes below the prediction are the last symbols.
  const std::uint32_t last = 256u - prediction;
  const std::uint32_t below = Distribution::kTotal - from[last];
  for (std::uint32_t i = 0; i < prediction; ++i)
    of_byte.cumulative[i] = from[last + i] - from[last];
  for (std::uint32_t i = prediction; i <= 256; ++i) {
    of_byte.cumulative[i] = below + from[i - prediction];
  }
}

}  // namespace nnzip
