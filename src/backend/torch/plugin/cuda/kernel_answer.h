// SPDX-License-Identifier: Apache-2.0
// From the residual stream of the rows of a block to what a call asks for: distributions, walks to
// known symbols, or symbols that are encoded or decoded here.
#pragma once

#include "backend/torch/plugin/cuda/kernel_coder.h"
#include "backend/torch/plugin/cuda/kernel_parts.h"

namespace nnzip::torch_backend {

// z to `stage`, 256 numbers a row.
template <int kTiles>
NNZIP_DEVICE void logits(const NetworkView& net, const Rows& rows) {
  product<kTiles>(
      rows.input, rows.layout.input_stride, net.head, [&](int row, int j, std::int32_t sum) {
        if (row >= rows.count()) return;
        const float z = add(multiply(to_float(sum), net.head.multiplier[j]), net.head_bias[j]);
        reinterpret_cast<std::int32_t*>(rows.stage + row * rows.layout.stage_stride)[j] =
            round(clamp(z, 0x1p20F));
      });
}

// cumulative[0 .. 255] in place of z, for the warp. A thread has eight neighbours.
NNZIP_DEVICE void cumulate(const NetworkView& net, std::uint32_t* row) {
  const int lane = thread() % 32;
  std::int32_t z[8], top = kUnseen;
  NNZIP_UNROLL
  for (int k = 0; k < 8; ++k) {
    z[k] = static_cast<std::int32_t>(row[lane * 8 + k]);
    top = larger(top, z[k]);
  }
  top = warp_max(top);
  std::uint32_t w[8], sum = 0;
  NNZIP_UNROLL
  for (int k = 0; k < 8; ++k) {
    const std::int32_t i = top - z[k];
    w[k] = i >= 8192 ? 0 : net.output_exp[i % 256] >> (i / 256);
    sum += w[k];
  }
  std::uint32_t through = sum;  // of the threads up to this one
  for (int step = 1; step < 32; step *= 2) {
    const std::uint32_t before = shuffle(through, (lane + 32 - step) % 32);
    if (lane >= step) through += before;
  }
  constexpr std::uint64_t kSpread = std::uint64_t{(1U << 22) - 256} << 32;
  const std::uint64_t scale = kSpread / shuffle(through, 31);
  std::uint32_t c = through - sum;
  NNZIP_UNROLL
  for (int k = 0; k < 8; ++k) {
    row[lane * 8 + k] =
        static_cast<std::uint32_t>((c * scale) >> 32) + static_cast<std::uint32_t>(lane * 8 + k);
    c += w[k];
  }
}

// From z of all rows to what the call asks for, a warp a row; for kCoded to cumulative frequencies.
NNZIP_DEVICE void answer(const NetworkView& net, const CallView& call, const Rows& rows) {
  const int lane = thread() % 32;
  for (int row = thread() / 32; row < rows.count(); row += kWarps) {
    auto* const cumulative =
        reinterpret_cast<std::uint32_t*>(rows.stage + row * rows.layout.stage_stride);
    cumulate(net, cumulative);
    sync_warp();
    const std::size_t place = rows.place(call, row);
    if (call.answer == Answer::kDistributions) {
      for (int j = lane; j < 257; j += 32) {
        call.next[place * 257 + static_cast<std::size_t>(j)] = j == 256 ? 1U << 22 : cumulative[j];
      }
    } else if (call.answer == Answer::kWalks) {
      const int byte = call.followers[place];
      // Each thread has the cut of a bit.
      if (lane < 8) {
        call.next[place * 8 + static_cast<std::size_t>(lane)] =
            cumulative[(byte >> (8 - lane) << (8 - lane)) + (128 >> lane)];
      }
    } else if (lane == 0 && call.answer == Answer::kSymbols) {
      call.decoded[place] = decode(cumulative, call.coded, rows.states[rows.lane(row)]);
    }
  }
}

// The followers of a lane's rows, one after the other, which is the whole work of a thread.
NNZIP_DEVICE void encode_rows(const CallView& call, const Rows& rows, int lane) {
  const int first = lane * rows.positions;
  std::uint8_t* const written =
      call.coded_apart + static_cast<std::size_t>(rows.first_lane + lane) *
                             static_cast<std::size_t>(call.count) * kMaxCodedBytes;
  for (int row = first; row < first + rows.positions; ++row) {
    const auto* const cumulative =
        reinterpret_cast<const std::uint32_t*>(rows.stage + row * rows.layout.stage_stride);
    const int follower = call.followers[rows.place(call, row)];
    encode(cumulative[follower], high_end(cumulative, follower), written, rows.states[lane]);
  }
}

// What the block's lanes have written, in one piece of the memory that crosses the bus.
NNZIP_DEVICE void pack(const CallView& call, const Rows& rows) {
  if (thread() == 0) {
    std::uint32_t bytes = 0;
    for (int lane = 0; lane < rows.lanes; ++lane) bytes += rows.states[lane].written;
    std::uint32_t begin = fetch_add(call.packed_bytes, bytes);
    for (int lane = 0; lane < rows.lanes; ++lane) {
      const LaneState& state = rows.states[lane];
      call.parts[rows.first_lane + lane] = {begin, state.written, state.carry, state.low,
                                            state.range};
      begin += state.written;
    }
  }
  sync_block();
  for (int lane = thread() / 32; lane < rows.lanes; lane += kWarps) {
    const PartView part = call.parts[rows.first_lane + lane];
    const std::uint8_t* const written =
        call.coded_apart + static_cast<std::size_t>(rows.first_lane + lane) *
                               static_cast<std::size_t>(call.count) * kMaxCodedBytes;
    for (std::uint32_t i = thread() % 32; i < part.bytes; i += 32) {
      call.packed[part.begin + i] = written[i];
    }
  }
}

}  // namespace nnzip::torch_backend
