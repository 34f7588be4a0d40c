// SPDX-License-Identifier: Apache-2.0
// An engine that says that it prefers calls of some width, watches how it is called, codes if it is
// told to, and fails when told to, like a device that is pulled out or full.
#pragma once

#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "backend/backend.h"
#include "backend/torch/plugin/cuda/kernel_coder.h"
#include "coder/range_decoder.h"

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
  int lanes_coded = 0;           // see coding_lanes()
  int room = Engine::kMaxLanes;  // lanes of a session that codes at most
  std::function<void()> before_call;

  std::vector<Call> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  std::unique_ptr<Session> session(int lanes) const override {
    return std::make_unique<WrappedSession>(*this, inner_->session(lanes));
  }
  std::unique_ptr<Session> signing_session(int lanes) const override { return session(lanes); }
  std::unique_ptr<CodingSession> coding_session(int lanes) const override {
    if (lanes_coded == 0) return nullptr;
    if (lanes > room) throw Error(ErrorCode::kDeviceFailed, "no room");
    return std::make_unique<WrappedCodingSession>(*this, inner_->session(lanes));
  }
  int coding_lanes() const override { return lanes_coded; }
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
      for (Distribution& each : next) std::memset(each.cumulative, 0xA5, sizeof each.cumulative);
    }
    bool failed() const noexcept override { return failed_; }

   private:
    const WrappedEngine& engine_;
    std::unique_ptr<Session> inner_;
    bool failed_ = false;
  };

  // Codes on the host what a device would code by itself.
  class WrappedCodingSession : public CodingSession {
   public:
    WrappedCodingSession(const WrappedEngine& engine, std::unique_ptr<Session> inner)
        : engine_(engine),
          inner_(std::move(inner)),
          states_(static_cast<std::size_t>(inner_->lanes())) {}
    int lanes() const noexcept override { return inner_->lanes(); }
    bool failed() const noexcept override { return failed_; }
    void reset() noexcept override {
      inner_->reset();
      states_.assign(states_.size(), {});
    }
    void score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps,
               int active, int count, std::span<Distribution> next) noexcept override {
      if (good({active, count})) inner_->score(symbols, taps, active, count, next);
    }

    void encode(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> followers,
                int active, int count, std::span<std::uint8_t> coded,
                std::span<LanePart> parts) noexcept override {
      if (!good({active, count})) return;
      std::vector<Distribution> next(followers.size());
      inner_->score(symbols, {}, active, count, next);
      std::uint32_t begin = 0;
      for (std::size_t i = 0, at = 0; i < static_cast<std::size_t>(active); ++i) {
        torch_backend::LaneState& state = states_[i];
        torch_backend::start_part(state);
        for (int t = 0; t < count; ++t, ++at) {
          torch_backend::encode(next[at].low(followers[at]), next[at].high(followers[at]),
                                coded.data() + begin, state);
        }
        parts[i] = {begin, state.written, state.carry, state.low, state.range};
        begin += state.written;
      }
    }

    void start_decoding(std::span<const std::span<const std::uint8_t>> coded) noexcept override {
      decoders_ = std::vector<RangeDecoder>(coded.begin(), coded.end());
    }

    void decode(std::span<const std::uint8_t> first, int active, int count,
                std::span<std::uint8_t> symbols, std::span<std::uint64_t> taken) noexcept override {
      if (!good({active, count})) return;
      const auto lanes = static_cast<std::size_t>(active), length = static_cast<std::size_t>(count);
      std::vector<std::uint8_t> before(first.begin(), first.begin() + active);
      std::vector<Distribution> next(lanes);
      for (std::size_t t = 0; t < length; ++t) {
        inner_->score(before, {}, active, 1, next);
        for (std::size_t i = 0; i < lanes; ++i) {
          before[i] = symbols[i * length + t] = decoders_[i].decode(next[i]);
          taken[i] = decoders_[i].taken();
        }
      }
    }

   private:
    bool good(const Call& call) noexcept {
      failed_ = failed_ || !engine_.note(call);
      return !failed_;
    }
    const WrappedEngine& engine_;
    std::unique_ptr<Session> inner_;
    std::vector<torch_backend::LaneState> states_;
    std::vector<RangeDecoder> decoders_;
    bool failed_ = false;
  };

  // Whether the call is a good one.
  bool note(const Call& call) const {
    if (before_call) before_call();
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
    return good_calls < 0 || calls_.size() <= static_cast<std::size_t>(good_calls);
  }

  std::shared_ptr<const Engine> inner_;
  mutable std::mutex mutex_;
  mutable std::vector<Call> calls_;
};

}  // namespace nnzip::test
