// SPDX-License-Identifier: Apache-2.0
// The whole of a call for the lanes of one block: lanes do not touch each other, so that no block
// waits for another, and nothing but keys, values and answers leaves the block's own memory.
#pragma once

#include "backend/torch/plugin/cuda/device.h"
#include "backend/torch/plugin/cuda/kernel_answer.h"
#include "backend/torch/plugin/cuda/kernel_attention.h"
#include "backend/torch/plugin/cuda/kernel_parts.h"
#include "backend/torch/plugin/cuda/network_view.h"

namespace nnzip::torch_backend {

// What is fed at the row: of the call, or what has just been decoded.
NNZIP_DEVICE std::uint8_t symbol_of(const CallView& call, const Rows& rows, int row) {
  if (call.answer != Answer::kSymbols) return call.symbols[rows.place(call, row)];
  return rows.begin == 0 ? call.symbols[rows.first_lane + row]
                         : call.decoded[rows.place(call, row) - 1];
}

template <int kTiles>
NNZIP_DEVICE void layer(const NetworkView& net, const CallView& call, const Rows& rows,
                        const LayerView& view) {
  norm(net, rows, view.attention_norm);
  sync_block();
  queries_keys_values<kTiles>(rows, view);
  sync_block();
  keep_keys_values(net, call, rows, view);
  sync_block();
  if (call.queries == 4) {
    attend<4>(net, call, rows, view);
  } else if (call.queries == 2) {
    attend<2>(net, call, rows, view);
  } else {
    attend<1>(net, call, rows, view);
  }
  sync_block();
  add_product<kTiles>(net, rows, rows.input, rows.layout.input_stride, view.out);
  sync_block();
  norm(net, rows, view.hidden_norm);
  sync_block();
  hidden<kTiles>(rows, view.up);
  sync_block();
  add_product<kTiles>(net, rows, rows.stage, rows.layout.stage_stride, view.down);
  sync_block();
}

// Some positions of the block's lanes.
template <int kTiles>
NNZIP_DEVICE void pass(const NetworkView& net, const CallView& call, const Rows& rows) {
  if (thread() < rows.count()) rows.symbols[thread()] = symbol_of(call, rows, thread());
  sync_block();
  find_table_rows(net, call, rows);
  sync_block();
  embed(net, rows);
  sync_block();
  for (int i = 0; i < net.layer_count; ++i) layer<kTiles>(net, call, rows, net.layers[i]);
  norm(net, rows, net.head_norm);
  sync_block();
  logits<kTiles>(net, rows);
  sync_block();
  answer(net, call, rows);
  sync_block();
  if (thread() < rows.lanes) {
    if (call.answer == Answer::kCoded) encode_rows(call, rows, thread());
    LaneState& state = rows.states[thread()];
    state.position += rows.positions;
    for (int t = 0; t < rows.positions; ++t) {
      state.history = state.history << 8 | rows.symbols[thread() * rows.positions + t];
    }
  }
}

template <int kTiles>
NNZIP_DEVICE void run_call(const NetworkView& net, const CallView& call) {
  unsigned char* const memory = shared_memory();
  Rows rows{};
  rows.layout = block_layout(net, kTiles * 16, call.queries);
  rows.residual = reinterpret_cast<std::int16_t*>(memory + rows.layout.residual);
  rows.input = reinterpret_cast<std::int8_t*>(memory + rows.layout.input);
  rows.stage = reinterpret_cast<std::int8_t*>(memory + rows.layout.stage);
  rows.scratch = memory + rows.layout.scratch;
  rows.states = reinterpret_cast<LaneState*>(memory + rows.layout.states);
  rows.symbols = memory + rows.layout.symbols;
  rows.first_lane = block() * call.lanes;
  rows.lanes = smaller(call.lanes, call.active - rows.first_lane);
  if (thread() < rows.lanes) {
    rows.states[thread()] = call.states[rows.first_lane + thread()];
    if (call.answer == Answer::kCoded) start_part(rows.states[thread()]);
  }
  for (rows.begin = 0; rows.begin < call.count; rows.begin += rows.positions) {
    rows.positions = smaller(call.positions, call.count - rows.begin);
    sync_block();
    pass<kTiles>(net, call, rows);
  }
  if (call.answer == Answer::kCoded) {
    sync_block();
    pack(call, rows);
  }
  if (thread() < rows.lanes) call.states[rows.first_lane + thread()] = rows.states[thread()];
}

}  // namespace nnzip::torch_backend
