// SPDX-License-Identifier: Apache-2.0
// Puts headers, blocks and the index one after the other.
#include "container/container_writer.h"

#include "container/metadata_frame.h"

namespace nnzip {

void ContainerWriter::put(std::span<const std::uint8_t> data) {
  if (data.empty()) return;
  out_.write(data);
  coded_bytes_ += data.size();
}

void ContainerWriter::begin(const FrameHeader& header) {
  several_blocks_ = header.several_blocks;
  copies_ = header.has_copies();
  models_ = header.models.size();
  listed_.header = header;
  write_frame_header(header, pending_);
}

void ContainerWriter::block(BlockHeader header, std::span<const std::uint8_t> content,
                            std::span<const std::uint8_t> coded,
                            std::span<const std::uint8_t> literals) {
  header.content_bytes = static_cast<std::uint32_t>(content.size());
  header.coded_bytes = static_cast<std::uint32_t>(coded.size());
  header.checksum = xxh32(content);
  const IndexEntry sizes{
      static_cast<std::uint32_t>(block_header_bytes(header, models_) + coded.size()),
      header.content_bytes, header.copied_bytes};
  if (several_blocks_) {
    content_hash_.update(content);
    index_.blocks.push_back(sizes);
  }
  if (directory_) list({sizes, first_byte_of(header)}, content, literals);
  empty_ = false;
  write_block_header(header, models_, pending_);
  put(pending_);
  pending_.clear();
  put(coded);
}

void ContainerWriter::list(const ListedBlock& block, std::span<const std::uint8_t> content,
                           std::span<const std::uint8_t> literals) {
  listed_.blocks.push_back(block);
  listed_.hashes.push_back(xxh3_128(literals));
  if (several_blocks_) listed_hash_.update(content);
}

void ContainerWriter::end() {
  if (several_blocks_ || empty_) write_block_header({}, models_, pending_);
  if (several_blocks_) {
    index_.content_hash = content_hash_.digest();
    write_frame_index(index_, pending_, copies_);
  }
  if (directory_) {
    listed_.checksum = index_.content_hash;
    if (several_blocks_) listed_.hash = listed_hash_.digest();
    write_metadata_frame(MetadataType::kDirectory,
                         write_directory({true, listed_.bytes(), {listed_}}), pending_);
  }
  put(pending_);
  pending_.clear();
}

}  // namespace nnzip
