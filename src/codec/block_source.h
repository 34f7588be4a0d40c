// SPDX-License-Identifier: Apache-2.0
// Cuts what a reader gives into blocks, each of one kind of content, whatever pieces it gives; what
// is wrapped becomes groups.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "codec/stretch_search.h"
#include "detect/detector.h"
#include "nnzip/nnzip.hpp"
#include "unwrap/group.h"

namespace nnzip {

struct SourceBlock {
  Bytes content;
  Segment segment = {};  // segment.bytes == content.size(); of a group nothing else is known
  // Of a group: what its content opens to, in blocks, which may be groups. Else empty.
  std::vector<WrapperCount> wrappers = {};
  std::vector<SourceBlock> inner = {};

  bool is_group() const { return !inner.empty(); }
  std::size_t opened_bytes() const;  // content of all blocks within, at all depths
  std::size_t blocks() const;        // their number
};

// Bytes of memory that a JPEG file takes until it is written; 0 of other content.
std::uint64_t jpeg_memory(const Segment& segment);

// What a source may open.
struct Unwrapping {
  std::size_t max_opened = 0;  // bytes of a group at all depths; 0: nothing is opened
  std::size_t max_side = 0;    // bytes that close a stretch beside what it holds
  int threads = 1;
  // Whether so many bytes of memory may be taken beside what coding a block of `content` bytes
  // takes; null: yes.
  std::function<bool(std::uint64_t bytes, std::size_t content)> fits = {};
  // Of all groups together, and how many groups these are within.
  std::size_t left = std::numeric_limits<std::size_t>::max();
  int depth = 0;
};

// Bytes of memory that a source takes at most beside the blocks that it gave, and but for groups.
std::uint64_t source_memory(std::size_t block_bytes);

class BlockSource {
 public:
  // block_bytes: of content in a block at most that is no group. described: as Detector has it.
  BlockSource(Reader& in, std::size_t block_bytes, Unwrapping unwrapping = {},
              const Layout& described = {});

  bool at_end();

  // Nothing at the end.
  std::optional<SourceBlock> next();

  // Bytes of memory that it takes at most beside the blocks that it gave, known once at_end() has
  // been asked, and those that next() took for a group besides, at most so far.
  std::uint64_t memory_bytes() const;
  std::uint64_t group_memory_bytes() const { return group_memory_; }

 private:
  using Window = std::span<const std::uint8_t>;

  void fill(std::size_t wanted);
  bool fits(std::uint64_t bytes, std::size_t content) const;
  Window window(std::size_t most) const;
  std::size_t most_buffered() const { return 2 * detector_.window_bytes(); }
  void limit_to_memory();
  void search();
  Segment next_segment(std::size_t most);
  std::optional<SourceBlock> next_group(std::size_t& before);
  std::optional<SourceBlock> open(StretchSearch::Near near);
  void choose_jpegs(StretchSearch::Near& near) const;
  bool cut(std::vector<OpenedPart> runs, SourceBlock& group);
  void pass(std::size_t bytes);

  Reader& in_;
  bool ended_ = false;
  Bytes buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what is in buffer_ and in no block yet
  std::size_t block_bytes_;
  Detector detector_;
  Unwrapping unwrapping_;
  StretchSearch search_;
  bool is_limited_ = false;
  std::uint64_t group_memory_ = 0;
};

}  // namespace nnzip
