// SPDX-License-Identifier: Apache-2.0
// ARITHMETIC.md for the rows of a block, part by part; its names and order. Who writes what others
// read waits between: that is the caller's, network_kernel.h.
#pragma once

#include "backend/torch/plugin/cuda/device.h"
#include "backend/torch/plugin/cuda/network_view.h"

namespace nnzip::torch_backend {

// Some positions of some lanes, the same number of each: row = lane * positions + position.
struct Rows {
  int first_lane;  // of the session
  int lanes, positions;
  int begin;  // the first position in the call
  std::int16_t* residual;
  std::int8_t *input, *stage;
  unsigned char* scratch;
  LaneState* states;      // of the lanes
  std::uint8_t* symbols;  // of the rows
  BlockLayout layout;

  NNZIP_DEVICE int count() const { return lanes * positions; }
  NNZIP_DEVICE int lane(int row) const { return row / positions; }
  // Of the row in an array [active][count] of the call.
  NNZIP_DEVICE std::size_t place(const CallView& call, int row) const {
    return static_cast<std::size_t>(first_lane + lane(row)) * static_cast<std::size_t>(call.count) +
           static_cast<std::size_t>(begin + row % positions);
  }
  // Of the row in its lane.
  NNZIP_DEVICE std::int32_t position(int row) const {
    return states[lane(row)].position + row % positions;
  }
};

constexpr std::int32_t kUnseen = -(1 << 30);  // below all logits and scores: |z| <= 2^21

template <class T>
NNZIP_DEVICE T smaller(T a, T b) {
  return a < b ? a : b;
}
template <class T>
NNZIP_DEVICE T larger(T a, T b) {
  return a > b ? a : b;
}
NNZIP_DEVICE float clamp(float x, float bound) {
  return x < -bound ? -bound : x > bound ? bound : x;
}
NNZIP_DEVICE std::int8_t to_int8(float x) {
  return static_cast<std::int8_t>(round(clamp(x, 127.0F)));
}
NNZIP_DEVICE std::int16_t saturate16(std::int32_t x) {
  return static_cast<std::int16_t>(x < -32767 ? -32767 : x > 32767 ? 32767 : x);
}
NNZIP_DEVICE Words load16(const void* from) { return *static_cast<const Words*>(from); }
NNZIP_DEVICE std::uint32_t load4(const void* from) {
  return *static_cast<const std::uint32_t*>(from);
}

// Of the warp.
template <class T>
NNZIP_DEVICE T warp_sum(T value) {
  for (int step = 16; step > 0; step /= 2) value += shuffle(value, (thread() % 32) ^ step);
  return value;
}
template <class T>
NNZIP_DEVICE T warp_max(T value) {
  for (int step = 16; step > 0; step /= 2) {
    value = larger(value, shuffle(value, (thread() % 32) ^ step));
  }
  return value;
}

// ---- Embedding ----

// The byte so many positions before that of the row.
NNZIP_DEVICE std::uint32_t byte_before(const Rows& rows, int row, int back) {
  const int before = back - row % rows.positions;
  if (before <= 0) return rows.symbols[row - back];
  return static_cast<std::uint8_t>(rows.states[rows.lane(row)].history >> (8 * (before - 1)));
}

NNZIP_DEVICE std::uint32_t hash_of(const Rows& rows, int row, int order) {
  std::uint32_t hash = 0;
  for (int back = order; back-- > 0;) {
    hash = (hash + byte_before(rows, row, back) + 1) * 0x9E3779B1U;
    hash ^= hash >> 15;
  }
  return hash;
}

// For each row and table the table's row, to the start of the row's stage.
NNZIP_DEVICE void find_table_rows(const NetworkView& net, const CallView& call, const Rows& rows) {
  const int tables = net.ngram_count + net.tap_count;
  for (int i = thread(); i < rows.count() * tables; i += kThreads) {
    const int row = i / tables, table = i % tables;
    const TableView& view = net.tables[table];
    auto* const found =
        reinterpret_cast<std::uint32_t*>(rows.stage + row * rows.layout.stage_stride);
    found[table] = view.order > 0
                       ? hash_of(rows, row, view.order) >> view.shift
                       : call.taps[rows.place(call, row) * static_cast<std::size_t>(net.tap_count) +
                                   static_cast<std::size_t>(table - net.ngram_count)];
  }
}

// Sums stay below 2^28.
NNZIP_DEVICE void embed(const NetworkView& net, const Rows& rows) {
  const int tables = net.ngram_count + net.tap_count, groups = net.width / 4;
  for (int i = thread(); i < rows.count() * groups; i += kThreads) {
    const int row = i / groups, d = i % groups * 4;
    const auto* const found =
        reinterpret_cast<const std::uint32_t*>(rows.stage + row * rows.layout.stage_stride);
    const std::int16_t* const embedding = net.embedding + rows.symbols[row] * net.width + d;
    std::int32_t sum[4] = {embedding[0], embedding[1], embedding[2], embedding[3]};
    for (int table = 0; table < tables; ++table) {
      const TableView& view = net.tables[table];
      const std::uint32_t entries =
          load4(view.entries +
                static_cast<std::size_t>(found[table]) * static_cast<std::size_t>(net.width) + d);
      NNZIP_UNROLL
      for (int k = 0; k < 4; ++k) {
        sum[k] += view.multiplier * static_cast<std::int8_t>(entries >> (8 * k));
      }
    }
    NNZIP_UNROLL
    for (int k = 0; k < 4; ++k) rows.residual[row * net.width + d + k] = saturate16(sum[k]);
  }
}

// ---- Norm ----

// From the residual stream to `input`, a warp a row.
NNZIP_DEVICE void norm(const NetworkView& net, const Rows& rows, float constant) {
  for (int row = thread() / 32; row < rows.count(); row += kWarps) {
    const std::int16_t* const x = rows.residual + row * net.width;
    long long squares = 0;
    for (int d = thread() % 32; d < net.width; d += 32) squares += std::int32_t{x[d]} * x[d];
    squares = larger(warp_sum(squares), 1LL);
    const float m = divide(constant, square_root(to_float(squares)));
    std::int8_t* const a = rows.input + row * rows.layout.input_stride;
    for (int d = thread() % 32; d < net.width; d += 32) {
      a[d] = to_int8(multiply(to_float(std::int32_t{x[d]}), m));
    }
  }
}

// ---- Product ----

// Gives store(row, output, sum) for every output of every row; rows beyond those of the block too,
// whose sums mean nothing. A warp computes 16 outputs of all rows at once. What a thread loads of a
// row of 64 inputs is 16 bytes in one piece: which input is which column of a tile does not matter,
// as long as it is the same on both sides.
template <int kTiles, class Store>
NNZIP_DEVICE void product(const std::int8_t* input, int stride, const LinearView& linear,
                          const Store& store) {
  const int group = thread() % 32 / 4, quad = thread() % 4;
  const auto inputs = static_cast<std::size_t>(linear.inputs);
  for (int part = thread() / 32; part < linear.outputs / 16; part += kWarps) {
    std::int32_t sums[kTiles][2][4] = {};
    const std::int8_t* const weights =
        linear.weights + static_cast<std::size_t>(part * 16 + group) * inputs + quad * 16;
    const std::int8_t* const row = input + group * stride + quad * 16;
    NNZIP_UNROLL_BY(4)
    for (int k = 0; k < linear.inputs; k += 64) {
      const Words left = load16(weights + k), right = load16(weights + 8 * inputs + k);
      const std::uint32_t b[2][2][2] = {{{left.x, left.y}, {left.z, left.w}},
                                        {{right.x, right.y}, {right.z, right.w}}};
      NNZIP_UNROLL
      for (int tile = 0; tile < kTiles; ++tile) {
        const Words above = load16(row + tile * 16 * stride + k);
        const Words below = load16(row + (tile * 16 + 8) * stride + k);
        const std::uint32_t a[2][4] = {{above.x, below.x, above.y, below.y},
                                       {above.z, below.z, above.w, below.w}};
        NNZIP_UNROLL
        for (int side = 0; side < 2; ++side) {
          multiply_tiles(sums[tile][side], a[0], b[side][0]);
          multiply_tiles(sums[tile][side], a[1], b[side][1]);
        }
      }
    }
    NNZIP_UNROLL
    for (int tile = 0; tile < kTiles; ++tile) {
      NNZIP_UNROLL
      for (int i = 0; i < 8; ++i) {
        store(tile * 16 + group + i % 4 / 2 * 8, part * 16 + i / 4 * 8 + quad * 2 + i % 2,
              sums[tile][i / 4][i % 4]);
      }
    }
  }
}

// x += a product of `input` or `stage`.
template <int kTiles>
NNZIP_DEVICE void add_product(const NetworkView& net, const Rows& rows, const std::int8_t* input,
                              int stride, const LinearView& linear) {
  product<kTiles>(input, stride, linear, [&](int row, int d, std::int32_t sum) {
    if (row >= rows.count()) return;
    const float change = multiply(to_float(sum), linear.multiplier[d]);
    std::int16_t& x = rows.residual[row * net.width + d];
    x = saturate16(x + round(clamp(change, 65535.0F)));
  });
}

// ---- Feed-forward ----

// h to `stage`.
template <int kTiles>
NNZIP_DEVICE void hidden(const Rows& rows, const LinearView& up) {
  product<kTiles>(rows.input, rows.layout.input_stride, up, [&](int row, int j, std::int32_t sum) {
    if (row >= rows.count()) return;
    float u = multiply(to_float(sum), up.multiplier[j]);
    u = u > 0 ? u : 0;
    rows.stage[row * rows.layout.stage_stride + j] = to_int8(multiply(u, u));
  });
}

}  // namespace nnzip::torch_backend
