// SPDX-License-Identifier: Apache-2.0
// Puts headers, blocks and the index one after the other.
#include "container/container_writer.h"

namespace nnzip {

void ContainerWriter::put(std::span<const std::uint8_t> data) {
  if (data.empty()) return;
  out_.write(data);
  coded_bytes_ += data.size();
}

void ContainerWriter::begin(const FrameHeader& header) {
  several_blocks_ = header.several_blocks;
  write_frame_header(header, pending_);
}

void ContainerWriter::block(BlockHeader header, std::span<const std::uint8_t> content,
                            std::span<const std::uint8_t> coded) {
  header.content_bytes = static_cast<std::uint32_t>(content.size());
  header.coded_bytes = static_cast<std::uint32_t>(coded.size());
  header.checksum = xxh32(content);
  if (several_blocks_) {
    content_hash_.update(content);
    content_bytes_ += content.size();
  }
  write_block_header(header, pending_);
  block_bytes_.push_back(static_cast<std::uint32_t>(block_header_bytes(header) + coded.size()));
  put(pending_);
  pending_.clear();
  put(coded);
}

void ContainerWriter::end() {
  if (several_blocks_ || block_bytes_.empty()) write_block_header({}, pending_);
  if (several_blocks_) {
    ByteWriter writer(pending_);
    const std::size_t begin = pending_.size();
    writer.varint(block_bytes_.size());
    for (const std::uint32_t bytes : block_bytes_) writer.varint(bytes);
    writer.varint(content_bytes_);
    writer.u64(content_hash_.digest());
    writer.u32(static_cast<std::uint32_t>(pending_.size() - begin));
  }
  put(pending_);
  pending_.clear();
}

}  // namespace nnzip
