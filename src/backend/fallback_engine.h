// SPDX-License-Identifier: Apache-2.0
// A device that may fail, and another one that goes on in its place where it stopped: the bytes are
// the same.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "backend/backend.h"

namespace nnzip {

class FallbackEngine : public Engine {
 public:
  using Load = std::function<std::shared_ptr<const Engine>()>;

  // load_other: gives the engine that stands in, of the same model, when it is first needed. reach:
  // Config::reach() of the model; sessions remember so many symbols of each lane.
  FallbackEngine(std::shared_ptr<const Engine> device, Load load_other, std::size_t reach)
      : device_(std::move(device)), load_other_(std::move(load_other)), reach_(reach) {}

  // Where the device has no room for it, it is one of the other engine; after a failure all are.
  std::unique_ptr<Session> session(int lanes) const override;
  // Of the other engine: no device signs.
  std::unique_ptr<Session> signing_session(int lanes) const override;
  // Null after a failure, since the other engine does not code. What a session that failed has
  // computed is to be computed anew.
  std::unique_ptr<CodingSession> coding_session(int lanes) const override;
  int coding_lanes() const override;
  std::uint64_t session_bytes(int lanes) const override;
  Form content() const override { return device_->content(); }
  Width preferred() const override;
  std::span<const Tap> taps() const override { return device_->taps(); }
  std::string description() const override;
  std::string trouble() const override;
  Profile profile(int lanes, int count) const override { return device_->profile(lanes, count); }
  double peak() const override { return device_->peak(); }

 private:
  class FallbackSession;
  class WatchedSession;

  // The other engine; problem: of the device. lost: whether it is not to be used any more.
  std::shared_ptr<const Engine> stand_in(const std::string& problem, bool lost) const;
  // Null as long as the device works.
  std::shared_ptr<const Engine> other_for_all() const;

  const std::shared_ptr<const Engine> device_;
  const Load load_other_;
  const std::size_t reach_;
  mutable std::mutex mutex_;  // of what follows
  mutable std::shared_ptr<const Engine> other_;
  mutable bool lost_ = false;
  mutable std::string trouble_;
};

}  // namespace nnzip
