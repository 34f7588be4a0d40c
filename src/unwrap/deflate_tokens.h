// SPDX-License-Identifier: Apache-2.0
// A raw deflate stream (RFC 1951) as content, tokens and the structure of its blocks: all that its
// bits say, so that DeflateWriter makes the same bits again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace nnzip {

inline constexpr std::uint32_t kMinMatch = 3, kMaxMatch = 258, kMaxDistance = 32768;
// No match of zlib begins within this many bytes of the window's far end.
inline constexpr std::uint32_t kWindowMargin = kMaxMatch + kMinMatch + 1;
inline constexpr std::size_t kMaxStored = 65535;
inline constexpr std::size_t kLiteralSymbols = 286, kDistanceSymbols = 30, kLengthSymbols = 19;
inline constexpr std::size_t kEndOfBlock = 256;

// A literal has length 1 and distance 0.
struct Token {
  std::uint16_t length = 1, distance = 0;
  bool operator==(const Token&) const = default;
};

enum class BlockType : std::uint8_t { kStored, kFixed, kDynamic };

// One symbol of the run-length form in which code lengths are written, for `repeat` of them.
struct LengthItem {
  std::uint8_t symbol = 0;  // 0 to 15: a length; 16: the one before; 17, 18: zeros
  std::uint8_t repeat = 1;
  bool operator==(const LengthItem&) const = default;
};

// The header of a dynamic block, as it is written.
struct DynamicHeader {
  std::size_t literals = 0, distances = 0;  // lengths that are written: 257 to 286, 1 to 30
  std::size_t length_lengths = 0;           // 4 to 19, of length_code
  std::array<std::uint8_t, kLiteralSymbols> literal_code{};
  std::array<std::uint8_t, kDistanceSymbols> distance_code{};
  std::array<std::uint8_t, kLengthSymbols> length_code{};
  std::vector<LengthItem> items;

  // Of symbol i of the literal code followed by the distance code.
  std::uint8_t length_at(std::size_t i) const {
    return i < literals ? literal_code[i] : distance_code[i - literals];
  }
  std::uint8_t& length_at(std::size_t i) {
    return i < literals ? literal_code[i] : distance_code[i - literals];
  }
};

struct DeflateBlock {
  BlockType type = BlockType::kStored;
  bool final = false;
  std::uint8_t padding = 0;     // the bits before the length of a stored block
  std::size_t tokens_end = 0;   // index of the first token after it; stored blocks have none
  std::size_t content_end = 0;  // in bytes of content
  std::size_t header = 0;       // index in InflatedDeflate::headers, of a dynamic block
};

struct InflatedDeflate {
  std::size_t bytes = 0;     // of the stream; the last one counts whole
  std::uint8_t padding = 0;  // the bits of the last byte that follow the last block
  Bytes content;
  std::vector<Token> tokens;
  std::vector<DeflateBlock> blocks;
  std::vector<DynamicHeader> headers;
};

enum class KeepTokens : std::uint8_t { kNo, kYes };

// Opens the stream that begins at stream[0] and may be followed by anything. Nothing if it is not
// valid, ends too early or holds more than max_content bytes. Without tokens only bytes and content
// are filled in. progress: how far it got, valid or not. Memory: 5 bytes a byte
// of content, and the headers, which are shorter than 80 times the stream.
struct InflateProgress {
  std::size_t opened = 0;  // bytes of content
  bool ran_out = false;    // the stream ended before anything was wrong with it
};
std::optional<InflatedDeflate> inflate(std::span<const std::uint8_t> stream,
                                       std::size_t max_content, KeepTokens keep,
                                       InflateProgress* progress = nullptr);

// The first so many bytes of content with tokens, as if the stream ended with them;
// less if it is not valid.
InflatedDeflate inflate_beginning(std::span<const std::uint8_t> stream, std::size_t content_bytes);

// What symbols of lengths (257 and up) and distances stand for: the first value, and how many bits
// follow.
struct SymbolRange {
  std::uint16_t base = 0;
  std::uint8_t extra = 0;
};
inline constexpr std::array<SymbolRange, 29> kLengthRanges = [] {
  std::array<SymbolRange, 29> ranges{};
  std::uint16_t base = kMinMatch;
  for (std::size_t i = 0; i < 28; ++i) {
    const auto extra = static_cast<std::uint8_t>(i < 8 ? 0 : i / 4 - 1);
    ranges[i] = {base, extra};
    base = static_cast<std::uint16_t>(base + (1 << extra));
  }
  ranges[28] = {kMaxMatch, 0};
  return ranges;
}();
inline constexpr std::array<SymbolRange, kDistanceSymbols> kDistanceRanges = [] {
  std::array<SymbolRange, kDistanceSymbols> ranges{};
  std::uint32_t base = 1;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const auto extra = static_cast<std::uint8_t>(i < 4 ? 0 : i / 2 - 1);
    ranges[i] = {static_cast<std::uint16_t>(base), extra};
    base += 1U << extra;
  }
  return ranges;
}();
inline constexpr std::array<std::uint8_t, kLengthSymbols> kLengthOrder = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
// Bits after the symbols 16, 17 and 18, and the repeat that they add to.
inline constexpr std::array<SymbolRange, 3> kRepeatRanges = {{{3, 2}, {3, 3}, {11, 7}}};

// The code of fixed blocks: with 288 and 30 lengths, of which the last two of the first are unused.
constexpr std::uint8_t fixed_literal_length(std::size_t symbol) {
  return symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
}
inline constexpr std::uint8_t kFixedDistanceLength = 5;

// Indexes into the ranges.
std::size_t length_symbol(std::uint32_t length);
std::size_t distance_symbol(std::uint32_t distance);

}  // namespace nnzip
