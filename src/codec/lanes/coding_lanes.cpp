// SPDX-License-Identifier: Apache-2.0
// Lanes stand longest first, so that those that have a symbol left are always the first ones.
#include "codec/lanes/coding_lanes.h"

#include <algorithm>
#include <array>
#include <future>
#include <memory>
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

class LaneEncoder {
 public:
  explicit LaneEncoder(std::span<StreamToEncode* const> lanes)
      : lanes_(lanes), coders_(lanes.size()) {}

  // False if the session failed. What one window gave is coded while the next one is computed.
  bool run(CodingSession& session, const StreamProgress& progress) {
    std::array<std::vector<Ends>, 2> ends;
    std::size_t half = 0;
    std::future<void> coding;
    for (Window window = window_at(lanes_, 0); window.count > 0;
         window = window_at(lanes_, window.begin + window.count), half ^= 1) {
      gather(window);
      ends[half].resize(symbols_.size());
      session.score_ends(before_, symbols_, static_cast<int>(window.active),
                         static_cast<int>(window.count), ends[half]);
      if (coding.valid()) coding.get();
      if (session.failed()) return false;
      coding = std::async([this, window, &given = ends[half]] { code(window, given); });
      progress(symbols_.size());
    }
    if (coding.valid()) coding.get();
    for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i]->coded = coders_[i].finish();
    return true;
  }

 private:
  void code(const Window& window, const std::vector<Ends>& ends) {
    for (std::size_t i = 0, at = 0; i < window.active; ++i) {
      for (std::size_t t = 0; t < window.count; ++t, ++at) coders_[i].encode(ends[at]);
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
};

class LaneDecoder {
 public:
  explicit LaneDecoder(std::span<StreamToDecode* const> lanes)
      : lanes_(lanes), before_(lanes.size()), taken_(lanes.size()) {}

  // False if the session failed. Damage mostly makes a stream too short for its content; once all
  // are, the rest is not computed.
  bool run(CodingSession& session, const StreamProgress& progress) {
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
      progress(symbols_.size());
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

template <class Coder, class Stream>
bool code_streams(const Engine& engine, std::span<Stream> streams, const StreamProgress& progress) {
  const auto session = start_session(engine, most_lanes(engine, streams.size()));
  if (!session) return false;
  std::vector<Stream*> sorted;
  for (Stream& stream : streams) sorted.push_back(&stream);
  std::ranges::stable_sort(sorted, std::ranges::greater(),
                           [](const Stream* stream) { return stream->content.size(); });
  std::span<Stream* const> left(sorted);
  while (!left.empty()) {
    const auto lanes =
        left.first(std::min(left.size(), static_cast<std::size_t>(session->lanes())));
    session->reset();
    if (!Coder(lanes).run(*session, progress)) return false;
    left = left.subspan(lanes.size());
  }
  return true;
}

}  // namespace

bool encode_streams(const Engine& engine, std::span<StreamToEncode> streams,
                    const StreamProgress& progress) {
  return code_streams<LaneEncoder>(engine, streams, progress);
}

bool decode_streams(const Engine& engine, std::span<StreamToDecode> streams,
                    const StreamProgress& progress) {
  return code_streams<LaneDecoder>(engine, streams, progress);
}

std::uint64_t coding_memory(const Engine& engine, std::size_t streams) {
  const std::size_t lanes = most_lanes(engine, streams);
  if (lanes == 0) return 0;
  const std::size_t row = 2 + 2 * sizeof(Ends);
  return engine.session_bytes(static_cast<int>(lanes)) +
         lanes * (kCallSymbols * row + sizeof(RangeEncoder));
}

}  // namespace nnzip
