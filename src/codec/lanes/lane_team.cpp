// SPDX-License-Identifier: Apache-2.0
// One lock for all: a task takes tens of microseconds at least.
#include "codec/lanes/lane_team.h"

#include <algorithm>
#include <system_error>

namespace nnzip {

std::size_t LaneTeam::group_count(const CallShape& shape, int threads, std::size_t lanes, Use use) {
  if (threads <= 1) return 1;
  const auto team = static_cast<std::size_t>(threads);
  // The caller starts all groups at once and comes to help later: small groups are shared out more
  // evenly.
  if (use == Use::kAhead) {
    const std::size_t wide = lanes * shape.window(lanes) / shape.lanes;
    return std::clamp<std::size_t>(wide, 1, std::min(lanes, 4 * team));
  }
  // Two for each thread at most, so that one can be used while the other is computed; to have one
  // for each, half the width will do.
  const std::size_t few = std::max<std::size_t>(shape.lanes / 2, 1);
  return std::clamp<std::size_t>(std::max(lanes / shape.lanes, std::min(team, lanes / few)), 1,
                                 std::min(lanes, 2 * team));
}

LaneTeam::LaneTeam(const Engine& engine, int threads, std::size_t lanes, Use use, bool sign)
    : device_(engine.description()), groups_(group_count(CallShape(engine), threads, lanes, use)) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    Group& group = groups_[i];
    group.first_lane = i * lanes / groups_.size();
    group.lanes = (i + 1) * lanes / groups_.size() - group.first_lane;
    const auto group_lanes = static_cast<int>(group.lanes);
    group.session = sign ? engine.signing_session(group_lanes) : engine.session(group_lanes);
  }
  const std::size_t useful = groups_.size() + (use == Use::kAhead ? 1 : 0);
  const auto wanted = std::min(static_cast<std::size_t>(std::max(threads, 1)), useful);
  try {
    helpers_.reserve(wanted);
    while (helpers_.size() + 1 < wanted) helpers_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // Fewer threads than wanted are slower, no error.
  }
}

LaneTeam::~LaneTeam() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void LaneTeam::start(std::size_t index, std::span<const std::uint8_t> symbols,
                     std::span<const std::uint8_t> taps, int active, int count,
                     std::span<Distribution> next) {
  Group& group = groups_[index];
  group.symbols = symbols;
  group.taps = taps;
  group.active = active;
  group.count = count;
  group.next = next;
  group.walks = {};
  start(group);
}

void LaneTeam::start_walks(std::size_t index, std::span<const std::uint8_t> symbols,
                           std::span<const std::uint8_t> taps,
                           std::span<const std::uint8_t> followers, int active, int count,
                           std::span<Walk> walks) {
  Group& group = groups_[index];
  if (group.rows.size() < walks.size()) group.rows.resize(walks.size());
  group.symbols = symbols;
  group.taps = taps;
  group.followers = followers;
  group.active = active;
  group.count = count;
  group.walks = walks;
  start(group);
}

void LaneTeam::start(Group& group) {
  {
    const std::lock_guard lock(mutex_);
    group.state = State::kWaiting;
  }
  if (!helpers_.empty()) changed_.notify_all();
}

void LaneTeam::wait(std::size_t index) {
  Group& group = groups_[index];
  std::unique_lock lock(mutex_);
  while (group.state != State::kDone) {
    Group* const task = group.state == State::kWaiting ? &group : next_task();
    if (task != nullptr) {
      run(*task, lock);
    } else {
      changed_.wait(lock);
    }
  }
  throw_if_failed(*group.session, device_);
}

LaneTeam::Group* LaneTeam::next_task() {
  for (Group& group : groups_) {
    if (group.state == State::kWaiting) return &group;
  }
  return nullptr;
}

void LaneTeam::run(Group& group, std::unique_lock<std::mutex>& lock) {
  group.state = State::kRunning;
  lock.unlock();
  if (group.walks.empty()) {
    group.session->score(group.symbols, group.taps, group.active, group.count, group.next);
  } else {
    group.session->score_walks(group.symbols, group.taps, group.followers, group.active,
                               group.count, group.rows, group.walks);
  }
  lock.lock();
  group.state = State::kDone;
  if (!helpers_.empty()) changed_.notify_all();
}

void LaneTeam::work() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (Group* const task = next_task()) {
      run(*task, lock);
    } else {
      changed_.wait(lock);
    }
  }
}

}  // namespace nnzip
