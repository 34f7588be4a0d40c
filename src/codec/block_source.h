// SPDX-License-Identifier: Apache-2.0
// Cuts what a reader gives into blocks, each of one kind of content, whatever pieces it gives.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "detect/detector.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

struct SourceBlock {
  Bytes content;
  Segment segment;  // segment.bytes == content.size()
};

class BlockSource {
 public:
  // block_bytes: of content in a block at most.
  BlockSource(Reader& in, std::size_t block_bytes) : in_(in), detector_(block_bytes) {}

  // Nothing at the end.
  std::optional<SourceBlock> next();

  // Bytes of memory that it takes at most, known from the first block on.
  std::uint64_t memory_bytes() const;

 private:
  void fill();
  std::size_t most_buffered() const { return 2 * detector_.window_bytes(); }

  Reader& in_;
  bool ended_ = false;
  Bytes buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what is in buffer_ and in no block yet
  Detector detector_;
};

}  // namespace nnzip
