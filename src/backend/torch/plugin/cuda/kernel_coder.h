// SPDX-License-Identifier: Apache-2.0
// The range coders of src/coder on a device, one a lane, whose state is in its LaneState.
#pragma once

#include "backend/torch/plugin/cuda/device.h"
#include "backend/torch/plugin/cuda/network_view.h"

namespace nnzip::torch_backend {

NNZIP_DEVICE std::uint32_t part_of(std::uint32_t range, std::uint32_t cumulative) {
  return static_cast<std::uint32_t>((std::uint64_t{range} * cumulative) >> 22);
}

NNZIP_DEVICE std::uint32_t high_end(const std::uint32_t* row, int symbol) {
  return symbol == 255 ? std::uint32_t{1} << 22 : row[symbol + 1];
}

constexpr std::uint32_t kLeastRange = std::uint32_t{1} << 24;

// As coder/range_decoder.cpp. row: 256 cumulative frequencies
NNZIP_DEVICE std::uint8_t decode(const std::uint32_t* row, const std::uint8_t* coded,
                                 LaneState& state) {
  int symbol = 0;
  for (int step = 128; step > 0; step /= 2) {
    if (part_of(state.range, row[symbol + step]) <= state.code) symbol += step;
  }
  const std::uint32_t low = part_of(state.range, row[symbol]);
  state.range = part_of(state.range, high_end(row, symbol)) - low;
  state.code -= low;
  for (; state.range < kLeastRange; state.range <<= 8) {
    const std::uint32_t byte = state.taken < state.bytes ? coded[state.coded + state.taken] : 0;
    ++state.taken;
    state.code = state.code << 8 | byte;
  }
  return static_cast<std::uint8_t>(symbol);
}

// Before the first symbol of a call.
NNZIP_DEVICE void start_part(LaneState& state) {
  if (state.range == 0) state.range = 0xFFFFFFFF;
  state.written = state.carry = 0;
}

// As coder/range_encoder.h, to what the lane has written in this call. At most one carry leaves a
// call: what is coded stays below low + range < 2^33 of where the call began.
NNZIP_DEVICE void encode(std::uint32_t low_end, std::uint32_t high_end, std::uint8_t* written,
                         LaneState& state) {
  const std::uint32_t low = part_of(state.range, low_end);
  state.range = part_of(state.range, high_end) - low;
  state.low += low;
  if (state.low < low) {
    std::uint32_t at = state.written;
    while (at > 0 && ++written[at - 1] == 0) --at;
    if (at == 0) state.carry = 1;
  }
  for (; state.range < kLeastRange; state.range <<= 8) {
    written[state.written++] = static_cast<std::uint8_t>(state.low >> 24);
    state.low <<= 8;
  }
}

}  // namespace nnzip::torch_backend
