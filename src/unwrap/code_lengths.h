// SPDX-License-Identifier: Apache-2.0
// The prefix codes that zlib would write for a block, from how often each symbol is used.
#pragma once

#include "unwrap/deflate_tokens.h"

namespace nnzip {

// How often the symbols of a block occur; the end of the block counts as one.
struct SymbolCounts {
  std::array<std::uint32_t, kLiteralSymbols> literals{};
  std::array<std::uint32_t, kDistanceSymbols> distances{};

  void clear();
  // byte: of the literal, if it is one.
  void add(Token token, std::uint8_t byte);
};

// Lengths of at most limit bits by zlib's way of building a tree; their number without the zeros at
// the end. lengths: as many as counts, at most 286.
std::size_t build_code(std::span<const std::uint32_t> counts, std::uint32_t limit,
                       std::span<std::uint8_t> lengths);

// literal_code, distance_code and how many of each are written.
void build_codes(const SymbolCounts& counts, DynamicHeader& header);
// What zlib would write for the lengths from `at` on.
LengthItem next_item(const DynamicHeader& header, std::size_t at);
// length_code and length_lengths for the items.
void build_length_code(DynamicHeader& header);

// Bits of a block without its first three.
std::uint64_t dynamic_bits(const SymbolCounts& counts, const DynamicHeader& header);
std::uint64_t fixed_bits(const SymbolCounts& counts);

}  // namespace nnzip
