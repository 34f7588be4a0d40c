// SPDX-License-Identifier: Apache-2.0
// An engine that says that it prefers calls of some width, watches how it is called, and fails when
// told to, like a device that is pulled out.
#pragma once

#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "backend/backend.h"

namespace nnzip::test {

class WrappedEngine : public Engine {
 public:
  struct Call {
    int active, count;
  };

  explicit WrappedEngine(std::shared_ptr<const Engine> inner) : inner_(std::move(inner)) {}

  Width width{8, 64};
  long good_calls =
      -1;  // of all sessions together; those after them fail. Less than 0: all are good

  std::vector<Call> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  std::unique_ptr<Session> session(int lanes) const override {
    return std::make_unique<WrappedSession>(*this, inner_->session(lanes));
  }
  std::uint64_t session_bytes(int lanes) const override { return inner_->session_bytes(lanes); }
  Width preferred() const override { return width; }
  Form content() const override { return inner_->content(); }
  std::span<const Tap> taps() const override { return inner_->taps(); }
  std::string description() const override { return "wrapped"; }

 private:
  class WrappedSession : public Session {
   public:
    WrappedSession(const WrappedEngine& engine, std::unique_ptr<Session> inner)
        : engine_(engine), inner_(std::move(inner)) {}
    int lanes() const noexcept override { return inner_->lanes(); }
    void reset() noexcept override { inner_->reset(); }
    // Having failed, it leaves what is no distribution.
    void score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps,
               int active, int count, std::span<Distribution> next) noexcept override {
      failed_ = failed_ || !engine_.note({active, count});
      if (!failed_) return inner_->score(symbols, taps, active, count, next);
      for (Distribution& each : next) std::memset(&each, 0xA5, sizeof each);
    }
    bool failed() const noexcept override { return failed_; }

   private:
    const WrappedEngine& engine_;
    std::unique_ptr<Session> inner_;
    bool failed_ = false;
  };

  // Whether the call is a good one.
  bool note(const Call& call) const {
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
    return good_calls < 0 || calls_.size() <= static_cast<std::size_t>(good_calls);
  }

  std::shared_ptr<const Engine> inner_;
  mutable std::mutex mutex_;
  mutable std::vector<Call> calls_;
};

}  // namespace nnzip::test
