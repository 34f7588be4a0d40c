// SPDX-License-Identifier: Apache-2.0
// A frame of more than 8 GiB that exists as a rule: offsets beyond 32 bits in the index, in ranges
// and in messages.
#include <array>
#include <catch2/catch.hpp>

#include "container/container_reader.h"
#include "container/container_writer.h"
#include "unit/memory_stream.h"

namespace nnzip {
namespace {

constexpr std::uint64_t kBlocks = 2100;
constexpr std::uint64_t kBlockBytes = std::uint64_t{4} << 20;
constexpr std::uint64_t kContentBytes = kBlocks * kBlockBytes;

// Frame header, kBlocks times the same stored block, the rest. Reading and passing over cost
// nothing but for what is copied.
class VirtualFrame : public SeekableReader {
 public:
  VirtualFrame() : content_(test::Random(1).bytes(kBlockBytes)) {
    write_frame_header({true, {}}, start_);
    BlockHeader header;
    header.kind = BlockKind::kStored;
    header.content_bytes = header.coded_bytes = kBlockBytes;
    header.checksum = xxh32(content_);
    write_block_header(header, 0, block_);
    block_.insert(block_.end(), content_.begin(), content_.end());
    write_block_header({}, 0, end_);
    FrameIndex index;
    index.blocks.assign(kBlocks, {static_cast<std::uint32_t>(block_.size()), kBlockBytes});
    write_frame_index(index, end_);
  }

  std::uint64_t size() override { return start_.size() + kBlocks * block_.size() + end_.size(); }
  void seek(std::uint64_t offset) override { position_ = offset; }
  bool skip(std::uint64_t n) override {
    position_ += n;
    return position_ <= size();
  }
  std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::uint64_t blocks_end = start_.size() + kBlocks * block_.size();
    std::span<const std::uint8_t> here;
    if (position_ < start_.size()) {
      here = std::span(start_).subspan(position_);
    } else if (position_ < blocks_end) {
      here = std::span(block_).subspan((position_ - start_.size()) % block_.size());
    } else if (position_ < size()) {
      here = std::span(end_).subspan(position_ - blocks_end);
    }
    const std::size_t count = std::min(buffer.size(), here.size());
    std::copy_n(here.begin(), count, buffer.begin());
    // One bit of a byte may be damaged.
    if (damaged_at - position_ < count) buffer[damaged_at - position_] ^= 1;
    position_ += count;
    bytes_read += count;
    return count;
  }

  std::uint8_t content_at(std::uint64_t offset) const { return content_[offset % kBlockBytes]; }
  std::uint64_t block_offset(std::uint64_t block) const {
    return start_.size() + block * block_.size();
  }

  std::uint64_t damaged_at = UINT64_MAX;
  std::uint64_t bytes_read = 0;

 private:
  Bytes content_, start_, block_, end_;
  std::uint64_t position_ = 0;
};

TEST_CASE("LargeFrame.RangesBeyondFourGigabytesAreFound") {
  static_assert(kContentBytes > std::uint64_t{2} << 32);
  VirtualFrame frame;
  for (const std::uint64_t offset : {(std::uint64_t{1} << 32) - 50, std::uint64_t{1} << 32,
                                     (std::uint64_t{1} << 33) + 12345, kContentBytes - 100}) {
    CAPTURE(offset);
    frame.bytes_read = 0;
    test::MemoryWriter out;
    decompress_range(frame, out, offset, 100);
    REQUIRE(out.out.size() == 100);
    for (std::size_t i = 0; i < 100; ++i) REQUIRE(out.out[i] == frame.content_at(offset + i));
    CHECK(frame.bytes_read < 4 * kBlockBytes);
  }
  test::MemoryWriter none;
  decompress_range(frame, none, kContentBytes, 1);
  decompress_range(frame, none, UINT64_MAX, UINT64_MAX);
  CHECK(none.out.empty());
}

TEST_CASE("LargeFrame.ListsSizesBeyondFourGigabytes") {
  VirtualFrame frame;
  const auto frames = list_frames(frame);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].blocks == kBlocks);
  CHECK(frames[0].stored_blocks == kBlocks);
  CHECK(frames[0].content_bytes == kContentBytes);
  CHECK(frames[0].coded_bytes == frame.size());
}

TEST_CASE("LargeFrame.ErrorsTellOffsetsBeyondFourGigabytes") {
  VirtualFrame frame;
  constexpr std::uint64_t kBlock = 1500;
  frame.damaged_at = frame.block_offset(kBlock) + 1000;
  test::MemoryWriter out;
  try {
    decompress_range(frame, out, kBlock * kBlockBytes + 7, 1);
    FAIL("damage was not found");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kCorrupt);
    CHECK_THAT(error.what(), Catch::Contains("block 1501 (at byte " +
                                             std::to_string(frame.block_offset(kBlock))));
  }
  CHECK(out.out.empty());
}

// What the writer counts and the index that it ends with.
TEST_CASE("LargeFrame.TheWriterCountsBeyondFourGigabytes") {
  class Counter : public Writer {
   public:
    void write(std::span<const std::uint8_t> data) override {
      bytes += data.size();
      last.assign(data.begin(), data.end());
    }
    std::uint64_t bytes = 0;
    Bytes last;
  };
  // The largest blocks that there are, with hardly any coded data, as zeros would have.
  constexpr std::uint64_t kMany = 300;
  const Bytes content(kMaxContentBytes), coded(5, 1);
  Counter out;
  ContainerWriter writer(out);
  writer.begin({true, {}});
  BlockHeader header;
  header.kind = BlockKind::kZstd;
  for (std::uint64_t i = 0; i < kMany; ++i) writer.block(header, content, coded);
  writer.end();
  CHECK(writer.coded_bytes() == out.bytes);
  ByteReader index(out.last, ErrorCode::kCorrupt, "index");
  CHECK(index.u8() == 0);  // the block of kind 0
  CHECK(index.varint() == kMany);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < kMany; ++i) {
    index.varint();
    sum += index.varint();
  }
  CHECK(sum == kMany * kMaxContentBytes);
  CHECK(sum > std::uint64_t{1} << 32);
}

}  // namespace
}  // namespace nnzip
