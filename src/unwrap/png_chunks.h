// SPDX-License-Identifier: Apache-2.0
// The chunks of PNG files: what the image is like, and the run of chunks that holds it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace nnzip {

// What IHDR says.
struct PngHeader {
  std::uint32_t width = 0, height = 0;
  std::uint8_t depth = 0;     // bits of a number: 1, 2, 4, 8, 16
  std::uint8_t channels = 0;  // 1 to 4; 1 of a palette
  bool interlaced = false;

  std::size_t row_bytes() const { return (std::size_t{width} * channels * depth + 7) / 8; }
  // Of the filtered rows that the image consists of.
  std::size_t content_bytes() const;
};

// A run of IDAT chunks, from the first one's length to the last one's sum.
struct PngRun {
  PngHeader header;
  std::size_t signature = 0, offset = 0, bytes = 0;
  bool whole = true;  // false: the image goes on beyond the content
};

inline constexpr std::size_t kChunkFrame = 12;  // length, name, sum

// The signature and IHDR that stand at `at`.
std::optional<PngHeader> png_header(std::span<const std::uint8_t> content, std::size_t at);

// All runs with the right sums, and as the last one maybe what there is of one that is not whole.
// Time: candidates that fail are limited as those of find_deflate().
std::vector<PngRun> find_png(std::span<const std::uint8_t> content);

// What the chunks of a run hold, and how much each.
struct PngData {
  Bytes joined;
  std::vector<std::size_t> sizes;
};
PngData join_chunks(std::span<const std::uint8_t> run);

// Appends the chunk.
void put_chunk(std::span<const std::uint8_t> data, Bytes& out);

}  // namespace nnzip
