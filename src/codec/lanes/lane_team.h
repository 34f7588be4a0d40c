// SPDX-License-Identifier: Apache-2.0
// Runs a network for groups of lanes on some threads while the caller works on what they gave.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "backend/backend.h"
#include "codec/lanes/call_shape.h"

namespace nnzip {

class LaneTeam {
 public:
  // Whether the caller starts a group again before it uses what the group gave, so that even one
  // group can be computed meanwhile.
  enum class Use { kInTurns, kAhead };

  // `lanes` lanes in groups of about equal size, the first group having the first lanes. threads
  // includes the calling one. sign: whether distributions are to have their signatures. Throws
  // Error, std::bad_alloc.
  LaneTeam(const Engine& engine, int threads, std::size_t lanes, Use use, bool sign = false);
  ~LaneTeam();
  LaneTeam(const LaneTeam&) = delete;
  LaneTeam& operator=(const LaneTeam&) = delete;

  // How many groups a team of these sizes has, 1..lanes.
  static std::size_t group_count(const CallShape& shape, int threads, std::size_t lanes, Use use);

  std::size_t groups() const { return groups_.size(); }
  std::size_t first_lane(std::size_t group) const { return groups_[group].first_lane; }
  std::size_t lanes(std::size_t group) const { return groups_[group].lanes; }

  // Has Session::score called for the group, now or later, on any thread. What the spans hold must
  // stay as it is until wait(). Precondition: the group has been waited for.
  void start(std::size_t group, std::span<const std::uint8_t> symbols,
             std::span<const std::uint8_t> taps, int active, int count,
             std::span<Distribution> next);

  // The same with Session::score_walks.
  void start_walks(std::size_t group, std::span<const std::uint8_t> symbols,
                   std::span<const std::uint8_t> taps, std::span<const std::uint8_t> followers,
                   int active, int count, std::span<Walk> walks);

  // Returns when what was started for the group is done; works on it, or on others, meanwhile.
  // Throws Error(kDeviceFailed), whichever thread it failed on: the team is of no more use then.
  void wait(std::size_t group);

 private:
  enum class State { kDone, kWaiting, kRunning };
  struct Group {
    std::size_t first_lane = 0, lanes = 0;
    std::unique_ptr<Session> session;
    State state = State::kDone;
    std::span<const std::uint8_t> symbols, taps, followers;
    int active = 0, count = 0;
    std::span<Distribution> next;
    std::span<Walk> walks;           // in place of the distributions
    std::vector<Distribution> rows;  // that walks are made of
  };

  void start(Group& group);
  Group* next_task();
  void run(Group& group, std::unique_lock<std::mutex>& lock);
  void work();

  const std::string device_;  // for people
  std::vector<Group> groups_;
  std::vector<std::thread> helpers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
};

}  // namespace nnzip
