// SPDX-License-Identifier: Apache-2.0
// Takes a network through a block whose bytes become known one after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "codec/lane_team.h"
#include "layout/block_order.h"
#include "model/taps.h"

namespace nnzip {

class LaneTurns {
 public:
  // content: of the block, of that layout. Throws Error(kInvalidArgument) if the engine has taps
  // that are not of such content.
  LaneTurns(const Engine& engine, int threads, std::span<const std::uint8_t> content,
            const BlockOrder& order, const Layout& layout);

  // Makes content's byte at the position known, of which it gets the distribution. Returns whether
  // to go on.
  using Code = std::function<bool(std::size_t stream, std::size_t position, const Distribution&)>;

  // Calls code for every byte in the order of the lockstep. Returns false if it was told to stop.
  bool run(const Code& code);

 private:
  bool has_byte(std::size_t stream, std::size_t step) const {
    return step >= order_.start(stream) && step - order_.start(stream) < order_.size(stream);
  }
  void start(std::size_t group, std::size_t step);
  const Distribution& distribution(std::size_t stream);

  std::span<const std::uint8_t> content_;
  const BlockOrder& order_;
  std::size_t tap_count_;
  std::optional<PixelTaps> pixel_taps_;
  // Of each stream: the byte that comes, its prediction, what was before it, its taps.
  std::vector<std::size_t> positions_;
  std::vector<std::uint8_t> predictions_, symbols_, taps_;
  std::vector<Distribution> next_;
  Distribution rotated_;
  LaneTeam team_;  // last: it works on what is above until it ends
};

// The distribution of (symbol + prediction) mod 256.
void rotate(const Distribution& of_symbol, std::uint8_t prediction, Distribution& of_byte);

}  // namespace nnzip
