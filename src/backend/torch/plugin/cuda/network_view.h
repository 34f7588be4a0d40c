// SPDX-License-Identifier: Apache-2.0
// What a kernel is given: a model, the state of some lanes and a call, all in memory of the device.
// Shape letters as in model/architecture.h. R: rows of a block, some positions of some lanes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "backend/torch/plugin/cuda/device.h"

namespace nnzip::torch_backend {

// Positions of a lane that are computed at once.
constexpr int kPassPositions = 16;
constexpr int kMaxTables = 40;  // 8 of n-grams, 32 of taps

struct LinearView {
  const std::int8_t* weights;  // [outputs][inputs]; inputs a multiple of 64, outputs of 32
  const float* multiplier;
  int outputs, inputs;
};

struct TableView {
  const std::int8_t* entries;  // [rows][D]
  std::int32_t multiplier;
  int order;  // 0: of a tap, whose value is the row
  int shift;  // of the hash
};

struct LayerView {
  float attention_norm, attention_multiplier, hidden_norm;
  LinearView qkv, out, up, down;
  const float* score_multiplier;      // [H]
  const std::int32_t* distance_bias;  // [H][W]
  int window;
  // Keys and values are rings in which position p is at p mod C, C at least W + kPassPositions - 1:
  // a pass is written before its first row looks back. Of a lane, from this byte of its rings on:
  // keys [G][C / 32][E / 16][32][16], values [G][C / 4][E][4].
  int capacity;  // C, a multiple of 32
  std::uint32_t ring;
};

struct NetworkView {
  int width, heads, kv_heads, head_size, hidden, layer_count, ngram_count, tap_count;
  const std::int16_t* embedding;  // [256][D]
  TableView tables[kMaxTables];   // of n-grams, then of taps
  const LayerView* layers;
  float head_norm;
  LinearView head;
  const float* head_bias;                // [256]
  const std::uint8_t* attention_weight;  // [1024]
  const std::uint32_t* output_exp;       // [256]
  std::uint32_t lane_bytes;              // of the rings of a lane
  int capacity;                          // the largest C

  NNZIP_BOTH int query_size() const { return heads * head_size; }
  NNZIP_BOTH int qkv_size() const { return (heads + 2 * kv_heads) * head_size; }
};

// What a lane has seen, and where its range coder is.
struct LaneState {
  std::uint64_t history;  // the last 8 bytes, the latest lowest
  std::int32_t position;
  std::uint32_t range;         // 0 before the first symbol is encoded
  std::uint32_t code;          // as in coder/range_decoder.h
  std::uint32_t taken;         // bytes of the coded ones, zeros past their end included
  std::uint64_t coded, bytes;  // where its coded bytes begin, how many they are
  std::uint32_t low;           // as in coder/range_encoder.h
  std::uint32_t written;       // bytes in this call
  std::uint32_t carry;         // out of them
};

// What the encoder of a lane has written in a call: as LanePart of backend.h.
struct PartView {
  std::uint32_t begin, bytes, carry, low, range;
};

constexpr int kMaxCodedBytes = 3;  // of a symbol

// What becomes of the distributions.
enum class Answer : std::int32_t {
  kDistributions,  // next: [active][count][257]
  kWalks,          // next: [active][count][8], the walk to the follower
  kCoded,          // packed, parts: what the lanes' encoders make of the followers
  kSymbols,  // each is decoded, and fed as the next; of `symbols` the first of each lane is read
};

struct CallView {
  Answer answer;
  int active, count;
  int lanes, positions;           // of a block and a pass: R is their product, at most kTiles * 16
  int queries;                    // heads that are scored together: 1, 2 or 4
  std::uint8_t* rings;            // [lanes of the session][lane_bytes]
  LaneState* states;              // [lanes of the session]
  const std::uint8_t* symbols;    // [active][count], or [active] of kSymbols
  const std::uint8_t* taps;       // [active][count][taps]
  const std::uint8_t* followers;  // [active][count]
  const std::uint8_t* coded;      // kSymbols: of all lanes
  std::uint8_t* decoded;          // kSymbols: [active][count]
  std::uint32_t* next;
  std::uint8_t* coded_apart;    // kCoded: [active][count * kMaxCodedBytes]
  std::uint8_t* packed;         // kCoded: the same without gaps, in any order of blocks
  std::uint32_t* packed_bytes;  // kCoded: 0 before the call
  PartView* parts;              // kCoded: [active]
};

// Where things are in the memory of a block, in bytes.
struct BlockLayout {
  int input_stride, stage_stride;  // bytes of a row of `input` and `stage`
  std::size_t residual;            // int16 [R][D]
  std::size_t input;  // int8 [R][input_stride]: of norms and attention, up to max(D, H*E)
  std::size_t
      stage;  // int8 [R][stage_stride]: queries, keys and values; hidden; rows of tables; logits
  std::size_t scratch;  // of each warp: scores int32 and weights uint8, [queries][C]
  std::size_t states;   // LaneState [R]
  std::size_t symbols;  // uint8 [R]
  std::size_t bytes;    // of all
};

// A row of so many bytes takes more, so that eight threads that load 16 bytes each of two rows next
// to each other meet all banks once.
NNZIP_BOTH constexpr int padded(int row_bytes) {
  return row_bytes / 128 * 128 + (row_bytes % 128 > 64 ? 192 : 64);
}

NNZIP_BOTH inline BlockLayout block_layout(const NetworkView& net, int rows, int queries) {
  const auto larger = [](int a, int b) { return a > b ? a : b; };
  BlockLayout layout{};
  layout.input_stride = padded(larger(net.width, net.query_size()));
  // Logits take 256 numbers of 4 bytes.
  layout.stage_stride = padded(larger(larger(net.qkv_size(), net.hidden), 1024));
  std::size_t end = 0;
  const auto place = [&](std::size_t bytes) {
    const std::size_t begin = end;
    end += (bytes + 15) / 16 * 16;
    return begin;
  };
  const auto count = static_cast<std::size_t>(rows);
  layout.residual = place(count * static_cast<std::size_t>(net.width) * 2);
  layout.input = place(count * static_cast<std::size_t>(layout.input_stride));
  layout.stage = place(count * static_cast<std::size_t>(layout.stage_stride));
  layout.scratch =
      place(std::size_t{kWarps} * static_cast<std::size_t>(queries * net.capacity) * 5);
  layout.states = place(count * sizeof(LaneState));
  layout.symbols = place(count);
  layout.bytes = end;
  return layout;
}

}  // namespace nnzip::torch_backend
