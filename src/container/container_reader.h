// SPDX-License-Identifier: Apache-2.0
// Takes frames apart, one after the other: next_frame(), then next_block() until it gives nothing.
// Memory is bounded by one block whatever the headers say.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "container/block_header.h"
#include "container/frame_header.h"
#include "container/frame_index.h"
#include "container/input_buffer.h"

namespace nnzip {

struct BlockPlace {
  BlockHeader header;
  Place place;  // of its first byte
};

struct CodedBlock : BlockPlace {
  Bytes coded;
};

class ContainerReader {
 public:
  explicit ContainerReader(Reader& in) : in_(in) {}

  // Nothing at the end of the input, which must hold at least one frame. Throws Error.
  std::optional<FrameHeader> next_frame();

  // Goes on in the midst of a frame of several blocks: the reader given stands at the block that
  // follows `before`. The index is then checked against the blocks read from here, so must not be
  // met.
  void enter(const FrameHeader& frame, const Place& before);

  // Nothing after the frame's last block; the frame's index has been checked then. Throws Error.
  std::optional<CodedBlock> next_block();
  // The same in two steps: the header, then, if there is one, either its coded data or what is
  // after.
  std::optional<BlockPlace> next_header();
  Bytes coded_data(const BlockPlace& block);
  void skip_data(const BlockPlace& block);

  // After the last block: XXH64 of the frame's whole content, if the frame states it.
  const std::optional<std::uint64_t>& content_hash() const { return content_hash_; }

  std::uint64_t position() const { return in_.position(); }
  Place place() const { return in_.place(); }

 private:
  InputBuffer in_;
  FrameHeader frame_;
  bool done_ = true;  // with the blocks of the frame
  std::optional<IndexChecker> index_;
  std::optional<std::uint64_t> content_hash_;
};

}  // namespace nnzip
