// SPDX-License-Identifier: Apache-2.0
// Metadata frames and directories that are cut, damaged or lie. Whoever reads from the start finds
// out what is damaged. Whoever goes by a directory cannot see what it leaves out, but what it gives
// is whole blocks that have their own checksums.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "base/hash.h"
#include "container/frame_table.h"
#include "container/metadata_payloads.h"
#include "malformed/frame_parts.h"
#include "unit/directory_files.h"

namespace nnzip {
namespace {

using test::directory_frame;
using test::error_code;
using test::little_endian;
using test::MemoryFile;
using test::MemoryReader;
using test::MemoryWriter;
using test::metadata_frame;
using test::Random;
using test::stored_frame;
using test::to_bytes;
using test::value;
using test::operator+;

const Bytes kMagic{0xF7, 0x4E, 0x5A, 0x1B}, kEnd{0x1B, 0x5A, 0x4E, 0xF7};

// Whatever the head says, the checksum is right and the length the one given.
Bytes claiming_frame(const Bytes& head_and_payload, std::uint64_t length) {
  return kMagic + head_and_payload + little_endian(xxh32(head_and_payload), 4) +
         little_endian(length, 8) + kEnd;
}

// Of a pipe, what has been written before the error.
int decompress_error(const Bytes& file, Bytes& written) {
  MemoryReader in(file, 13);
  MemoryWriter out;
  const int code = error_code([&] { decompress(in, out); });
  written = out.out;
  return code;
}

// Whether it is a part of the content, or one and another: a directory may leave out a frame.
bool are_parts(const Bytes& data, const Bytes& content) {
  const auto is_part = [&](auto begin, auto end) {
    return std::search(content.begin(), content.end(), begin, end) != content.end() || begin == end;
  };
  auto middle = data.begin();
  while (middle != data.end() && is_part(data.begin(), middle + 1)) ++middle;
  return is_part(middle, data.end());
}

// No crash, and an error of frames or content of the file, whatever is asked for.
void check_seeking(const Bytes& file, const Bytes& content) {
  MemoryFile listing(file);
  const int listed = error_code([&] { list_frames(listing, {}, {}, [](const MetadataInfo&) {}); });
  CHECK((listed == 0 || (listed >= 30 && listed < 40)));
  for (std::uint64_t offset = 0; offset <= content.size(); offset += 1 + content.size() / 7) {
    for (const std::uint64_t length : {1, 30, 500}) {
      CAPTURE(offset, length);
      MemoryFile in(file);
      MemoryWriter out;
      const int code = error_code([&] { decompress_range(in, out, offset, length); });
      CHECK((code == 0 || (code >= 30 && code < 40)));
      CHECK(are_parts(out.out, content));
    }
  }
}

// That every range is right.
void check_ranges(const Bytes& file, const Bytes& content) {
  for (std::size_t offset = 0; offset < content.size(); offset += 1 + content.size() / 7) {
    const std::size_t length = std::min<std::size_t>(25, content.size() - offset);
    MemoryFile in(file);
    MemoryWriter out;
    decompress_range(in, out, offset, length);
    const auto begin = content.begin() + static_cast<std::ptrdiff_t>(offset);
    CHECK(out.out == Bytes(begin, begin + static_cast<std::ptrdiff_t>(length)));
  }
}

struct Good {
  Bytes frames, content;
  Directory directory;  // of them
};

Good good_frames() {
  Good good;
  const std::vector<std::vector<Bytes>> frames = {
      {Random(1).bytes(30)},
      {Random(2).bytes(20), Random(3).bytes(40), Random(4).bytes(10)},
      {},
      {Random(5).bytes(25), Random(6).bytes(50)},
  };
  std::vector<Bytes> inputs;
  for (const auto& blocks : frames) {
    inputs.push_back(stored_frame(blocks, true));
    good.frames = good.frames + stored_frame(blocks);
    good.content = good.content + test::joined_bytes(blocks);
  }
  const Bytes joined = test::joined_files(inputs);
  MemoryFile file(joined);
  good.directory = {true, good.frames.size(), directory_table(file).frames};
  REQUIRE(good.frames + directory_frame(good.directory) == joined);
  return good;
}

std::vector<Bytes> each_type() {
  return {directory_frame(good_frames().directory),
          metadata_frame(MetadataType::kNames, write_names({{{"name", 0, 5}, {"b", 5, 500}}})),
          metadata_frame(MetadataType::kPart, write_part({1, 2, 77, 0})),
          metadata_frame(MetadataType::kApplication, to_bytes("some note")),
          metadata_frame(static_cast<MetadataType>(99), {})};
}

TEST_CASE("MalformedMetadata.EveryTruncationIsTruncated") {
  const Bytes first = stored_frame({"one", "two"});
  Bytes written;
  for (const Bytes& metadata : each_type()) {
    for (std::size_t size = 1; size < metadata.size(); ++size) {
      CAPTURE(metadata[4], size);
      const Bytes cut(metadata.begin(), metadata.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(decompress_error(first + cut, written) == value(ErrorCode::kTruncated));
      CHECK(written == to_bytes("onetwo"));
      check_seeking(first + cut, to_bytes("onetwo"));
      CHECK(error_code([&] { decompress(cut); }) == value(ErrorCode::kTruncated));
    }
  }
}

TEST_CASE("MalformedMetadata.EveryDamagedByteIsFound") {
  const Good good = good_frames();
  const Bytes last = stored_frame({"last"});
  Bytes written;
  for (const Bytes& metadata : each_type()) {
    for (std::size_t i = 0; i < metadata.size(); ++i) {
      for (const int bit : {0, 5, 7}) {
        CAPTURE(metadata[4], i, bit);
        Bytes bad = metadata;
        bad[i] ^= static_cast<std::uint8_t>(1 << bit);
        const int code = decompress_error(good.frames + bad + last, written);
        CHECK((code >= 30 && code < 40));
        // The frames before have been written, those behind have not.
        CHECK(written == good.content);
        // A damaged directory is not gone by.
        check_seeking(good.frames + bad, good.content);
        check_ranges(good.frames + bad, good.content);
      }
    }
  }
}

TEST_CASE("MalformedMetadata.LengthsThatLieAreFound") {
  const Bytes before = stored_frame({"one"}), after = stored_frame({"two"});
  const Bytes payload = to_bytes("note");
  const Bytes head_and_payload = Bytes{4, 4} + payload;
  const std::uint64_t length = kMagic.size() + head_and_payload.size() + 16;
  Bytes written;
  CHECK(decompress_error(before + claiming_frame(head_and_payload, length) + after, written) == 0);
  for (const std::uint64_t lie : {std::uint64_t{0}, length - 1, length + 1, length + before.size(),
                                  std::uint64_t{1} << 32, UINT64_MAX}) {
    CAPTURE(lie);
    const Bytes bad = claiming_frame(head_and_payload, lie);
    CHECK(decompress_error(before + bad + after, written) == value(ErrorCode::kCorrupt));
    CHECK(written == to_bytes("one"));
    check_seeking(before + bad, to_bytes("one"));
  }
  for (const Bytes& head : {Bytes{4, 3}, Bytes{4, 5}, Bytes{4, 0x84, 0}, Bytes{4, 0x7F},
                            Bytes{4, 0x80, 0x80, 0x80, 0x80, 0x04}}) {
    CAPTURE(head);
    const Bytes bad = claiming_frame(head + payload, kMagic.size() + head.size() + 20);
    const int code = decompress_error(before + bad + after, written);
    CHECK((code == value(ErrorCode::kCorrupt) || code == value(ErrorCode::kTruncated)));
    CHECK(written == to_bytes("one"));
    check_seeking(before + bad, to_bytes("one"));
  }
}

TEST_CASE("MalformedMetadata.PayloadsOverTheLimitAreRefused") {
  Bytes written;
  for (const Bytes& length : {Bytes{0x81, 0x80, 0x80, 0x80, 0x04},  // 2^30 + 1
                              Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}}) {
    const Bytes bad = kMagic + Bytes{4} + length + Bytes(100);
    CHECK(decompress_error(bad, written) == value(ErrorCode::kLimitExceeded));
  }
  const Bytes bad = kMagic + Bytes{4} + Bytes(9, 0xFF) + Bytes{1} + Bytes(100);
  CHECK(decompress_error(bad, written) == value(ErrorCode::kCorrupt));
  const Bytes empty;
  const std::span<const std::uint8_t> huge(empty.data(), kMaxPayloadBytes + 1);  // never looked at
  Bytes out;
  CHECK(error_code([&] { write_metadata_frame(MetadataType::kNames, huge, out); }) ==
        value(ErrorCode::kLimitExceeded));
}

TEST_CASE("MalformedMetadata.DirectoriesThatCannotBeAreRefused") {
  const Good good = good_frames();
  const Bytes payload = write_directory(good.directory);
  REQUIRE(error_code([&] { read_directory(payload); }) == 0);
  for (std::size_t size = 0; size < payload.size(); ++size) {
    const auto cut = std::span(payload).first(size);
    CHECK(error_code([&] { read_directory(cut); }) == value(ErrorCode::kCorrupt));
  }
  CHECK(error_code([&] { read_directory(payload + Bytes{0}); }) == value(ErrorCode::kCorrupt));
  const auto hash = Bytes(16);
  const Bytes block{1, 9, 3};
  for (const Bytes& bad :
       {Bytes{2, 0, 0},                                    // a reserved flag
        Bytes{0, 5, 1, 0, 6, 0, 0},                        // a frame longer than what is described
        Bytes{0, 6, 1, 1, 6, 0, 0},                        // a gap that leaves no room
        Bytes{0, 12, 2, 0, 6, 0, 0, 1, 6, 0, 0},           // the same of the second
        Bytes{0, 6, 1, 0, 5, 0, 0},                        // a frame shorter than its parts
        Bytes{0, 14, 1, 0, 14, 0, 2} + block + block,      // two blocks in a frame of one
        Bytes{0, 60, 1, 0, 24, 16, 1} + Bytes(8) + block,  // one in a frame of several
        Bytes{0, 6, 1, 0, 6, 7, 0},                        // a version that is not known
        Bytes{0, 6, 1, 0, 6, 0, 1, 0, 1, 1},               // a block of kind 0
        Bytes{0, 14, 1, 0, 14, 0, 1, 0x0F, 9, 3},          // a kind that there is not
        Bytes{0, 14, 1, 0, 14, 0, 1, 1, 9, 0},             // a block of nothing
        Bytes{0, 20, 0x80, 0, 0},                          // a number not written the shortest way
        Bytes{0, 20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F},  // frames
        Bytes{0, 20, 1, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F},              // blocks
        Bytes{0, 20, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F},
        Bytes{0, 20, 1, 0, 14, 0, 1, 1, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0x03},
        Bytes{0, 20, 1, 0, 14, 0, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 3}}) {
    CAPTURE(bad);
    CHECK(error_code([&] { read_directory(bad); }) == value(ErrorCode::kCorrupt));
    // Such a payload in a frame without fault is passed over, and ranges are found without it.
    const Bytes file = good.frames + metadata_frame(MetadataType::kDirectory, bad);
    CHECK(decompress(file) == good.content);
    check_ranges(file, good.content);
  }
  CHECK(error_code([&] { read_directory(Bytes{0, 14, 1, 0, 14, 0, 1} + block); }) == 0);
  CHECK(error_code([&] { read_directory(Bytes{1, 14, 1, 0, 14, 0, 1} + block + hash); }) == 0);
}

TEST_CASE("MalformedMetadata.DirectoriesThatLieGiveNoFalseContent") {
  const Good good = good_frames();
  const std::vector<std::pair<const char*, std::function<void(Directory&)>>> lies = {
      {"described too little", [](Directory& d) { d.described_bytes -= 1; }},
      {"described too much", [](Directory& d) { d.described_bytes += 1; }},
      {"a frame left out", [](Directory& d) { d.frames.erase(d.frames.begin() + 1); }},
      {"the last left out", [](Directory& d) { d.frames.pop_back(); }},
      {"none", [](Directory& d) { d.frames.clear(); }},
      {"another kind", [](Directory& d) { d.frames[1].blocks[1].first_byte = 2; }},
      {"content moved",
       [](Directory& d) {
         ++d.frames[1].blocks[0].content_bytes;
         --d.frames[1].blocks[1].content_bytes;
       }},
      {"more content", [](Directory& d) { d.frames[1].blocks[1].content_bytes += 9; }},
      {"less content", [](Directory& d) { d.frames[0].blocks[0].content_bytes -= 9; }},
      {"lengths moved",
       [](Directory& d) {
         ++d.frames[1].blocks[0].block_bytes;
         --d.frames[1].blocks[1].block_bytes;
       }},
      {"blocks exchanged",
       [](Directory& d) { std::swap(d.frames[1].blocks[0], d.frames[1].blocks[1]); }},
      {"a huge block",
       [](Directory& d) { d.frames[3].blocks[1].content_bytes = kMaxContentBytes; }},
      {"a frame moved",
       [](Directory& d) {
         d.frames.erase(d.frames.begin() + 2);
         d.frames[1].offset += 3;
       }},
      {"a block where there is none",
       [](Directory& d) {
         d.frames[2].blocks.push_back({{1, 5}, 1});
         d.frames[2].hashes.emplace_back();
       }},
      {"a frame of one block as part of several",
       [](Directory& d) { d.frames[0].blocks[0].first_byte = 0x81; }},
  };
  for (const auto& [name, lie] : lies) {
    CAPTURE(name);
    Directory directory = good.directory;
    lie(directory);
    const Bytes file = good.frames + directory_frame(directory);
    // Decompressing needs no directory.
    CHECK(decompress(file) == good.content);
    check_seeking(file, good.content);
  }
  Directory moved = good.directory;
  ++moved.frames[1].blocks[0].content_bytes;
  --moved.frames[1].blocks[1].content_bytes;
  const Bytes file = good.frames + directory_frame(moved);
  for (const std::uint64_t offset : {30, 50, 60}) {
    MemoryFile in(file);
    MemoryWriter out;
    CHECK(error_code([&] { decompress_range(in, out, offset, 5); }) == value(ErrorCode::kCorrupt));
  }
}

}  // namespace
}  // namespace nnzip
