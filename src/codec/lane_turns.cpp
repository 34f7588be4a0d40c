// SPDX-License-Identifier: Apache-2.0
// While a group of lanes is used, the others are computed.
#include "codec/lane_turns.h"

namespace nnzip {

LaneTurns::LaneTurns(const Engine& engine, int threads, std::span<const std::uint8_t> content,
                     const BlockOrder& order, const Layout& layout)
    : content_(content),
      order_(order),
      tap_count_(engine.taps().size()),
      predictions_(order.streams()),
      symbols_(order.streams()),
      taps_(order.streams() * tap_count_),
      next_(order.streams()),
      team_(engine, threads, order.streams(), LaneTeam::Use::kInTurns) {
  if (tap_count_ != 0) pixel_taps_.emplace(layout, content, engine.taps());
  for (std::size_t i = 0; i < order.streams(); ++i) positions_.push_back(order.first(i));
}

bool LaneTurns::run(const Code& code) {
  for (std::size_t g = 0; g < team_.groups(); ++g) start(g, 0);
  for (std::size_t step = 0; step < order_.steps(); ++step) {
    for (std::size_t g = 0; g < team_.groups(); ++g) {
      team_.wait(g);
      const std::size_t end = team_.first_lane(g) + team_.lanes(g);
      for (std::size_t stream = team_.first_lane(g); stream < end; ++stream) {
        if (!has_byte(stream, step)) continue;
        std::size_t& position = positions_[stream];
        if (!code(stream, position, distribution(stream))) return false;
        symbols_[stream] = static_cast<std::uint8_t>(content_[position] - predictions_[stream]);
        position = order_.next(position);
      }
      start(g, step + 1);
    }
  }
  return true;
}

// Lanes are fed from the first one of the group to the last one that has a byte at that step: all
// of them have begun, since streams begin in their order. What those get that have ended does not
// matter.
void LaneTurns::start(std::size_t group, std::size_t step) {
  const std::size_t first = team_.first_lane(group);
  std::size_t lanes = team_.lanes(group);
  while (lanes > 0 && !has_byte(first + lanes - 1, step)) --lanes;
  if (lanes == 0) return;
  for (std::size_t stream = first; pixel_taps_ && stream < first + lanes; ++stream) {
    if (!has_byte(stream, step)) continue;
    predictions_[stream] = pixel_taps_->prepare(
        positions_[stream], std::span(taps_).subspan(stream * tap_count_, tap_count_));
  }
  team_.start(group, std::span(symbols_).subspan(first, lanes),
              std::span(taps_).subspan(first * tap_count_, lanes * tap_count_),
              static_cast<int>(lanes), 1, std::span(next_).subspan(first, lanes));
}

const Distribution& LaneTurns::distribution(std::size_t stream) {
  if (!pixel_taps_) return next_[stream];
  rotate(next_[stream], predictions_[stream], rotated_);
  return rotated_;
}

void rotate(const Distribution& of_symbol, std::uint8_t prediction, Distribution& of_byte) {
  const std::uint32_t* const from = of_symbol.cumulative;
  // Bytes below the prediction are the last symbols.
  const std::uint32_t last = 256u - prediction;
  const std::uint32_t below = Distribution::kTotal - from[last];
  for (std::uint32_t i = 0; i < prediction; ++i)
    of_byte.cumulative[i] = from[last + i] - from[last];
  for (std::uint32_t i = prediction; i <= 256; ++i) {
    of_byte.cumulative[i] = below + from[i - prediction];
  }
}

}  // namespace nnzip
