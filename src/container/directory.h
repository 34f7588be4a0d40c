// SPDX-License-Identifier: Apache-2.0
// The directory: which frames a file holds and where their blocks are. The layout is FORMAT.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "container/block_header.h"
#include "container/frame_header.h"
#include "container/frame_index.h"

namespace nnzip {

struct ListedBlock : IndexEntry {
  std::uint8_t first_byte = 0;  // of its header; 0 if it is not known
  bool operator==(const ListedBlock&) const = default;
};

struct ListedFrame {
  FrameHeader header;
  std::uint64_t offset = 0;          // of its magic
  std::uint64_t checksum = 0;        // XXH64 of the content, if there are several blocks
  std::vector<ListedBlock> blocks;   // none of an empty frame
  std::vector<Hash128> hashes = {};  // XXH3-128 of each block's literals, if they are stated
  Hash128 hash = {};                 // of all content, if there are several blocks besides

  std::uint64_t bytes() const;  // from the magic to the end
  std::uint64_t content_bytes() const;
  std::uint64_t blocks_offset() const;  // of the first block
  bool operator==(const ListedFrame&) const = default;
};

struct Directory {
  bool hashes = false;                // are stated
  std::uint64_t described_bytes = 0;  // that stand directly before the directory's own frame
  std::vector<ListedFrame> frames;    // offsets are from where these bytes begin
};

// The block's kind, by the first byte of its header. Nothing if it is none that has content.
std::optional<BlockKind> kind_of_byte(std::uint8_t first_byte);
std::uint8_t first_byte_of(const BlockHeader& header);

// The payload of a metadata frame.
Bytes write_directory(const Directory& directory);

// Takes memory in proportion to the payload. Throws Error(kCorrupt).
Directory read_directory(std::span<const std::uint8_t> payload);

}  // namespace nnzip
