// SPDX-License-Identifier: Apache-2.0
// Whatever the numbers say, frames stand one behind the other within what is described.
#include "container/directory.h"

#include <algorithm>

#include "container/input_buffer.h"
#include "container/span_reader.h"

namespace nnzip {
namespace {

constexpr int kHashes = 0x01;
constexpr std::uint64_t kIndexChecksumBytes = 16;  // of content and index, and the index length
constexpr std::uint64_t kMaxBlockHeaderBytes = 64;

std::uint64_t header_bytes(const FrameHeader& header) {
  Bytes bytes;
  write_frame_header(header, bytes);
  return bytes.size();
}

void write_frame(const ListedFrame& frame, bool hashes, std::uint64_t gap, Bytes& out) {
  ByteWriter writer(out);
  writer.varint(gap);
  writer.varint(frame.bytes());
  Bytes header;
  write_frame_header(frame.header, header);
  writer.bytes(std::span(header).subspan(kFrameMagic.size()));
  writer.varint(frame.blocks.size());
  if (frame.header.several_blocks) {
    writer.u64(frame.checksum);
    if (hashes) writer.bytes(frame.hash);
  }
  for (std::size_t i = 0; i < frame.blocks.size(); ++i) {
    const ListedBlock& block = frame.blocks[i];
    writer.u8(block.first_byte);
    writer.varint(block.block_bytes);
    writer.varint(block.content_bytes);
    if (frame.header.has_copies()) writer.varint(block.copied_bytes);
    if (hashes) writer.bytes(frame.hashes[i]);
  }
}

class DirectoryReader {
 public:
  explicit DirectoryReader(InputBuffer& in) : in_(in) {}

  Directory read() {
    const int flags = in_.u8();
    if ((flags & ~kHashes) != 0) fail("it was written in a newer format");
    Directory directory{flags == kHashes, in_.varint(), {}};
    hashes_ = directory.hashes;
    left_ = directory.described_bytes;
    const std::uint64_t count = in_.varint();
    // No memory for a count: frames come as long as the payload has any.
    for (std::uint64_t i = 0; i < count; ++i) {
      directory.frames.push_back(read_frame(directory.described_bytes));
    }
    if (!in_.at_end()) fail("something follows its last frame");
    return directory;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorCode::kCorrupt, problem);
  }

  void take(std::uint64_t bytes) {
    if (bytes > left_) fail("its frames are longer than what it describes");
    left_ -= bytes;
  }

  Hash128 read_hash() {
    Hash128 hash;
    in_.read(hash);
    return hash;
  }

  ListedFrame read_frame(std::uint64_t described_bytes) {
    take(in_.varint());
    ListedFrame frame;
    frame.offset = described_bytes - left_;
    const std::uint64_t stated_bytes = in_.varint();
    frame.header = read_frame_header(in_);
    const std::uint64_t count = in_.varint();
    if (frame.header.several_blocks ? count < 2 : count > 1) fail("blocks are missing or too many");
    if (frame.header.several_blocks) {
      frame.checksum = in_.little_endian(8);
      if (hashes_) frame.hash = read_hash();
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      frame.blocks.push_back(read_block(frame.header.has_copies()));
      if (hashes_) frame.hashes.push_back(read_hash());
    }
    if (frame.bytes() != stated_bytes) fail("a frame has another length than its blocks");
    take(stated_bytes);
    return frame;
  }

  ListedBlock read_block(bool copies) {
    const std::uint8_t first_byte = in_.u8();
    const std::uint64_t block_bytes = in_.varint();
    const std::uint64_t content_bytes = in_.varint();
    const std::uint64_t copied = copies ? in_.varint() : 0;
    if (!kind_of_byte(first_byte)) fail("a block is of no known kind");
    if (content_bytes < 1 || content_bytes > kMaxSplicedBytes ||
        block_bytes > content_bytes + kMaxExpansion + kMaxBlockHeaderBytes) {
      fail("a block is longer than the format allows");
    }
    if (copied > content_bytes ||
        (kind_of_byte(first_byte) == BlockKind::kCopies) != (copied > 0)) {
      fail("a block states copies that it cannot have");
    }
    return {{static_cast<std::uint32_t>(block_bytes), static_cast<std::uint32_t>(content_bytes),
             static_cast<std::uint32_t>(copied)},
            first_byte};
  }

  InputBuffer& in_;
  bool hashes_ = false;
  std::uint64_t left_ = 0;  // of the bytes described
};

}  // namespace

std::optional<BlockKind> kind_of_byte(std::uint8_t first_byte) {
  const std::optional<BlockHeader> header = read_kind(first_byte);
  if (!header || header->kind == BlockKind::kEnd) return std::nullopt;
  return header->kind;
}

std::uint8_t first_byte_of(const BlockHeader& header) {
  Bytes bytes;
  write_block_header(header, 0, bytes);
  return bytes.front();
}

std::uint64_t ListedFrame::blocks_offset() const { return offset + header_bytes(header); }

std::uint64_t ListedFrame::content_bytes() const {
  std::uint64_t sum = 0;
  for (const ListedBlock& block : blocks) sum += block.content_bytes;
  return sum;
}

std::uint64_t ListedFrame::bytes() const {
  std::uint64_t sum = header_bytes(header);
  for (const ListedBlock& block : blocks) sum += block.block_bytes;
  if (!header.several_blocks) return sum + (blocks.empty() ? 1 : 0);
  sum += 1 + varint_bytes(blocks.size()) + kIndexChecksumBytes;
  for (const ListedBlock& block : blocks) {
    sum += varint_bytes(block.block_bytes) + varint_bytes(block.content_bytes);
    if (header.has_copies()) sum += varint_bytes(block.copied_bytes);
  }
  return sum;
}

Bytes write_directory(const Directory& directory) {
  Bytes out;
  ByteWriter writer(out);
  writer.u8(directory.hashes ? kHashes : 0);
  writer.varint(directory.described_bytes);
  writer.varint(directory.frames.size());
  std::uint64_t end = 0;
  for (const ListedFrame& frame : directory.frames) {
    write_frame(frame, directory.hashes, frame.offset - end, out);
    end = frame.offset + frame.bytes();
  }
  return out;
}

Directory read_directory(std::span<const std::uint8_t> payload) try {
  SpanReader source(payload);
  InputBuffer in(source);
  return DirectoryReader(in).read();
} catch (const Error& error) {
  throw Error(ErrorCode::kCorrupt, std::string("the directory is damaged: ") + error.what());
}

}  // namespace nnzip
