// SPDX-License-Identifier: Apache-2.0
// Takes frames apart, one after the other: next_frame(), then next_block() until it gives nothing.
// Memory is bounded by one block whatever the headers say.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "container/block_header.h"
#include "container/frame_header.h"
#include "container/input_buffer.h"

namespace nnzip {

struct CodedBlock {
  BlockHeader header;
  Bytes coded;
  Place place;  // of its first byte
};

class ContainerReader {
 public:
  explicit ContainerReader(Reader& in) : in_(in) {}

  // Nothing at the end of the input, which must hold at least one frame. Throws Error.
  std::optional<FrameHeader> next_frame();

  // Nothing after the frame's last block; the frame's index has been checked then. Throws Error.
  std::optional<CodedBlock> next_block();

  // After the last block: XXH64 of the frame's whole content, if the frame states it.
  const std::optional<std::uint64_t>& content_hash() const { return content_hash_; }

  std::uint64_t position() const { return in_.position(); }
  Place place() const { return in_.place(); }

 private:
  std::uint64_t read_varint();
  void read_index();

  InputBuffer in_;
  FrameHeader frame_;
  bool done_ = true;  // with the blocks of the frame
  std::vector<std::uint32_t> block_bytes_;
  std::uint64_t content_bytes_ = 0;
  std::optional<std::uint64_t> content_hash_;
};

}  // namespace nnzip
