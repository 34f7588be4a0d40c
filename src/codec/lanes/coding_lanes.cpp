// SPDX-License-Identifier: Apache-2.0
// Lanes stand longest first, so that those that have a symbol left are always the first ones. A
// device has one session at a time: who comes while it runs is coded by the next one.
#include "codec/lanes/coding_lanes.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"

namespace nnzip {
namespace {

// Symbols of a lane in a call: a call costs some tens of microseconds whatever it does.
constexpr std::size_t kCallSymbols = 64;

std::size_t most_lanes(const Engine& engine, std::size_t streams) {
  const int lanes = std::min(engine.coding_lanes(), Engine::kMaxLanes);
  return std::min(static_cast<std::size_t>(std::max(lanes, 0)), streams);
}

// Half as many lanes where the device has no room; null if it has none for a single one.
std::unique_ptr<CodingSession> start_session(const Engine& engine, std::size_t lanes) {
  for (; lanes > 0; lanes /= 2) {
    try {
      return engine.coding_session(static_cast<int>(lanes));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kDeviceFailed) throw;
    }
  }
  return nullptr;
}

// What of the lanes is coded by one call.
struct Window {
  std::size_t begin = 0, count = 0, active = 0;
};

// Of lanes of these sizes, longest first, what comes after so many symbols; nothing at the end.
template <class Stream>
Window window_at(std::span<Stream* const> lanes, std::size_t begin) {
  std::size_t active = lanes.size();
  while (active > 0 && lanes[active - 1]->content.size() <= begin) --active;
  if (active == 0) return {};
  return {begin, std::min(kCallSymbols, lanes[active - 1]->content.size() - begin), active};
}

// Called with the lanes that got so many symbols each, the first ones.
using LaneProgress = std::function<void(std::size_t active, std::size_t count)>;

class LaneEncoder {
 public:
  explicit LaneEncoder(std::span<StreamToEncode* const> lanes)
      : lanes_(lanes), coders_(lanes.size()), parts_(lanes.size()) {}

  // False if the session failed.
  bool run(CodingSession& session, const LaneProgress& progress) {
    for (Window window = window_at(lanes_, 0); window.count > 0;
         window = window_at(lanes_, window.begin + window.count)) {
      gather(window);
      coded_.resize(symbols_.size() * CodingSession::kMaxCodedBytes);
      session.encode(before_, symbols_, static_cast<int>(window.active),
                     static_cast<int>(window.count), coded_, parts_);
      if (session.failed()) return false;
      spread(window.active);
      progress(window.active, window.count);
    }
    for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i]->coded = coders_[i].finish();
    return true;
  }

 private:
  void spread(std::size_t active) {
    for (std::size_t i = 0; i < active; ++i) {
      const LanePart& part = parts_[i];
      coders_[i].go_on(std::span(coded_).subspan(part.begin, part.bytes), part.carry != 0, part.low,
                       part.range);
    }
  }

  void gather(const Window& window) {
    symbols_.clear();
    before_.clear();
    for (const StreamToEncode* lane : lanes_.first(window.active)) {
      const auto part = lane->content.subspan(window.begin, window.count);
      before_.push_back(window.begin == 0 ? std::uint8_t{0} : lane->content[window.begin - 1]);
      before_.insert(before_.end(), part.begin(), part.end() - 1);
      symbols_.insert(symbols_.end(), part.begin(), part.end());
    }
  }

  std::span<StreamToEncode* const> lanes_;
  std::vector<RangeEncoder> coders_;
  Bytes symbols_, before_;  // [active][count]: what is coded, and what stands before each of them
  Bytes coded_;
  std::vector<LanePart> parts_;
};

class LaneDecoder {
 public:
  explicit LaneDecoder(std::span<StreamToDecode* const> lanes)
      : lanes_(lanes), before_(lanes.size()), taken_(lanes.size()) {}

  // False if the session failed. Damage mostly makes a stream too short for its content; once all
  // are, the rest is not computed.
  bool run(CodingSession& session, const LaneProgress& progress) {
    std::vector<std::span<const std::uint8_t>> coded;
    for (StreamToDecode* lane : lanes_) {
      coded.push_back(lane->coded);
      lane->good = lane->content.empty() && lane->coded.empty();
    }
    session.start_decoding(coded);
    bool some_left = true;
    for (Window window = window_at(lanes_, 0); window.count > 0 && some_left;
         window = window_at(lanes_, window.begin + window.count)) {
      symbols_.resize(window.active * window.count);
      session.decode(before_, static_cast<int>(window.active), static_cast<int>(window.count),
                     symbols_, taken_);
      if (session.failed()) return false;
      some_left = spread(window);
      progress(window.active, window.count);
    }
    return !session.failed();
  }

 private:
  // Returns whether there is a lane whose data may be good.
  bool spread(const Window& window) {
    bool some_left = false;
    for (std::size_t i = 0; i < window.active; ++i) {
      StreamToDecode& lane = *lanes_[i];
      const auto part = std::span(symbols_).subspan(i * window.count, window.count);
      std::ranges::copy(part, lane.content.subspan(window.begin).begin());
      before_[i] = part.back();
      some_left = some_left || !RangeDecoder::overrun(lane.coded, taken_[i]);
      if (window.begin + window.count == lane.content.size()) {
        lane.good = RangeDecoder::ended_well(lane.coded, taken_[i]);
      }
    }
    return some_left;
  }

  std::span<StreamToDecode* const> lanes_;
  Bytes before_;  // of each lane: its last symbol
  std::vector<std::uint64_t> taken_;
  Bytes symbols_;  // [active][count]
};

// Those who have streams for the same device at the same time, whatever blocks and files they are
// of. Nobody waits for others to come: a session takes the streams of all who have come while the
// one before it ran.
template <class Coder, class Stream>
class SharedLanes {
 public:
  // As encode_streams().
  bool code(const Engine& engine, std::span<Stream> streams, const StreamProgress& progress) {
    Caller self{streams};
    std::unique_lock lock(mutex_);
    Queue& queue = queues_[&engine];
    queue.waiting.push_back(&self);
    ++queue.callers;
    while (!self.done) {
      if (queue.is_running) {
        changed_.wait(lock);
      } else {
        run(engine, queue, self, progress, lock);
      }
      tell(self, progress, lock);
    }
    tell(self, progress, lock);
    if (--queue.callers == 0) queues_.erase(&engine);
    if (self.error) std::rethrow_exception(self.error);
    return self.good;
  }

 private:
  struct Caller {
    std::span<Stream> streams;
    std::size_t coded = 0;  // bytes that its progress has not been told of
    bool done = false, good = false;
    std::exception_ptr error = {};  // to be thrown once nobody uses the streams any more
  };
  struct Queue {
    std::vector<Caller*> waiting;
    std::size_t callers = 0;
    bool is_running = false;
  };
  struct Lane {
    Stream* stream;
    Caller* caller;
  };

  // On the caller's own thread, as all progress is told. Frees the lock meanwhile.
  static void tell(Caller& self, const StreamProgress& progress,
                   std::unique_lock<std::mutex>& lock) {
    const std::size_t bytes = std::exchange(self.coded, 0);
    if (bytes == 0 || self.error) return;
    lock.unlock();
    try {
      progress(bytes);
    } catch (...) {
      self.error = std::current_exception();
    }
    lock.lock();
  }

  // Codes the streams of all who wait, self among them.
  void run(const Engine& engine, Queue& queue, Caller& self, const StreamProgress& progress,
           std::unique_lock<std::mutex>& lock) {
    queue.is_running = true;
    const std::vector<Caller*> callers = std::exchange(queue.waiting, {});
    lock.unlock();
    bool good = false;
    try {
      good = run_session(engine, lanes_of(callers),
                         [&](std::span<const Lane> coded, std::size_t count) {
                           lock.lock();
                           for (const Lane& lane : coded) lane.caller->coded += count;
                           changed_.notify_all();
                           tell(self, progress, lock);
                           lock.unlock();
                         });
    } catch (...) {
      self.error = std::current_exception();
    }
    lock.lock();
    for (Caller* const caller : callers) {
      caller->done = true;
      caller->good = good;
    }
    queue.is_running = false;
    changed_.notify_all();
  }

  static std::vector<Lane> lanes_of(const std::vector<Caller*>& callers) {
    std::vector<Lane> lanes;
    for (Caller* const caller : callers) {
      for (Stream& stream : caller->streams) lanes.push_back({&stream, caller});
    }
    std::ranges::stable_sort(lanes, std::ranges::greater(),
                             [](const Lane& lane) { return lane.stream->content.size(); });
    return lanes;
  }

  template <class Progress>
  static bool run_session(const Engine& engine, const std::vector<Lane>& lanes,
                          const Progress& progress) {
    const auto session = start_session(engine, most_lanes(engine, lanes.size()));
    if (!session) return false;
    const auto most = static_cast<std::size_t>(session->lanes());
    for (std::span<const Lane> left(lanes); !left.empty();
         left = left.subspan(std::min(left.size(), most))) {
      const auto together = left.first(std::min(left.size(), most));
      std::vector<Stream*> streams;
      for (const Lane& lane : together) streams.push_back(lane.stream);
      session->reset();
      const LaneProgress tell_lanes = [&](std::size_t active, std::size_t count) {
        progress(together.first(active), count);
      };
      if (!Coder(streams).run(*session, tell_lanes)) return false;
    }
    return true;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<const Engine*, Queue> queues_;
};

}  // namespace

bool encode_streams(const Engine& engine, std::span<StreamToEncode> streams,
                    const StreamProgress& progress) {
  static SharedLanes<LaneEncoder, StreamToEncode> shared;
  return shared.code(engine, streams, progress);
}

bool decode_streams(const Engine& engine, std::span<StreamToDecode> streams,
                    const StreamProgress& progress) {
  static SharedLanes<LaneDecoder, StreamToDecode> shared;
  return shared.code(engine, streams, progress);
}

std::uint64_t coding_memory(const Engine& engine, std::size_t streams) {
  const std::size_t lanes = most_lanes(engine, streams);
  if (lanes == 0) return 0;
  const std::size_t row = 2 + CodingSession::kMaxCodedBytes;
  return engine.session_bytes(static_cast<int>(lanes)) +
         lanes * (kCallSymbols * row + sizeof(LanePart) + sizeof(RangeEncoder));
}

}  // namespace nnzip
