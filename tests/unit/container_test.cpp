// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "base/hash.h"
#include "container/container_reader.h"
#include "container/container_writer.h"
#include "unit/format_examples.h"
#include "unit/memory_stream.h"

namespace nnzip {
namespace {

using test::error_code;
using test::MemoryReader;
using test::MemoryWriter;
using test::to_bytes;
using test::value;

constexpr std::array<std::uint8_t, 8> kModelId{1, 2, 3, 4, 5, 6, 7, 8};

BlockHeader of_kind(BlockKind kind, int log2_streams = 0) {
  BlockHeader header;
  header.kind = kind;
  header.log2_streams = log2_streams;
  return header;
}

Bytes stored_frame(std::initializer_list<std::string_view> contents) {
  MemoryWriter out;
  ContainerWriter writer(out);
  writer.begin({contents.size() > 1, {}});
  for (const auto content : contents) {
    writer.block(of_kind(BlockKind::kStored), to_bytes(content), to_bytes(content));
  }
  writer.end();
  CHECK(writer.coded_bytes() == out.out.size());
  return out.out;
}

// All frames read to the end; the coded data joined (of stored blocks: the content).
Bytes read_all(const Bytes& frames, std::size_t piece = SIZE_MAX) {
  MemoryReader in(frames, piece);
  ContainerReader reader(in);
  Bytes all;
  while (reader.next_frame()) {
    Bytes content;
    while (const auto block = reader.next_block()) {
      content.insert(content.end(), block->coded.begin(), block->coded.end());
    }
    if (reader.content_hash()) CHECK(*reader.content_hash() == xxh64(content));
    all.insert(all.end(), content.begin(), content.end());
  }
  return all;
}

int read_error(const Bytes& frames) {
  return error_code([&] { read_all(frames); });
}

TEST_CASE("Container.AgreesWithTheExamplesOfTheFormat") {
  const auto examples = test::format_examples("frame");
  REQUIRE(examples.size() == 2);
  CHECK(stored_frame({"nnzip"}) == test::joined(examples[0]));
  CHECK(stored_frame({"nn", "zip"}) == test::joined(examples[1]));
  for (const auto& example : examples) {
    CHECK(read_all(test::joined(example)) == to_bytes("nnzip"));
    CHECK(read_all(test::joined(example), 1) == to_bytes("nnzip"));
  }
}

TEST_CASE("Container.KeepsEveryField") {
  MemoryWriter out;
  ContainerWriter writer(out);
  const Bytes content(5000, 'x'), coded{9, 8, 7};
  writer.begin({true, {kModelId}});
  writer.block(of_kind(BlockKind::kNetwork, 3), content, coded);
  writer.block(of_kind(BlockKind::kZstd), content, {});
  writer.end();

  MemoryReader in(out.out);
  ContainerReader reader(in);
  const auto frame = reader.next_frame();
  REQUIRE(frame);
  CHECK(*frame == FrameHeader{true, {kModelId}});
  const auto model = reader.next_block();
  REQUIRE(model);
  CHECK(model->header == BlockHeader{BlockKind::kNetwork, 3, 5000, 3, xxh32(content)});
  CHECK(model->header.streams() == 8);
  CHECK(model->coded == coded);
  CHECK(model->place.offset == 14);
  CHECK(model->place.block == 1);
  const auto zstd = reader.next_block();
  REQUIRE(zstd);
  CHECK(zstd->header == BlockHeader{BlockKind::kZstd, 0, 5000, 0, xxh32(content)});
  CHECK(zstd->place.block == 2);
  CHECK_FALSE(reader.next_block());
  CHECK(reader.content_hash());
  CHECK_FALSE(reader.next_frame());
  CHECK(reader.position() == out.out.size());
}

TEST_CASE("Container.SingleBlockCostsAtMost24Bytes") {
  MemoryWriter out;
  ContainerWriter writer(out);
  const Bytes content(std::size_t{4} << 20), coded(1 << 20);
  writer.begin({false, {kModelId}});
  writer.block(of_kind(BlockKind::kNetwork, 6), content, coded);
  writer.end();
  CHECK(out.out.size() == coded.size() + 24);
}

TEST_CASE("Container.EmptyFrameIsSixBytes") {
  const Bytes frame = stored_frame({});
  CHECK(frame == Bytes{0xF7, 0x4E, 0x5A, 0x1A, 0, 0});
  CHECK(read_all(frame).empty());
}

TEST_CASE("Container.JoinedFramesGiveJoinedContent") {
  Bytes frames = stored_frame({"one", "and"});
  for (const Bytes& frame : {stored_frame({}), stored_frame({"two"})}) {
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  CHECK(read_all(frames) == to_bytes("oneandtwo"));
  CHECK(read_all(frames, 1) == to_bytes("oneandtwo"));
}

TEST_CASE("Container.EveryTruncationIsTruncated") {
  for (const Bytes& frame : {stored_frame({}), stored_frame({"nnzip"}), stored_frame({"nn", "zip"}),
                             stored_frame({std::string(300, 'a'), "zip", "c"})}) {
    for (std::size_t size = 0; size < frame.size(); ++size) {
      CAPTURE(size);
      CHECK(read_error(Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size))) ==
            value(ErrorCode::kTruncated));
    }
    CHECK(read_error(frame) == 0);
  }
}

TEST_CASE("Container.TellsOtherDataFromFrames") {
  CHECK(read_error(to_bytes("hello")) == value(ErrorCode::kNotAFrame));
  CHECK(read_error(Bytes{0xF7, 0x4E, 0x5A, 0x1C, 0, 0}) == value(ErrorCode::kNotAFrame));
}

TEST_CASE("Container.RefusesGarbageAfterAFrame") {
  for (const auto garbage : {"x", "more than four", "\n"}) {
    Bytes frame = stored_frame({"nnzip"});
    for (const char c : std::string_view(garbage)) frame.push_back(static_cast<std::uint8_t>(c));
    CHECK(read_error(frame) == value(ErrorCode::kCorrupt));
  }
  Bytes padded = stored_frame({"nnzip"});
  padded.push_back(0);
  try {
    read_all(padded);
    FAIL("a byte after the frame was accepted");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::Contains("garbage after") && Catch::Contains("frame 2"));
  }
}

TEST_CASE("Container.KeepsEfforts") {
  for (const Effort effort : {Effort::kSmall, Effort::kUsual, Effort::kLarge}) {
    for (const BlockKind kind : {BlockKind::kMixed, BlockKind::kContexts, BlockKind::kLean}) {
      // Lean blocks alone have a small effort, and no large one.
      if (effort == (kind == BlockKind::kLean ? Effort::kLarge : Effort::kSmall)) continue;
      BlockHeader header{kind, 0, 5000, 3};
      header.effort = effort;
      Bytes written;
      write_block_header(header, 1, written);
      CHECK(written.size() == block_header_bytes(header, 1));
      MemoryReader in(written);
      InputBuffer buffer(in);
      CHECK(read_block_header(buffer, 1) == header);
    }
  }
}

TEST_CASE("Container.RefusesReservedBits") {
  const Bytes good = stored_frame({"nnzip"});
  for (const int bit : {0, 1, 2, 3, 7}) {
    Bytes bad = good;
    bad[4] = static_cast<std::uint8_t>(1 << bit);
    CHECK(read_error(bad) == value(ErrorCode::kUnsupportedVersion));
  }
  for (const int kind : {0x08, 0x09, 0x0F, 0x19, 0x73, 0x74, 0x8F}) {
    Bytes bad = good;
    bad[5] = static_cast<std::uint8_t>(kind);
    CHECK(read_error(bad) == value(ErrorCode::kUnsupportedVersion));
  }
  // Streams or a layout for kinds that have none, no model, and no window.
  for (const int kind : {0x10, 0x11, 0x22, 0x15, 0x16, 0x1B, 0x1C, 0x1D, 0x1E, 0x80, 0x81, 0x82,
                         0x86, 0x03, 0x04, 0x0A, 0x07, 0x17, 0x87}) {
    Bytes bad = good;
    bad[5] = static_cast<std::uint8_t>(kind);
    CHECK(read_error(bad) == value(ErrorCode::kCorrupt));
  }
}

TEST_CASE("Container.RefusesAbsurdSizes") {
  const auto block = [](std::uint32_t content, std::uint32_t coded) {
    Bytes frame{0xF7, 0x4E, 0x5A, 0x1A, 0, 2};
    write_short_varint(content - 1, frame);
    write_short_varint(coded, frame);
    frame.resize(frame.size() + 4);
    return frame;
  };
  CHECK(read_error(block(kMaxContentBytes, 0)) == 0);
  CHECK(read_error(block(kMaxContentBytes + 1, 0)) == value(ErrorCode::kLimitExceeded));
  CHECK(read_error(block(kMaxShortVarint, 0)) == value(ErrorCode::kLimitExceeded));
  CHECK(read_error(block(100, 100 + kMaxExpansion)) == value(ErrorCode::kTruncated));
  CHECK(read_error(block(100, 101 + kMaxExpansion)) == value(ErrorCode::kCorrupt));
  CHECK(read_error(block(100, kMaxShortVarint)) == value(ErrorCode::kCorrupt));
}

TEST_CASE("Container.ShortVarintsAreShortest") {
  for (const std::uint32_t number :
       {0U, 1U, 63U, 64U, 16383U, 16384U, 4194303U, 4194304U, kMaxShortVarint}) {
    Bytes bytes;
    write_short_varint(number, bytes);
    CHECK(bytes.size() == short_varint_bytes(number));
    std::size_t position = 0;
    bool shortest = false;
    CHECK(read_short_varint([&] { return bytes[position++]; }, shortest) == number);
    CHECK(shortest);
    CHECK(position == bytes.size());
  }
  Bytes frame = stored_frame({"nnzip"});
  REQUIRE(frame[6] == 0x10);  // content length - 1 in one byte; now in two
  frame[6] = 0x11;
  frame.insert(frame.begin() + 7, 0);
  CHECK(read_error(frame) == value(ErrorCode::kCorrupt));
}

TEST_CASE("Container.ChecksTheWholeIndex") {
  const Bytes good = stored_frame({"nn", "zip"});
  const std::size_t index = good.size() - 21;
  REQUIRE(good[index] == 2);
  for (std::size_t i = index; i < good.size(); ++i) {
    for (const int bit : {0, 3}) {
      Bytes bad = good;
      bad[i] = static_cast<std::uint8_t>(bad[i] ^ 1 << bit);
      CAPTURE(i, bit);
      CHECK(read_error(bad) == value(ErrorCode::kCorrupt));
    }
  }
  Bytes longer = good;  // 2 written as 82 00
  longer[index] = 0x82;
  longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(index) + 1, 0);
  CHECK(read_error(longer) == value(ErrorCode::kCorrupt));
}

TEST_CASE("Container.SeveralBlocksAreAtLeastTwo") {
  Bytes frame = stored_frame({"nnzip"});
  frame[4] = 0x10;
  frame.push_back(0);
  CHECK(read_error(frame) == value(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace nnzip
