// SPDX-License-Identifier: Apache-2.0
// Finds deflate streams in any content: in gzip, zip, PNG, and wherever zlib's format stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nnzip {

enum class DeflateKind : std::uint8_t { kGzip, kZip, kPng, kZlib };

struct Piece {
  std::size_t offset = 0, bytes = 0;
  bool operator==(const Piece&) const = default;
};

// The raw stream is what its pieces hold, one after the other. Only PNG has more than one.
struct FoundDeflate {
  DeflateKind kind = DeflateKind::kZlib;
  std::size_t content_bytes = 0;  // what it opens to
  std::vector<Piece> pieces;
  std::size_t header = 0;  // where what stands before it begins
  bool whole = true;       // false: it goes on beyond the content
};

// Streams that are whole and open to at most max_content bytes each, in the order of their offsets;
// none lies within another. The last one may be the beginning, of 32 KiB or more, of one that ends
// beyond the content. Lengths and sums that stand beside a stream have been compared (not the
// CRC of gzip and zip). Streams of fewer than 16 bytes are not taken. Time: what candidates that
// fail open to is limited to 8 times the content and 1 MiB; after that nothing more is found.
std::vector<FoundDeflate> find_deflate(std::span<const std::uint8_t> content,
                                       std::size_t max_content);

}  // namespace nnzip
