// SPDX-License-Identifier: Apache-2.0
// What stands before a block's coded data; the layout is FORMAT.md.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "container/input_buffer.h"
#include "filter/filter.h"
#include "layout/block_plan.h"
#include "layout/effort.h"
#include "layout/layout.h"

namespace nnzip {

enum class BlockKind : std::uint8_t {
  kEnd = 0,       // no block: the blocks end here
  kStored = 1,    // content as it is
  kZstd = 2,      // a Zstandard frame without its magic number
  kNetwork = 3,   // streams of the 256-way range coder
  kMixed = 4,     // one stream of bits: network and contexts
  kContexts = 5,  // one stream of bits: contexts alone
  kGroup = 6,     // blocks of what wrapped content opens to
  kCopies = 7,    // a block of literals, and copies of earlier ones between them
  kBwt = 12,      // a column of sorted content
  kLean = 13,     // one stream of bits: few contexts, of small or usual effort
};

struct BlockHeader {
  BlockKind kind = BlockKind::kEnd;
  int log2_streams = 0;
  std::uint32_t content_bytes = 0;  // at least 1 unless kind is kEnd
  std::uint32_t coded_bytes = 0;
  std::uint32_t checksum = 0;      // XXH32 of the content
  Layout layout = {};              // of kNetwork, kMixed, kContexts, kBwt and kLean
  FilterChain filters = {};        // that the content went through before it was coded; likewise
  Effort effort = Effort::kUsual;  // of kMixed, kContexts and kLean
  std::uint8_t model = 0;  // of kNetwork and kMixed: its place among those that the frame names
  std::uint32_t opened_bytes = 0;  // of kGroup: content of all blocks within, at all depths
  std::uint32_t copied_bytes = 0;  // of kCopies: content that is no literals

  // Bytes that the coded data stand for.
  std::size_t filtered_bytes() const { return nnzip::filtered_bytes(filters, content_bytes); }
  std::uint32_t literal_bytes() const { return content_bytes - copied_bytes; }
  int streams() const { return 1 << log2_streams; }
  bool states_layout() const { return layout != Layout{} || !filters.empty(); }
  bool operator==(const BlockHeader&) const = default;
};

constexpr auto kMaxContentBytes = static_cast<std::uint32_t>(kMaxBlockBytes);
// Of kCopies, of literals and of copies each.
constexpr std::uint32_t kMaxCopiedBytes = kMaxContentBytes;
constexpr std::uint32_t kMaxSplicedBytes = kMaxContentBytes + kMaxCopiedBytes;
// Coded data may be larger than the content by this much.
constexpr std::uint32_t kMaxExpansion = 1024;
constexpr int kMaxLog2Streams = 6;
constexpr std::uint32_t kMaxOpenedBytes = std::uint32_t{1} << 28;

constexpr bool needs_model(BlockKind kind) {
  return kind == BlockKind::kNetwork || kind == BlockKind::kMixed;
}
constexpr bool has_layout(BlockKind kind) {
  return needs_model(kind) || kind == BlockKind::kContexts || kind == BlockKind::kBwt ||
         kind == BlockKind::kLean;
}
constexpr bool has_effort(BlockKind kind) {
  return kind == BlockKind::kMixed || kind == BlockKind::kContexts || kind == BlockKind::kLean;
}

// What the first byte of a header says of kind and effort; nothing if there is no such kind.
std::optional<BlockHeader> read_kind(std::uint8_t first_byte);

// models: how many the frame names.
void write_block_header(const BlockHeader& header, std::size_t models, Bytes& out);
// Whether the kind may have that layout, filter and number of streams is left to codec/kinds.
BlockHeader read_block_header(InputBuffer& in, std::size_t models);

// Bytes that write_block_header writes.
std::size_t block_header_bytes(const BlockHeader& header, std::size_t models);

// Numbers below 2^30 in 1 to 4 bytes; the low two bits count the bytes that follow the first.
constexpr std::uint32_t kMaxShortVarint = (std::uint32_t{1} << 30) - 1;
void write_short_varint(std::uint32_t value, Bytes& out);
// Bytes that write_short_varint writes.
std::size_t short_varint_bytes(std::uint32_t value);
// Reads one from a source that gives the next byte at each call.
// Sets `shortest` to whether it was written in as few bytes as possible.
template <typename NextByte>
std::uint32_t read_short_varint(NextByte&& next, bool& shortest) {
  std::uint32_t raw = next();
  const std::uint32_t further = raw & 3;
  for (std::uint32_t i = 1; i <= further; ++i) raw |= std::uint32_t{next()} << (8 * i);
  shortest = short_varint_bytes(raw >> 2) == further + 1;
  return raw >> 2;
}

}  // namespace nnzip
