// SPDX-License-Identifier: Apache-2.0
// Reads and checks the layout; the coded data are left to the codec.
#include "container/container_reader.h"

namespace nnzip {

std::optional<FrameHeader> ContainerReader::next_frame() {
  const bool first = in_.place().frame == 0;
  const bool at_end = in_.at_end();
  if (at_end && !first) return std::nullopt;
  in_.enter_frame();
  if (at_end) in_.fail(ErrorCode::kTruncated, "the input is empty and holds no frame");
  for (const std::uint8_t expected : kFrameMagic) {
    if (in_.u8() == expected) continue;
    if (first) {
      throw Error(
          ErrorCode::kNotAFrame,
          "the input is not in nnzip's format: it does not begin with its four magic bytes.");
    }
    in_.fail(ErrorCode::kCorrupt, "garbage after the end of the frame before");
  }
  frame_ = read_frame_header(in_);
  done_ = false;
  index_.emplace();
  content_hash_.reset();
  return frame_;
}

void ContainerReader::enter(const FrameHeader& frame, const Place& before) {
  in_.enter(before);
  frame_ = frame;
  done_ = false;
  index_.emplace();
  content_hash_.reset();
}

std::optional<BlockPlace> ContainerReader::next_header() {
  if (done_) return std::nullopt;
  BlockPlace block;
  in_.enter_block();
  block.place = in_.place();
  block.header = read_block_header(in_, frame_.models.size());
  done_ = !frame_.several_blocks || block.header.kind == BlockKind::kEnd;
  if (!frame_.models.empty() && !frame_.several_blocks && !needs_model(block.header.kind)) {
    in_.fail(ErrorCode::kCorrupt, "the frame names a model that its only block does not need");
  }
  if (block.header.kind == BlockKind::kEnd) {
    if (frame_.several_blocks) content_hash_ = index_->read_and_compare(in_);
    return std::nullopt;
  }
  const std::uint64_t header_bytes = in_.position() - block.place.offset;
  index_->add({static_cast<std::uint32_t>(header_bytes + block.header.coded_bytes),
               block.header.content_bytes});
  return block;
}

Bytes ContainerReader::coded_data(const BlockPlace& block) {
  Bytes coded(block.header.coded_bytes);
  in_.read(coded);
  return coded;
}

void ContainerReader::skip_data(const BlockPlace& block) { in_.skip(block.header.coded_bytes); }

std::optional<CodedBlock> ContainerReader::next_block() {
  const auto block = next_header();
  if (!block) return std::nullopt;
  return CodedBlock{*block, coded_data(*block)};
}

}  // namespace nnzip
