// SPDX-License-Identifier: Apache-2.0
// The only device seam. A backend turns bytes into distributions, and every backend gives the same
// integers for every number of lanes, batch shape, thread and device: see ARITHMETIC.md.
//
//   Backend  a way to compute (reference, cpu, torch); listed in registry.cpp
//   Engine   a model made ready for it; immutable, shared by threads
//   Session  the histories of some lanes (independent streams) of one engine; one thread at a time
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "coder/distribution.h"
#include "model/architecture.h"
#include "nnzip/error.hpp"

namespace nnzip {

// How long the parts of a network take. Times are for people: no result may depend on them.
struct Profile {
  struct Part {
    std::string name;
    std::uint64_t macs = 0;  // multiply-accumulates a byte, 0 if it is no matrix product
    double seconds = 0;      // a byte
  };
  std::vector<Part> parts;
};

class Session {
 public:
  virtual ~Session() = default;

  virtual int lanes() const noexcept = 0;

  // Empties the history of every lane.
  virtual void reset() noexcept = 0;

  // Feeds `count` symbols to each of the first `active` lanes, 1..lanes(), and writes the
  // distribution of what follows each of them; the other lanes rest. The same as `count` calls with
  // one symbol a lane, computed together.
  // symbols: [active][count], next: [active][count]; next[i][t] follows symbols[i][t].
  // taps: [active][count][taps of the model], the values that belong to the byte that follows;
  // empty for a model without taps.
  virtual void score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps,
                     int active, int count, std::span<Distribution> next) noexcept = 0;

  // The same where what follows is known: of each distribution the walk to it alone, so that a
  // device has less to send. rows: as many, for those that make distributions first.
  // followers, rows and walks: [active][count]
  virtual void score_walks(std::span<const std::uint8_t> symbols,
                           std::span<const std::uint8_t> taps,
                           std::span<const std::uint8_t> followers, int active, int count,
                           std::span<Distribution> rows, std::span<Walk> walks) noexcept {
    score(symbols, taps, active, count, rows);
    for (std::size_t i = 0; i < walks.size(); ++i) walks[i] = walk_to(followers[i], rows[i]);
  }

  // Whether the device could not compute, now or in a call before: what score() has written since
  // must not be used. Stays true, also after reset().
  virtual bool failed() const noexcept { return false; }
  // For people: what failed, as far as that is known.
  virtual std::string failure() const { return {}; }
};

// What the range encoder of a lane has written in a call, and where it stands after it.
struct LanePart {
  std::uint32_t begin, bytes;  // of the bytes of all lanes
  std::uint32_t carry;         // 1 if one is to be added to what it wrote before, or 0
  std::uint32_t low, range;    // as in RangeEncoder
};

// A session of a device that codes as well, so that distributions need not leave it. Its lanes are
// range coders of src/coder with what the network says alone; of models without taps.
class CodingSession : public Session {
 public:
  // A symbol takes no more coded bytes than this: it has 1 of 2^22 of a range of at least 2^24.
  static constexpr std::size_t kMaxCodedBytes = 3;

  // As score(), but codes followers[i][t], the symbol that comes next. A lane has a new encoder
  // after reset(). followers: [active][count]. coded: room for kMaxCodedBytes of each of them.
  // parts: [active]
  virtual void encode(std::span<const std::uint8_t> symbols,
                      std::span<const std::uint8_t> followers, int active, int count,
                      std::span<std::uint8_t> coded, std::span<LanePart> parts) noexcept = 0;

  // What decode() decodes from now on: the coded bytes of each of the first lanes.
  virtual void start_decoding(std::span<const std::span<const std::uint8_t>> coded) noexcept = 0;

  // Feeds first[i] to lane i, decodes the symbol that follows, feeds that one, and so on: `count`
  // symbols of each of the first `active` lanes. The last one is not fed.
  // symbols: [active][count]. taken: [active], the bytes that each lane has taken so far, as
  // RangeDecoder counts them.
  virtual void decode(std::span<const std::uint8_t> first, int active, int count,
                      std::span<std::uint8_t> symbols, std::span<std::uint64_t> taken) noexcept = 0;
};

// Throws Error(kDeviceFailed) if it has. device: for people.
inline void throw_if_failed(const Session& session, const std::string& device) {
  if (!session.failed()) return;
  const std::string failure = session.failure();
  throw Error(ErrorCode::kDeviceFailed, "the device " + device + " failed while it computed" +
                                            (failure.empty() ? "" : ": " + failure) +
                                            "; try again, or another device.");
}

// The shape of calls that a device computes near its best speed.
struct Width {
  int lanes = 1;      // a call of so many rows (lanes times symbols of each) is wide enough
  int positions = 1;  // and nothing is gained from more symbols of a lane in one call
};

class Engine {
 public:
  virtual ~Engine() = default;

  // A session with empty histories. Throws Error(kInvalidArgument) unless 1 <= lanes <= kMaxLanes.
  virtual std::unique_ptr<Session> session(int lanes) const = 0;

  // The same, whose score() gives signatures as well. Throws Error(kBackendUnavailable) if the
  // device has none.
  virtual std::unique_ptr<Session> signing_session(int lanes) const;

  // As session(), of a device that codes; null if it does not. Throws Error(kDeviceFailed) if it
  // has no room for so many lanes.
  virtual std::unique_ptr<CodingSession> coding_session(int /*lanes*/) const { return nullptr; }

  // Lanes that keep the device busy while it codes, at most kMaxLanes; 0 if it does not code.
  virtual int coding_lanes() const { return 0; }

  // Bytes of memory that a session takes at most.
  virtual std::uint64_t session_bytes(int lanes) const = 0;

  // What the model is for: bytes of any meaning, pixels or samples.
  virtual Form content() const = 0;

  // How its sessions like to be called; they take every other shape as well, and no result may
  // depend on it. Who calls them bounds it.
  virtual Width preferred() const = 0;

  // Those of the model, in the order of their values in the calls of a session.
  virtual std::span<const Tap> taps() const = 0;

  // For people: what computes, e.g. "cpu (avx512vnni)".
  virtual std::string description() const = 0;

  // For people: what went wrong and did not stop it, such as a device that another one stands in
  // for; empty if nothing did.
  virtual std::string trouble() const { return {}; }

  // Measures calls of Session::score with these sizes, 1 to kMaxLanes lanes; takes part of a
  // second. Empty if the backend cannot tell parts apart.
  virtual Profile profile(int /*lanes*/, int /*count*/) const { return {}; }

  // Multiply-accumulates of int8 that one core of a CPU, or a whole GPU, does in a second at most,
  // without memory; 0 if the backend cannot tell.
  virtual double peak() const { return 0; }

  static constexpr int kMaxLanes = 4096;
};

inline std::unique_ptr<Session> Engine::signing_session(int /*lanes*/) const {
  throw Error(ErrorCode::kBackendUnavailable,
              "the device " + description() +
                  " does not say all that these blocks are coded with; use another one (cpu).");
}

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;
  // Empty if it works on this machine, else a sentence that says why not.
  virtual std::string unavailable() const = 0;
  // Whether its sessions may fail while they compute, or for want of the device's memory.
  virtual bool may_fail() const { return false; }
  // Throws Error. The engine keeps what it needs of the model.
  virtual std::unique_ptr<Engine> load(std::shared_ptr<const Model> model) const = 0;
};

}  // namespace nnzip
