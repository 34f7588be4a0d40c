// SPDX-License-Identifier: Apache-2.0
// Takes a network through the streams of a block in lockstep: the one driver of sessions.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "codec/lanes/call_shape.h"
#include "codec/lanes/lane_team.h"
#include "layout/block_order.h"
#include "model/taps.h"

namespace nnzip {

class Lockstep {
 public:
  // Known content is computed by windows of bytes, ahead of their use; else byte by byte.
  enum class Content { kKnown, kBecomesKnown };

  // Whether distributions are whole and have their signatures, of known content as well.
  enum class Signed { kNo, kYes };

  // Of the order's streams. lanes: how many, at least 1.
  struct Streams {
    std::size_t first, lanes;
  };

  // content: of the block, of that layout; it must stay where it is. threads includes the calling
  // one; one more waits for a device while this one uses what it gave before. Throws
  // Error(kInvalidArgument) if the engine has taps that are not of such content.
  Lockstep(const Engine& engine, int threads, std::span<const std::uint8_t> content,
           const BlockOrder& order, const Layout& layout, Content known, Streams streams,
           Signed is_signed = Signed::kNo);
  // All streams.
  Lockstep(const Engine& engine, int threads, std::span<const std::uint8_t> content,
           const BlockOrder& order, const Layout& layout, Content known,
           Signed is_signed = Signed::kNo);

  // Gets the distribution of content's byte at the position, which it makes known if it is not; of
  // a known byte, unless it is signed, the walk to it laid out, whose other places mean nothing.
  // Returns whether to go on.
  using Code = std::function<bool(std::size_t stream, std::size_t position, const Distribution&)>;

  // Calls code for every byte in the order of the lockstep. Returns false if it was told to stop.
  // Throws Error(kDeviceFailed), and is of no more use then.
  bool run(const Code& code);

  // Bytes that it takes at most, beside the engine.
  static std::uint64_t memory_bytes(const Engine& engine, int threads, std::size_t lanes,
                                    Signed is_signed = Signed::kNo);

 private:
  // Positions [begin, begin + count) of the lanes that have them all: the first `active` ones.
  struct Window {
    std::size_t begin = 0, count = 0, active = 0;
  };
  // What a group of lanes is given and gives.
  struct Batch {
    std::vector<std::uint8_t> symbols;    // [lanes][count]
    std::vector<std::uint8_t> taps;       // [lanes][count][taps]
    std::vector<Distribution> next;       // by steps, [lanes]; by windows if signed, [lanes][count]
    std::vector<std::uint8_t> followers;  // by windows, [lanes][count]
    std::vector<Walk> walks;              // by windows, [lanes][count]
    std::size_t count = 0;
  };

  std::size_t size(std::size_t lane) const { return order_.size(first_ + lane); }
  bool has_byte(std::size_t lane, std::size_t step) const {
    const std::size_t start = order_.start(first_ + lane);
    return step >= start && step - start < size(lane);
  }
  std::size_t active_in(std::size_t group, const Window& window) const;
  Window window_at(std::size_t begin) const;
  void start_window(const Window& window, std::size_t half);
  bool run_windows(const Code& code);
  void start_step(std::size_t group, std::size_t step);
  const Distribution& distribution(std::size_t lane, const Distribution& of_symbol);
  bool run_steps(const Code& code);

  std::span<const std::uint8_t> content_;
  const BlockOrder& order_;
  std::size_t first_, tap_count_;
  CallShape shape_;
  bool by_windows_;
  bool signed_;
  bool ahead_;  // a window is computed while the one before is used
  std::optional<PixelTaps> pixel_taps_;
  std::vector<SampleTaps> sample_taps_;  // of each lane
  // Of each lane: the byte that comes, its prediction, what was before it.
  std::vector<std::size_t> positions_;
  std::vector<std::uint8_t> predictions_, symbols_;
  std::vector<std::array<Batch, 2>> batches_;  // of each group
  Distribution rotated_{}, walked_{};
  LaneTeam team_;  // last: it works on what is above until it ends
};

// The distribution of (symbol + prediction) mod 256.
void rotate(const Distribution& of_symbol, std::uint8_t prediction, Distribution& of_byte);

}  // namespace nnzip
