// SPDX-License-Identifier: Apache-2.0
// What each byte of some content costs in a frame, for those who want to see where bytes go.
//
//   nnzip::measure_costs(content, options, [](const nnzip::CostedBlock& block) { ... });
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "nnzip/nnzip.hpp"

namespace nnzip {

// Costs are counted in so many parts of a bit.
inline constexpr std::uint32_t kCostsPerBit = 65536;

// What was expected of a byte before it was known; -1 where nothing was.
struct ByteGuess {
  std::array<std::int16_t, 3> network{-1, -1, -1};    // the likeliest first
  std::array<std::uint16_t, 3> network_chances = {};  // in 1/65536
  std::int16_t contexts = -1;                         // what most of them saw last
  std::int16_t match = -1;                            // what followed the longest match
  std::uint32_t match_bytes = 0;                      // how long that is
};

// A block within a group, and what it opens to.
struct OpenedBlock {
  BlockInfo info;
  std::vector<std::uint8_t> content;
  std::vector<std::uint32_t> costs;
};

// A block of a frame. Spans live as long as the call.
struct CostedBlock {
  BlockInfo info;
  std::uint64_t block_bytes = 0;  // with its header
  std::span<const std::uint8_t> content;
  // Of each byte of the content; their sum is that of block_bytes. Bytes of wrapped content bear
  // what they open to, in proportion; what belongs to no byte (headers, lists of copies) is spread,
  // as all is of blocks by zstd or sorted, and of JPEG files.
  std::span<const std::uint32_t> costs;
  // Of bytes and code that a range coder codes as they are, from guess_begin of the content on;
  // empty of others, and where none were asked for.
  std::span<const ByteGuess> guesses;
  std::size_t guess_begin = 0;
  // Content that is a copy of earlier content: by begin and length.
  struct Copied {
    std::uint64_t offset = 0, length = 0;
  };
  std::vector<Copied> copied;
  std::vector<OpenedBlock> opened;  // of a group, at all depths, but groups themselves
};
using CostVisitor = std::function<void(const CostedBlock&)>;

// Guesses are given of the first `length` bytes of each block, of those from `begin` on.
struct GuessRange {
  std::uint64_t begin = 0, length = 0;
};

struct CostSummary {
  Summary frame;                  // as compress() has it
  std::uint64_t frame_bytes = 0;  // of its coded bytes those that are no block's
};

// Compresses the content, and decodes it again to tell what each byte cost. The visitor gets the
// blocks in order. It takes twice as long as compress(), and besides what that needs the coded data
// and five bytes for each of a block. Throws Error.
NNZIP_API CostSummary measure_costs(std::span<const std::uint8_t> content, const Options& options,
                                    const CostVisitor& visitor, const GuessRange& guesses = {});

}  // namespace nnzip
