// SPDX-License-Identifier: Apache-2.0
// Attention of the rows of a block: ARITHMETIC.md, from queries, keys and values to o.
#pragma once

#include "backend/torch/plugin/cuda/kernel_parts.h"

namespace nnzip::torch_backend {

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

}  // namespace nnzip::torch_backend
