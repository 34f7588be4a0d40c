// SPDX-License-Identifier: Apache-2.0
// Canonical codes of RFC 1951; their bits are written high ones first, all others low ones first.
#include "unwrap/deflate_writer.h"

namespace nnzip {
namespace {

struct Code {
  std::uint16_t bits = 0;  // reversed
  std::uint8_t length = 0;
};

template <std::size_t kSymbols>
std::array<Code, kSymbols> codes_of(std::span<const std::uint8_t> lengths) {
  std::array<std::uint32_t, 17> next{};
  for (const std::uint8_t length : lengths)
    if (length != 0) ++next[length + 1U];
  for (std::size_t i = 1; i < next.size(); ++i) next[i] = (next[i] + next[i - 1]) << 1;
  std::array<Code, kSymbols> codes{};
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const int length = lengths[i];
    if (length == 0) continue;
    const std::uint32_t code = next[std::size_t(length)]++;
    std::uint32_t reversed = 0;
    for (int b = 0; b < length; ++b) reversed |= (code >> b & 1) << (length - 1 - b);
    codes[i] = {static_cast<std::uint16_t>(reversed), static_cast<std::uint8_t>(length)};
  }
  return codes;
}

}  // namespace

void DeflateWriter::put(std::uint32_t value, int bits) {
  bits_ |= std::uint64_t{value} << count_;
  for (count_ += bits; count_ >= 8; count_ -= 8, bits_ >>= 8)
    out_.push_back(static_cast<std::uint8_t>(bits_));
}

void DeflateWriter::stored(std::uint8_t padding, std::span<const std::uint8_t> content) {
  put(padding, padding_bits());
  const auto size = static_cast<std::uint32_t>(content.size());
  put(size, 16);
  put(size ^ 0xFFFF, 16);
  out_.insert(out_.end(), content.begin(), content.end());
}

void DeflateWriter::header(const DynamicHeader& header) {
  put(static_cast<std::uint32_t>(header.literals - 257), 5);
  put(static_cast<std::uint32_t>(header.distances - 1), 5);
  put(static_cast<std::uint32_t>(header.length_lengths - 4), 4);
  for (std::size_t i = 0; i < header.length_lengths; ++i)
    put(header.length_code[kLengthOrder[i]], 3);
  const auto codes = codes_of<kLengthSymbols>(header.length_code);
  for (const LengthItem& item : header.items) {
    put(codes[item.symbol].bits, codes[item.symbol].length);
    if (item.symbol < 16) continue;
    const SymbolRange range = kRepeatRanges[item.symbol - 16U];
    put(std::uint32_t{item.repeat} - range.base, range.extra);
  }
}

bool DeflateWriter::fixed_tokens(std::span<const Token> tokens,
                                 std::span<const std::uint8_t> content) {
  std::array<std::uint8_t, 288> literals;
  for (std::size_t i = 0; i < literals.size(); ++i) literals[i] = fixed_literal_length(i);
  std::array<std::uint8_t, kDistanceSymbols> distances;
  distances.fill(kFixedDistanceLength);
  return put_tokens(literals, distances, tokens, content);
}

bool DeflateWriter::dynamic_tokens(const DynamicHeader& header, std::span<const Token> tokens,
                                   std::span<const std::uint8_t> content) {
  return put_tokens(header.literal_code, header.distance_code, tokens, content);
}

bool DeflateWriter::put_tokens(std::span<const std::uint8_t> literal_lengths,
                               std::span<const std::uint8_t> distance_lengths,
                               std::span<const Token> tokens,
                               std::span<const std::uint8_t> content) {
  const auto literals = codes_of<288>(literal_lengths);
  const auto distances = codes_of<kDistanceSymbols>(distance_lengths);
  bool coded = true;
  const auto put_code = [&](Code code) {
    coded = coded && code.length != 0;
    put(code.bits, code.length);
  };
  std::size_t at = 0;
  for (const Token& token : tokens) {
    if (token.distance == 0) {
      put_code(literals[content[at]]);
    } else {
      const std::size_t length = length_symbol(token.length);
      const std::size_t distance = distance_symbol(token.distance);
      put_code(literals[257 + length]);
      put(std::uint32_t{token.length} - kLengthRanges[length].base, kLengthRanges[length].extra);
      put_code(distances[distance]);
      put(std::uint32_t{token.distance} - kDistanceRanges[distance].base,
          kDistanceRanges[distance].extra);
    }
    at += token.length;
  }
  put_code(literals[kEndOfBlock]);
  return coded;
}

}  // namespace nnzip
