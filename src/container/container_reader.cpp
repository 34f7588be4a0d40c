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
  block_bytes_.clear();
  content_bytes_ = 0;
  content_hash_.reset();
  return frame_;
}

std::optional<CodedBlock> ContainerReader::next_block() {
  if (done_) return std::nullopt;
  CodedBlock block;
  in_.enter_block();
  block.place = in_.place();
  block.header = read_block_header(in_);
  done_ = !frame_.several_blocks || block.header.kind == BlockKind::kEnd;
  if (block.header.kind == BlockKind::kEnd) {
    if (frame_.several_blocks) read_index();
    return std::nullopt;
  }
  if (block.header.kind == BlockKind::kModel && !frame_.model) {
    in_.fail(ErrorCode::kCorrupt, "the block needs a model but the frame names none");
  }
  block.coded.resize(block.header.coded_bytes);
  in_.read(block.coded);
  content_bytes_ += block.header.content_bytes;
  block_bytes_.push_back(static_cast<std::uint32_t>(in_.position() - block.place.offset));
  return block;
}

std::uint64_t ContainerReader::read_varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 63; shift += 7) {
    const std::uint8_t byte = in_.u8();
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) == 0) {
      if (byte == 0 && shift != 0) break;
      return value;
    }
  }
  in_.fail(ErrorCode::kCorrupt, "a number in the index is not written the shortest way");
}

void ContainerReader::read_index() {
  const std::uint64_t begin = in_.position();
  if (block_bytes_.size() < 2) {
    in_.fail(ErrorCode::kCorrupt, "a frame of several blocks has fewer than two");
  }
  bool good = read_varint() == block_bytes_.size();
  for (std::size_t i = 0; good && i < block_bytes_.size(); ++i) {
    good = read_varint() == block_bytes_[i];
  }
  good = good && read_varint() == content_bytes_;
  if (!good) in_.fail(ErrorCode::kCorrupt, "the index does not fit the blocks before it");
  content_hash_ = in_.little_endian(8);
  const std::uint64_t size = in_.position() - begin;
  if (in_.little_endian(4) != size) {
    in_.fail(ErrorCode::kCorrupt, "the index states a wrong length of its own");
  }
}

}  // namespace nnzip
