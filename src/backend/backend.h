// SPDX-License-Identifier: Apache-2.0
// The only device seam. A backend turns bytes into distributions, and every backend gives the same
// integers for every number of lanes, batch shape, thread and device: see ARITHMETIC.md.
//
//   Backend  a way to compute (reference, cpu, torch); listed in registry.cpp
//   Engine   a model made ready for it; immutable, shared by threads
//   Session  the histories of some lanes (independent streams) of one engine; one thread at a time
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "coder/distribution.h"
#include "model/architecture.h"

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

  // Feeds symbols[i] to lane i and writes the distribution of that lane's next byte to next[i].
  // The first symbols.size() <= lanes() lanes advance, the others rest.
  // taps: [symbols.size()][taps of the model], the values that belong to the next byte; empty for a
  // model without taps. Precondition: next.size() >= symbols.size().
  virtual void step(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps,
                    std::span<Distribution> next) noexcept = 0;

  // Feeds `count` known symbols to each of the first `active` lanes; the same distributions as
  // `count` steps, computed together.
  // symbols: [active][count], taps: [active][count][taps of the model], next: [active][count];
  // next[i][t] follows symbols[i][t].
  virtual void score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps,
                     int active, int count, std::span<Distribution> next) noexcept = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;

  // A session with empty histories. Throws Error(kInvalidArgument) unless 1 <= lanes <= kMaxLanes.
  virtual std::unique_ptr<Session> session(int lanes) const = 0;

  // Bytes of memory that a session takes at most.
  virtual std::uint64_t session_bytes(int lanes) const = 0;

  // What the model is for: bytes of any meaning, pixels or samples.
  virtual Form content() const = 0;

  // Those of the model, in the order of their values in the calls of a session.
  virtual std::span<const Tap> taps() const = 0;

  // For people: what computes, e.g. "cpu (avx512vnni)".
  virtual std::string description() const = 0;

  // Measures calls of Session::score with these sizes, 1 to kMaxLanes lanes; takes part of a
  // second. Empty if the backend cannot tell parts apart.
  virtual Profile profile(int /*lanes*/, int /*count*/) const { return {}; }

  // Multiply-accumulates of int8 that one core of the device does in a second at most, measured
  // without memory; 0 if the backend cannot tell.
  virtual double peak() const { return 0; }

  static constexpr int kMaxLanes = 4096;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;
  // Empty if it works on this machine, else a sentence that says why not.
  virtual std::string unavailable() const = 0;
  // Throws Error. The engine keeps what it needs of the model.
  virtual std::unique_ptr<Engine> load(std::shared_ptr<const Model> model) const = 0;
};

}  // namespace nnzip
