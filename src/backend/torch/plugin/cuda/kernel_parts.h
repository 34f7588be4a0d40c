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

// ---- Attention ----

// Queries, keys and values of the rows to `stage`.
template <int kTiles>
NNZIP_DEVICE void queries_keys_values(const Rows& rows, const LayerView& layer) {
  product<kTiles>(rows.input, rows.layout.input_stride, layer.qkv,
                  [&](int row, int j, std::int32_t sum) {
                    if (row >= rows.count()) return;
                    rows.stage[row * rows.layout.stage_stride + j] =
                        to_int8(multiply(to_float(sum), layer.qkv.multiplier[j]));
                  });
}

// The ring of keys of a key head and lane; that of its values is G*C*E bytes behind.
NNZIP_DEVICE std::uint8_t* ring_of(const NetworkView& net, const CallView& call, const Rows& rows,
                                   const LayerView& layer, int row, int kv_head) {
  return call.rings + static_cast<std::size_t>(rows.first_lane + rows.lane(row)) * net.lane_bytes +
         layer.ring +
         static_cast<std::size_t>(kv_head) *
             static_cast<std::size_t>(layer.capacity * net.head_size);
}
NNZIP_DEVICE std::size_t key_place(int slot, int e, int head_size) {
  return static_cast<std::size_t>((slot / 32 * (head_size / 16) + e / 16) * 512 + slot % 32 * 16 +
                                  e % 16);
}
NNZIP_DEVICE std::size_t value_place(int slot, int e, int head_size) {
  return static_cast<std::size_t>((slot / 4 * head_size + e) * 4 + slot % 4);
}

// The rows' keys and values from `stage` to the rings.
NNZIP_DEVICE void keep_keys_values(const NetworkView& net, const CallView& call, const Rows& rows,
                                   const LayerView& layer) {
  const int size = net.kv_heads * net.head_size, words = size / 4;
  const std::size_t values =
      static_cast<std::size_t>(size) * static_cast<std::size_t>(layer.capacity);
  for (int i = thread(); i < rows.count() * words; i += kThreads) {
    const int row = i / words, kv_head = i % words * 4 / net.head_size,
              e = i % words * 4 % net.head_size;
    const int slot = rows.position(row) % layer.capacity;
    const std::int8_t* const key = rows.stage + row * rows.layout.stage_stride + net.query_size() +
                                   kv_head * net.head_size + e;
    std::uint8_t* const ring = ring_of(net, call, rows, layer, row, kv_head);
    *reinterpret_cast<std::uint32_t*>(ring + key_place(slot, e, net.head_size)) = load4(key);
    NNZIP_UNROLL
    for (int k = 0; k < 4; ++k) {
      ring[values + value_place(slot, e + k, net.head_size)] =
          static_cast<std::uint8_t>(key[size + k]);
    }
  }
}

// Some heads of a row that share a key head, for one warp.
struct Heads {
  int row, kv_head, first, count;
  std::int32_t* scores;   // [kQueries][C]
  std::uint8_t* weights;  // [kQueries][C]
};

constexpr std::int32_t kUnseen = -(1 << 30);  // |z| <= 2^21

// The query of the i-th of the heads, or another one that is there.
NNZIP_DEVICE const std::int8_t* query_of(const NetworkView& net, const Rows& rows,
                                         const Heads& heads, int i) {
  return rows.stage + heads.row * rows.layout.stage_stride +
         (heads.first + smaller(i, heads.count - 1)) * net.head_size;
}

// z of each slot of the ring below `end`, to `scores`; the largest of each head.
template <int kQueries>
NNZIP_DEVICE void score_keys(const NetworkView& net, const CallView& call, const Rows& rows,
                             const LayerView& layer, const Heads& heads, int end,
                             std::int32_t (&top)[kQueries]) {
  const std::int32_t position = rows.position(heads.row);
  const int now = position % layer.capacity, seen = smaller(position + 1, layer.window);
  const std::uint8_t* const keys = ring_of(net, call, rows, layer, heads.row, heads.kv_head);
  for (int i = 0; i < kQueries; ++i) top[i] = kUnseen;
  NNZIP_UNROLL_BY(4)
  for (int slot = thread() % 32; slot < end; slot += 32) {
    const int distance = now - slot + (slot > now ? layer.capacity : 0);
    std::int32_t sums[kQueries] = {};
    NNZIP_UNROLL_BY(2)
    for (int e = 0; e < net.head_size; e += 16) {
      const Words key = load16(keys + key_place(slot, e, net.head_size));
      NNZIP_UNROLL
      for (int i = 0; i < kQueries; ++i) {
        const Words query = load16(query_of(net, rows, heads, i) + e);
        sums[i] = dot4(query.x, key.x, dot4(query.y, key.y, sums[i]));
        sums[i] = dot4(query.z, key.z, dot4(query.w, key.w, sums[i]));
      }
    }
    NNZIP_UNROLL
    for (int i = 0; i < kQueries; ++i) {
      const int head = heads.first + smaller(i, heads.count - 1);
      std::int32_t z = kUnseen;
      if (distance < seen) {
        const float score = multiply(to_float(sums[i]), layer.score_multiplier[head]);
        z = round(clamp(score, 0x1p20F)) + layer.distance_bias[head * layer.window + distance];
      }
      heads.scores[i * layer.capacity + slot] = z;
      top[i] = larger(top[i], z);
    }
  }
  NNZIP_UNROLL
  for (int i = 0; i < kQueries; ++i) top[i] = warp_max(top[i]);
}

// The weight of each slot below `end`, of which the thread has written the score; their sums.
template <int kQueries>
NNZIP_DEVICE void weigh(const NetworkView& net, const LayerView& layer, const Heads& heads, int end,
                        const std::int32_t (&top)[kQueries], std::int32_t (&sums)[kQueries]) {
  NNZIP_UNROLL
  for (int i = 0; i < kQueries; ++i) {
    sums[i] = 0;
    for (int slot = thread() % 32; slot < end; slot += 32) {
      const int at = i * layer.capacity + slot;
      const std::int32_t below = top[i] - heads.scores[at];
      const std::uint8_t weight = below < 1024 ? net.attention_weight[below] : std::uint8_t{0};
      heads.weights[at] = weight;
      sums[i] += weight;
    }
    sums[i] = warp_sum(sums[i]);
  }
}

// o of the heads to `input`: E / 4 threads have four numbers of a head each, as often as a warp has
// room for it, each time for other slots. dens: the sums of weights.
template <int kQueries>
NNZIP_DEVICE void sum_values(const NetworkView& net, const CallView& call, const Rows& rows,
                             const LayerView& layer, const Heads& heads, int end,
                             const std::int32_t (&dens)[kQueries]) {
  const int words = net.head_size / 4, parts = 32 / words;
  const int word = thread() % 32 % words, part = thread() % 32 / words;
  const std::uint8_t* const values = ring_of(net, call, rows, layer, heads.row, heads.kv_head) +
                                     static_cast<std::size_t>(net.kv_heads * net.head_size) *
                                         static_cast<std::size_t>(layer.capacity);
  std::int32_t nums[kQueries][4] = {};
  if (part < parts) {
    NNZIP_UNROLL_BY(4)
    for (int slot = part * 4; slot < end; slot += parts * 4) {
      const Words value = load16(values + value_place(slot, word * 4, net.head_size));
      NNZIP_UNROLL
      for (int i = 0; i < kQueries; ++i) {
        const std::uint32_t weights = load4(heads.weights + i * layer.capacity + slot);
        nums[i][0] = dot4_unsigned(weights, value.x, nums[i][0]);
        nums[i][1] = dot4_unsigned(weights, value.y, nums[i][1]);
        nums[i][2] = dot4_unsigned(weights, value.z, nums[i][2]);
        nums[i][3] = dot4_unsigned(weights, value.w, nums[i][3]);
      }
    }
  }
  NNZIP_UNROLL
  for (int i = 0; i < kQueries; ++i) {
    const float f = divide(layer.attention_multiplier, to_float(dens[i]));
    std::int8_t* const o = rows.input + heads.row * rows.layout.input_stride +
                           (heads.first + i) * net.head_size + word * 4;
    NNZIP_UNROLL
    for (int k = 0; k < 4; ++k) {
      std::int32_t num = nums[i][k];
      for (int other = 1; other < parts; ++other) {
        num += shuffle(nums[i][k], (thread() % 32 + other * words) % 32);
      }
      if (part == 0 && i < heads.count) o[k] = to_int8(multiply(to_float(num), f));
    }
  }
}

// Queries of `stage` to o in `input`, a warp for each row and key head.
template <int kQueries>
NNZIP_DEVICE void attend(const NetworkView& net, const CallView& call, const Rows& rows,
                         const LayerView& layer) {
  const int shared = net.heads / net.kv_heads, room = kQueries * net.capacity;
  unsigned char* const scratch = rows.scratch + thread() / 32 * room * 5;
  Heads heads{};
  heads.scores = reinterpret_cast<std::int32_t*>(scratch);
  heads.weights = scratch + room * 4;
  for (int task = thread() / 32; task < rows.count() * net.kv_heads; task += kWarps) {
    heads.row = task / net.kv_heads;
    heads.kv_head = task % net.kv_heads;
    // Slots are written in their order. A multiple of 32, so of C at most.
    const int end =
        smaller(static_cast<int>(rows.position(heads.row) / 32 * 32 + 32), layer.capacity);
    for (int first = 0; first < shared; first += kQueries) {
      heads.first = heads.kv_head * shared + first;
      heads.count = smaller(kQueries, shared - first);
      std::int32_t top[kQueries], dens[kQueries];
      score_keys<kQueries>(net, call, rows, layer, heads, end, top);
      weigh<kQueries>(net, layer, heads, end, top, dens);
      sync_warp();
      sum_values<kQueries>(net, call, rows, layer, heads, end, dens);
      sync_warp();
    }
  }
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

// ---- Distribution ----

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

NNZIP_DEVICE std::uint32_t high_end(const std::uint32_t* row, int symbol) {
  return symbol == 255 ? std::uint32_t{1} << 22 : row[symbol + 1];
}

// As coder/range_decoder.cpp.
NNZIP_DEVICE std::uint8_t decode(const std::uint32_t* row, const std::uint8_t* coded,
                                 LaneState& state) {
  const auto bound = [&](std::uint32_t cumulative) {
    return static_cast<std::uint32_t>((std::uint64_t{state.range} * cumulative) >> 22);
  };
  int symbol = 0;
  for (int step = 128; step > 0; step /= 2) {
    if (bound(row[symbol + step]) <= state.code) symbol += step;
  }
  const std::uint32_t low = bound(row[symbol]);
  state.range = bound(high_end(row, symbol)) - low;
  state.code -= low;
  for (; state.range < (std::uint32_t{1} << 24); state.range <<= 8) {
    const std::uint32_t byte = state.taken < state.bytes ? coded[state.coded + state.taken] : 0;
    ++state.taken;
    state.code = state.code << 8 | byte;
  }
  return static_cast<std::uint8_t>(symbol);
}

// From z of all rows to what the call asks for, a warp a row.
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
    } else if (lane == 0 && call.answer == Answer::kEnds) {
      const int follower = call.followers[place];
      call.next[place * 2] = cumulative[follower];
      call.next[place * 2 + 1] = high_end(cumulative, follower);
    } else if (lane == 0) {
      call.decoded[place] = decode(cumulative, call.coded, rows.states[rows.lane(row)]);
    }
  }
}

}  // namespace nnzip::torch_backend
