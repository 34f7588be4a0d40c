// SPDX-License-Identifier: Apache-2.0
// The decisions that make a byte: an ordered binary tree in which frequent bytes are near the root.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"

namespace nnzip::lean {

// A node is named by the least byte of its right part: a decision is whether the byte is below it.
class ByteTree {
 public:
  // [byte]: 0 for one that does not occur, else one more than the weight's logarithm, up to 15.
  using Weights = std::array<std::uint8_t, 256>;

  // Precondition: a weight is not 0.
  explicit ByteTree(const Weights& weights);

  // The first node, 0 if there is only one byte, which is least().
  std::uint8_t root() const { return root_; }
  std::uint8_t least() const { return least_; }
  // The node after a decision, 0 if the byte is known.
  std::uint8_t next(std::uint8_t node, int right) const { return next_[node][right]; }

 private:
  std::uint8_t split(const Weights& weights, int begin, int end);

  std::array<std::array<std::uint8_t, 2>, 256> next_{};
  std::uint8_t root_ = 0, least_ = 0;
};

// What the decisions so far leave of the bytes, and where the next one parts it.
struct Part {
  std::uint32_t begin, end, node;
};

// What makes a good tree for that content.
ByteTree::Weights weights_of(std::span<const std::uint8_t> content);
// All alike: eight decisions a byte.
ByteTree::Weights even_weights();

bool any(const ByteTree::Weights& weights);

void encode_weights(const ByteTree::Weights& weights, RangeEncoder& coder);
// Of hostile data all may be 0.
ByteTree::Weights decode_weights(RangeDecoder& coder);

}  // namespace nnzip::lean
