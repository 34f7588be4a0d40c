// SPDX-License-Identifier: Apache-2.0
// A distribution depends on no more than some last symbols, so these bring another session to where
// the one that failed was.
#include "backend/fallback_engine.h"

#include <algorithm>
#include <exception>
#include <vector>

namespace nnzip {
namespace {

// The last `reach` symbols that lanes were fed, with their taps.
class History {
 public:
  History(int lanes, std::size_t reach, std::size_t taps)
      : reach_(reach),
        entry_(1 + taps),
        fed_(static_cast<std::size_t>(lanes)),
        entries_(fed_.size() * reach_ * entry_) {}

  void clear() { std::fill(fed_.begin(), fed_.end(), 0); }

  void add(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps, int active,
           int count) {
    const std::size_t tap_count = entry_ - 1;
    std::size_t at = 0;
    for (std::size_t lane = 0; lane < static_cast<std::size_t>(active); ++lane) {
      for (int t = 0; t < count; ++t, ++at) {
        std::uint8_t* const entry = place(lane, fed_[lane]++);
        *entry = symbols[at];
        if (tap_count != 0) {
          std::copy_n(taps.begin() + static_cast<std::ptrdiff_t>(at * tap_count), tap_count,
                      entry + 1);
        }
      }
    }
  }

  // Feeds them to a session without histories. A lane has never been fed more than the one before.
  void replay(Session& session) {
    std::vector<std::uint8_t> symbols, taps;
    std::vector<Distribution> unused(fed_.size());
    for (std::size_t step = 0; step < reach_; ++step) {
      symbols.clear();
      taps.clear();
      std::size_t lane = 0;
      for (; lane < fed_.size() && step < std::min(fed_[lane], reach_); ++lane) {
        const std::size_t oldest = fed_[lane] - std::min(fed_[lane], reach_);
        const std::uint8_t* const entry = place(lane, oldest + step);
        symbols.push_back(*entry);
        taps.insert(taps.end(), entry + 1, entry + entry_);
      }
      if (lane == 0) return;
      session.score(symbols, taps, static_cast<int>(lane), 1, std::span(unused).first(lane));
    }
  }

 private:
  std::uint8_t* place(std::size_t lane, std::size_t number) {
    return entries_.data() + (lane * reach_ + number % reach_) * entry_;
  }

  std::size_t reach_, entry_;
  std::vector<std::size_t> fed_;  // of each lane
  std::vector<std::uint8_t> entries_;
};

}  // namespace

class FallbackEngine::FallbackSession : public Session {
 public:
  FallbackSession(const FallbackEngine& engine, std::unique_ptr<Session> device, int lanes)
      : engine_(engine),
        session_(std::move(device)),
        history_(lanes, engine.reach_, engine.taps().size()) {}

  int lanes() const noexcept override { return session_->lanes(); }
  bool failed() const noexcept override { return session_->failed(); }
  std::string failure() const override { return session_->failure(); }

  void reset() noexcept override {
    session_->reset();
    history_.clear();
  }

  void score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps, int active,
             int count, std::span<Distribution> next) noexcept override {
    call([&] { session_->score(symbols, taps, active, count, next); });
    if (on_device_) history_.add(symbols, taps, active, count);
  }

  void score_walks(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps,
                   std::span<const std::uint8_t> followers, int active, int count,
                   std::span<Distribution> rows, std::span<Walk> walks) noexcept override {
    call([&] { session_->score_walks(symbols, taps, followers, active, count, rows, walks); });
    if (on_device_) history_.add(symbols, taps, active, count);
  }

 private:
  // Once more by the stand-in if the device fails.
  template <class Score>
  void call(const Score& score) noexcept {
    score();
    if (on_device_ && session_->failed() && go_on_elsewhere()) score();
  }

  // False if that is not possible: the session has failed then.
  bool go_on_elsewhere() noexcept {
    try {
      const auto other = engine_.stand_in(session_->failure(), true);
      auto session = other->session(session_->lanes());
      history_.replay(*session);
      session_ = std::move(session);
      on_device_ = false;
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  const FallbackEngine& engine_;
  std::unique_ptr<Session> session_;
  bool on_device_ = true;
  History history_;
};

std::unique_ptr<Session> FallbackEngine::session(int lanes) const {
  if (const auto other = other_for_all()) return other->session(lanes);
  std::unique_ptr<Session> session;
  try {
    session = device_->session(lanes);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kDeviceFailed) throw;
    return stand_in(error.what(), false)->session(lanes);
  }
  return std::make_unique<FallbackSession>(*this, std::move(session), lanes);
}

std::unique_ptr<Session> FallbackEngine::signing_session(int lanes) const {
  {
    const std::lock_guard lock(mutex_);
    if (!other_) other_ = load_other_();
  }
  return other_->signing_session(lanes);
}

// Has all know that the device failed.
class FallbackEngine::WatchedSession : public CodingSession {
 public:
  WatchedSession(const FallbackEngine& engine, std::unique_ptr<CodingSession> device)
      : engine_(engine), session_(std::move(device)) {}

  int lanes() const noexcept override { return session_->lanes(); }
  bool failed() const noexcept override { return session_->failed(); }
  std::string failure() const override { return session_->failure(); }

  void reset() noexcept override {
    session_->reset();
    watch();
  }
  void score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps, int active,
             int count, std::span<Distribution> next) noexcept override {
    session_->score(symbols, taps, active, count, next);
    watch();
  }
  void encode(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> followers,
              int active, int count, std::span<std::uint8_t> coded,
              std::span<LanePart> parts) noexcept override {
    session_->encode(symbols, followers, active, count, coded, parts);
    watch();
  }
  void start_decoding(std::span<const std::span<const std::uint8_t>> coded) noexcept override {
    session_->start_decoding(coded);
    watch();
  }
  void decode(std::span<const std::uint8_t> first, int active, int count,
              std::span<std::uint8_t> symbols, std::span<std::uint64_t> taken) noexcept override {
    session_->decode(first, active, count, symbols, taken);
    watch();
  }

 private:
  void watch() noexcept {
    if (!session_->failed()) return;
    try {
      engine_.stand_in(session_->failure(), true);
    } catch (const std::exception&) {
      // It is told where the stand-in is needed.
    }
  }

  const FallbackEngine& engine_;
  std::unique_ptr<CodingSession> session_;
};

std::unique_ptr<CodingSession> FallbackEngine::coding_session(int lanes) const {
  if (other_for_all()) return nullptr;
  auto session = device_->coding_session(lanes);
  if (!session) return nullptr;
  return std::make_unique<WatchedSession>(*this, std::move(session));
}

int FallbackEngine::coding_lanes() const { return other_for_all() ? 0 : device_->coding_lanes(); }

std::uint64_t FallbackEngine::session_bytes(int lanes) const {
  return device_->session_bytes(lanes) +
         static_cast<std::uint64_t>(lanes) * reach_ * (1 + taps().size());
}

Width FallbackEngine::preferred() const {
  const auto other = other_for_all();
  return other ? other->preferred() : device_->preferred();
}

std::string FallbackEngine::description() const {
  const auto other = other_for_all();
  return other ? other->description() : device_->description();
}

std::string FallbackEngine::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::shared_ptr<const Engine> FallbackEngine::stand_in(const std::string& problem,
                                                       bool lost) const {
  const std::lock_guard lock(mutex_);
  if (!other_) other_ = load_other_();
  if (trouble_.empty() || (lost && !lost_)) {
    trouble_ = "the device " + device_->description() +
               (lost ? " failed while it computed, and " : " could not take all blocks, and ") +
               other_->description() + (lost ? " went on in its place" : " took the others") +
               (problem.empty() ? "." : ": " + problem);
  }
  lost_ = lost_ || lost;
  return other_;
}

std::shared_ptr<const Engine> FallbackEngine::other_for_all() const {
  const std::lock_guard lock(mutex_);
  return lost_ ? other_ : nullptr;
}

}  // namespace nnzip
