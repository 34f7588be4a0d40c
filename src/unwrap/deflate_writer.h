// SPDX-License-Identifier: Apache-2.0
// The bits of a deflate stream from its blocks and tokens.
#pragma once

#include <span>

#include "unwrap/deflate_tokens.h"

namespace nnzip {

class DeflateWriter {
 public:
  explicit DeflateWriter(Bytes& out) : out_(out) {}

  void begin_block(bool final, BlockType type) { put((final ? 1U : 0U) | unsigned(type) << 1, 3); }
  // padding: the bits up to the next byte, padding_bits() of them. At most kMaxStored bytes.
  int padding_bits() const { return (8 - count_ % 8) % 8; }
  void stored(std::uint8_t padding, std::span<const std::uint8_t> content);
  void header(const DynamicHeader& header);
  // content: what the tokens say, for its literals. False if a symbol that is needed has no code.
  bool fixed_tokens(std::span<const Token> tokens, std::span<const std::uint8_t> content);
  bool dynamic_tokens(const DynamicHeader& header, std::span<const Token> tokens,
                      std::span<const std::uint8_t> content);
  void finish(std::uint8_t padding) { put(padding, padding_bits()); }

 private:
  void put(std::uint32_t value, int bits);
  bool put_tokens(std::span<const std::uint8_t> literal_lengths,
                  std::span<const std::uint8_t> distance_lengths, std::span<const Token> tokens,
                  std::span<const std::uint8_t> content);

  Bytes& out_;
  std::uint64_t bits_ = 0;
  int count_ = 0;  // below 8 between calls
};

}  // namespace nnzip
