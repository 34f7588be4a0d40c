// SPDX-License-Identifier: Apache-2.0
// Frames whose index lies. A reader from the start finds it out. One that goes by the index cannot
// if its checksum is right too, which takes intent: blocks then get other offsets, but whatever it
// gives is whole blocks that have their own checksums.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "container/frame_index.h"
#include "malformed/frame_parts.h"

namespace nnzip {
namespace {

using test::error_code;
using test::value;
using test::operator+;

struct Blocks {
  Bytes frame;  // up to and with the block of kind 0
  FrameIndex index;
  Bytes content;
};

// Stored blocks of 10, 20, 30 and 40 bytes.
Blocks four_blocks() {
  Blocks blocks;
  blocks.frame = test::frame_start(test::kSeveralFlag);
  for (std::uint32_t size = 10; size <= 40; size += 10) {
    const Bytes content = test::Random(size).bytes(size);
    const Bytes header =
        Bytes{1} + test::short_number(size - 1) + test::little_endian(xxh32(content), 4);
    blocks.frame = blocks.frame + header + content;
    blocks.index.blocks.push_back(
        {static_cast<std::uint32_t>(header.size() + content.size()), size});
    blocks.content = blocks.content + content;
  }
  blocks.frame.push_back(0);
  blocks.index.content_hash = xxh64(blocks.content);
  return blocks;
}

Bytes with_index(const Blocks& blocks) {
  Bytes file = blocks.frame;
  write_frame_index(blocks.index, file);
  return file;
}

// The index's fields as given, then its checksum and length as they must be.
Bytes with_fields(const Blocks& blocks, const Bytes& fields) {
  return blocks.frame + fields + test::little_endian(xxh64(fields) & 0xFFFFFFFF, 4) +
         test::little_endian(fields.size(), 4);
}

Bytes fields_of(const Blocks& blocks) {
  Bytes all;
  write_frame_index(blocks.index, all);
  all.erase(all.end() - 8, all.end());
  return all;
}

enum class Made { kByAccident, kToDeceive };

// From the start, an error; of every range, an error or the right bytes.
void check_lie(const Bytes& file, const Bytes& content, Made made = Made::kByAccident) {
  CHECK(error_code([&] { decompress(file); }) == value(ErrorCode::kCorrupt));
  for (std::uint64_t offset = 0; offset <= content.size(); offset += 9) {
    for (const std::uint64_t length : {1, 15, 200}) {
      CAPTURE(offset, length);
      test::MemoryFile in(file);
      test::MemoryWriter out;
      const int code = error_code([&] { decompress_range(in, out, offset, length); });
      CHECK((code == 0 || (code >= 30 && code < 40)));
      REQUIRE(out.out.size() <= length);
      if (made == Made::kToDeceive) {
        CHECK((out.out.empty() || std::search(content.begin(), content.end(), out.out.begin(),
                                              out.out.end()) != content.end()));
        continue;
      }
      const auto begin = content.begin() + static_cast<std::ptrdiff_t>(offset);
      const std::uint64_t wanted = std::min<std::uint64_t>(length, content.size() - offset);
      const Bytes right(begin, begin + static_cast<std::ptrdiff_t>(wanted));
      REQUIRE(out.out.size() <= right.size());  // before an error, a part may have been written
      CHECK(std::equal(out.out.begin(), out.out.end(), right.begin()));
      if (code == 0) CHECK(out.out == right);
    }
  }
}

TEST_CASE("MalformedIndex.TheGoodOneIsGood") {
  const Blocks blocks = four_blocks();
  CHECK(decompress(with_index(blocks)) == blocks.content);
  CHECK(with_fields(blocks, fields_of(blocks)) == with_index(blocks));
}

TEST_CASE("MalformedIndex.EveryFieldThatLiesIsFound") {
  const Blocks good = four_blocks();
  const std::vector<std::pair<const char*, std::function<void(FrameIndex&)>>> lies = {
      {"a block too few", [](FrameIndex& i) { i.blocks.pop_back(); }},
      {"a block too many",
       [](FrameIndex& i) {
         i.blocks.push_back({1, 1});
       }},
      {"the first left out", [](FrameIndex& i) { i.blocks.erase(i.blocks.begin()); }},
      {"two exchanged", [](FrameIndex& i) { std::swap(i.blocks[1], i.blocks[2]); }},
      {"none", [](FrameIndex& i) { i.blocks.clear(); }},
      {"one block longer, the next shorter",
       [](FrameIndex& i) {
         ++i.blocks[1].block_bytes;
         --i.blocks[2].block_bytes;
       }},
      {"content moved to the next block",
       [](FrameIndex& i) {
         --i.blocks[0].content_bytes;
         ++i.blocks[1].content_bytes;
       }},
      {"more content", [](FrameIndex& i) { i.blocks[3].content_bytes += 5; }},
      {"less content", [](FrameIndex& i) { i.blocks[0].content_bytes -= 5; }},
      {"a huge block", [](FrameIndex& i) { i.blocks[2].block_bytes = 0xFFFFFFFF; }},
      {"huge content", [](FrameIndex& i) { i.blocks[2].content_bytes = kMaxContentBytes; }},
      {"content over the limit", [](FrameIndex& i) { i.blocks[2].content_bytes = 0xFFFFFFFF; }},
      {"a block of nothing",
       [](FrameIndex& i) {
         i.blocks[1] = {0, 0};
       }},
      {"two blocks as one",
       [](FrameIndex& i) {
         i.blocks[1].block_bytes += i.blocks[2].block_bytes;
         i.blocks[1].content_bytes += i.blocks[2].content_bytes;
         i.blocks.erase(i.blocks.begin() + 2);
       }},
  };
  for (const auto& [name, lie] : lies) {
    CAPTURE(name);
    Blocks blocks = good;
    lie(blocks.index);
    check_lie(with_index(blocks), good.content, Made::kToDeceive);
  }
}

// A reader of ranges cannot see that the whole has another checksum.
TEST_CASE("MalformedIndex.TheContentsChecksumIsCompared") {
  Blocks blocks = four_blocks();
  blocks.index.content_hash ^= 1;
  check_lie(with_index(blocks), blocks.content);
}

TEST_CASE("MalformedIndex.NumbersAreShortest") {
  const Blocks blocks = four_blocks();
  const Bytes fields = fields_of(blocks);
  REQUIRE(decompress(with_fields(blocks, fields)) == blocks.content);
  for (std::size_t at = 0; at < 1 + 2 * blocks.index.blocks.size(); ++at) {
    REQUIRE(fields[at] < 0x80);
    Bytes longer = fields;
    longer[at] |= 0x80;
    for (int zeros = 1; zeros <= 9; ++zeros) {
      CAPTURE(at, zeros);
      Bytes more(static_cast<std::size_t>(zeros), 0x80);
      more.back() = 0;
      Bytes number = longer;
      number.insert(number.begin() + static_cast<std::ptrdiff_t>(at) + 1, more.begin(), more.end());
      check_lie(with_fields(blocks, number), blocks.content);
    }
  }
}

TEST_CASE("MalformedIndex.CountsThatNoFileHoldsTakeNoMemory") {
  const Blocks blocks = four_blocks();
  Bytes fields = fields_of(blocks);
  fields.erase(fields.begin());
  for (const Bytes& count : {Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x7F},
                             Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F},
                             Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}}) {
    check_lie(with_fields(blocks, count + fields), blocks.content);
  }
}

TEST_CASE("MalformedIndex.ItsOwnLengthAndChecksumAreChecked") {
  const Blocks blocks = four_blocks();
  const Bytes good = with_index(blocks);
  for (std::size_t from_end = 1; from_end <= 8; ++from_end) {
    for (int bit = 0; bit < 8; ++bit) {
      CAPTURE(from_end, bit);
      Bytes bad = good;
      bad[bad.size() - from_end] ^= static_cast<std::uint8_t>(1 << bit);
      check_lie(bad, blocks.content);
    }
  }
}

TEST_CASE("MalformedIndex.GarbageBetweenTwoFilesIsFound") {
  const Blocks blocks = four_blocks();
  const Bytes file = with_index(blocks);
  CHECK(decompress(file + file) == blocks.content + blocks.content);
  for (const Bytes& garbage :
       {Bytes{0}, Bytes{0xF7}, Bytes{0xF7, 0x4E, 0x5A}, Bytes(4), Bytes(512), Bytes{'\n'},
        test::to_bytes("some text between"), Bytes(file.begin(), file.begin() + 12)}) {
    CAPTURE(garbage);
    test::MemoryWriter out;
    const Bytes bad = file + garbage + file;
    test::MemoryReader in(bad);
    const int code = error_code([&] { decompress(in, out); });
    CHECK((code == value(ErrorCode::kCorrupt) || code == value(ErrorCode::kUnsupportedVersion) ||
           code == value(ErrorCode::kLimitExceeded)));
    // What is good before it has been written, and none of what follows.
    CHECK(out.out == blocks.content);
  }
}

}  // namespace
}  // namespace nnzip
