// SPDX-License-Identifier: Apache-2.0
// The index at the end of a frame of several blocks; the layout is FORMAT.md.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "container/frame_header.h"
#include "container/input_buffer.h"
#include "container/tail_reader.h"

namespace nnzip {

struct IndexEntry {
  std::uint32_t block_bytes = 0;  // header and coded data
  std::uint32_t content_bytes = 0;
  std::uint32_t copied_bytes = 0;  // of that; stated in frames with copies alone
  bool operator==(const IndexEntry&) const = default;
};

struct FrameIndex {
  std::vector<IndexEntry> blocks;  // the last one, of kind 0, left out
  std::uint64_t content_hash = 0;  // XXH64 of the whole content
};

// copies: whether the frame has them.
void write_frame_index(const FrameIndex& index, Bytes& out, bool copies = false);

// Compares an index with the blocks that stand before it, in memory that does not grow with them.
class IndexChecker {
 public:
  explicit IndexChecker(bool copies) : copies_(copies) {}

  void add(const IndexEntry& block);

  // Reads the index and returns the content's hash. Throws Error(kTruncated, kCorrupt).
  std::uint64_t read_and_compare(InputBuffer& in) const;

 private:
  bool copies_;
  Xxh64Stream seen_;
  std::uint64_t count_ = 0;
};

struct FoundIndex : FrameIndex {
  FrameHeader header;
  std::uint64_t header_bytes = 0;  // the first block follows
};

// The index of the frame of several blocks that the first `size` bytes of a file are, and nothing
// else, read from their end. Nothing if they are anything else. Throws Error(kReadFailed).
std::optional<FoundIndex> find_frame_index(TailReader& in, std::uint64_t size);

}  // namespace nnzip
