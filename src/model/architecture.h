// SPDX-License-Identifier: Apache-2.0
// The whole network on one page: what is fixed (Config) and what is learned (Weights).
//
//   x      = embedding[byte] + sum over tables of ngram[row(last n bytes)]
//                            + sum over taps of tap[value]         residual stream, int16
//   layer: x += out(attention(qkv(norm(x))))        causal, the last `window` positions
//          x += down(relu(up(norm(x)))^2)
//   P(next byte) = softmax(head(norm(x)))
//
// All arithmetic is specified in src/backend/ARITHMETIC.md; the file layout in MODEL_FORMAT.md.
// Shape letters used everywhere: D width, H heads, G key/value heads, E head size, F feed-forward
// hidden size, W attention window of a layer. Matrices are [outputs][inputs], row-major.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "model/taps.h"

namespace nnzip {

constexpr int kSymbols = 256;
constexpr int kMaxNgrams = 8;

// A hashed n-gram embedding table; `rows` is a power of two.
struct NgramTable {
  std::uint32_t order = 0;  // how many of the last bytes select a row
  std::uint32_t rows = 0;
  bool operator==(const NgramTable&) const = default;
};

struct Config {
  Form content = Form::kBytes;         // what it is for: kBytes, kPixels, kSamples or kCode
  std::uint32_t width = 0;             // D
  std::uint32_t heads = 0;             // H
  std::uint32_t kv_heads = 0;          // G, divides H
  std::uint32_t head_size = 0;         // E
  std::uint32_t hidden = 0;            // F
  std::vector<std::uint32_t> windows;  // W of each layer; its length is the number of layers
  std::vector<NgramTable> ngrams;
  std::vector<Tap> taps;  // of that content, for bytes none; strictly increasing

  std::uint32_t layers() const { return static_cast<std::uint32_t>(windows.size()); }
  std::uint32_t query_size() const { return heads * head_size; }                 // H*E
  std::uint32_t qkv_size() const { return (heads + 2 * kv_heads) * head_size; }  // (H+2G)*E
  // The last bytes on which a distribution depends, at most.
  std::size_t reach() const {
    std::size_t bytes = 1;
    for (const NgramTable& table : ngrams) bytes = std::max<std::size_t>(bytes, table.order);
    for (const std::uint32_t window : windows) bytes += window - 1;
    return bytes;
  }
  // Multiply-accumulates a byte in matrix products, attention not counted.
  std::uint64_t macs_per_byte() const {
    const std::uint64_t layer = std::uint64_t{qkv_size()} * width +
                                std::uint64_t{query_size()} * width +
                                2 * std::uint64_t{hidden} * width;
    return layer * layers() + std::uint64_t{kSymbols} * width;
  }
  bool operator==(const Config&) const = default;
};

// int8 matrix with one float multiplier per output: see "Product" in ARITHMETIC.md.
struct Linear {
  std::vector<std::int8_t> weights;  // [outputs][inputs], -127..127
  std::vector<float> multiplier;     // [outputs]
  bool operator==(const Linear&) const = default;
};

// Of an n-gram table or, with kSymbols rows, of a tap.
struct TableWeights {
  std::int32_t multiplier = 1;       // table entry -> residual units
  std::vector<std::int8_t> entries;  // [rows][D]
  bool operator==(const TableWeights&) const = default;
};

struct LayerWeights {
  float attention_norm = 0;             // norm constant before qkv
  Linear qkv;                           // [(H+2G)*E][D]: queries by head, then keys, then values
  std::vector<float> score_multiplier;  // [H] dot product -> 1/64 octave
  std::vector<std::int32_t> distance_bias;  // [H][W], 1/64 octave, distance 0 first
  float attention_multiplier = 0;           // weighted mean of values -> int8 input of `out`
  Linear out;                               // [D][H*E] -> residual units
  float hidden_norm = 0;                    // norm constant before up
  Linear up;                                // [F][D]
  Linear down;                              // [D][F] -> residual units
  bool operator==(const LayerWeights&) const = default;
};

struct Weights {
  std::vector<std::int16_t> embedding;  // [256][D]
  std::vector<TableWeights> ngrams;
  std::vector<TableWeights> taps;
  std::vector<LayerWeights> layers;
  float head_norm = 0;
  Linear head;                                    // [256][D] -> 1/256 octave
  std::vector<float> head_bias;                   // [256], 1/256 octave
  std::array<std::uint16_t, 64> attention_exp{};  // 2^(-i/64), see ARITHMETIC.md
  std::array<std::uint32_t, 256> output_exp{};    // 2^(-i/256)
  bool operator==(const Weights&) const = default;
};

struct Model {
  Config config;
  Weights weights;
  bool operator==(const Model&) const = default;
};

}  // namespace nnzip
