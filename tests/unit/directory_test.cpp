// SPDX-License-Identifier: Apache-2.0
// Directories: written, found from the end of files, gone by for ranges and lists, and joined.
#include <catch2/catch.hpp>

#include "base/hash.h"
#include "container/container_reader.h"
#include "container/frame_table.h"
#include "container/metadata_payloads.h"
#include "unit/directory_files.h"
#include "unit/tiny_models.h"

namespace nnzip {
namespace {

using test::CountingFile;
using test::directory_frame;
using test::error_code;
using test::joined_bytes;
using test::joined_files;
using test::MemoryFile;
using test::MemoryReader;
using test::MemoryWriter;
using test::metadata_frame;
using test::Random;
using test::stored_frame;
using test::to_bytes;
using test::value;

Bytes part_of(const Bytes& content, std::uint64_t offset, std::uint64_t length) {
  const auto begin = std::min<std::uint64_t>(offset, content.size());
  const auto end = begin + std::min<std::uint64_t>(length, content.size() - begin);
  return {content.begin() + static_cast<std::ptrdiff_t>(begin),
          content.begin() + static_cast<std::ptrdiff_t>(end)};
}

Bytes range_of(SeekableReader& file, std::uint64_t offset, std::uint64_t length) {
  MemoryWriter out;
  const Summary summary = decompress_range(file, out, offset, length);
  CHECK(summary.content_bytes == out.out.size());
  return out.out;
}

bool covers_all(const Bytes& data) {
  MemoryFile file(data);
  const FrameTable table = directory_table(file);
  return table.begin == 0 && !table.frames.empty();
}

// Ranges from everywhere give what the whole content has there.
void check_ranges(const Bytes& data) {
  const Bytes content = decompress(data);
  for (std::uint64_t offset = 0; offset < content.size() + 9; offset += 1 + content.size() / 23) {
    for (const std::uint64_t length :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{40}, std::uint64_t{200}, UINT64_MAX}) {
      CAPTURE(offset, length);
      MemoryFile file(data);
      CHECK((range_of(file, offset, length) == part_of(content, offset, length)));
    }
  }
}

void check_equal(const FrameInfo& a, const FrameInfo& b) {
  CHECK(a.content_bytes == b.content_bytes);
  CHECK(a.coded_bytes == b.coded_bytes);
  CHECK((a.models == b.models));
  CHECK(a.version == b.version);
  CHECK(a.checksum == b.checksum);
  CHECK(a.blocks == b.blocks);
  CHECK(a.mixed_blocks == b.mixed_blocks);
  CHECK(a.network_blocks == b.network_blocks);
  CHECK(a.context_blocks == b.context_blocks);
  CHECK(a.zstd_blocks == b.zstd_blocks);
  CHECK(a.stored_blocks == b.stored_blocks);
}

// A reader that can seek lists the same as a pipe.
void check_lists(const Bytes& data, const Options& options = {}) {
  std::vector<MetadataInfo> by_walking, by_directory;
  MemoryReader pipe(data);
  const auto walked =
      list_frames(pipe, options, {}, [&](const MetadataInfo& each) { by_walking.push_back(each); });
  MemoryFile file(data);
  const auto listed = list_frames(file, options, {},
                                  [&](const MetadataInfo& each) { by_directory.push_back(each); });
  REQUIRE(walked.size() == listed.size());
  for (std::size_t i = 0; i < walked.size(); ++i) check_equal(walked[i], listed[i]);
  REQUIRE(by_walking.size() == by_directory.size());
  for (std::size_t i = 0; i < by_walking.size(); ++i) {
    CHECK(by_walking[i].type == by_directory[i].type);
    CHECK(by_walking[i].offset == by_directory[i].offset);
    CHECK(by_walking[i].bytes == by_directory[i].bytes);
  }
}

Bytes application() { return metadata_frame(MetadataType::kApplication, to_bytes("note")); }

TEST_CASE("Directory.KeepsEveryField") {
  const Bytes data = stored_frame({"some", "words"}, true);
  MemoryFile file(data);
  const FrameTable table = directory_table(file);
  REQUIRE(table.frames.size() == 1);
  const ListedFrame& frame = table.frames.front();
  CHECK(frame.offset == 0);
  CHECK(frame.bytes() == stored_frame({"some", "words"}).size());
  CHECK(frame.checksum == xxh64(to_bytes("somewords")));
  CHECK(frame.hash == xxh3_128(to_bytes("somewords")));
  REQUIRE(frame.hashes.size() == 2);
  CHECK(frame.hashes[1] == xxh3_128(to_bytes("words")));
  CHECK(frame.blocks[0] == ListedBlock{{10, 4}, 1});
  for (const bool hashes : {false, true}) {
    Directory directory{hashes, data.size(), table.frames};
    ListedFrame empty;
    empty.offset = frame.bytes() + 7;
    directory.frames.push_back(empty);
    if (!hashes) {
      directory.frames[0].hashes.clear();
      directory.frames[0].hash = {};
    }
    const Directory back = read_directory(write_directory(directory));
    CHECK(back.hashes == hashes);
    CHECK(back.described_bytes == data.size());
    CHECK(back.frames == directory.frames);
  }
}

TEST_CASE("Directory.ChangesNothingOfTheFrameBeforeIt") {
  const Bytes content = Random(1).bytes(100'000);
  Options options;
  options.model = "none";
  const Bytes without = compress(content, options);
  options.directory = true;
  const Bytes with = compress(content, options);
  REQUIRE(with.size() > without.size());
  CHECK(std::equal(without.begin(), without.end(), with.begin()));
  CHECK((decompress(with) == content));
  CHECK(covers_all(with));
  for (const Bytes& small : {Bytes{}, Bytes{1}}) {
    const Bytes data = compress(small, options);
    CHECK(decompress(data) == small);
    CHECK(covers_all(data));
    check_lists(data);
  }
}

TEST_CASE("Directory.RangesOfManyFramesReadThreePlaces") {
  constexpr std::size_t kFrames = 4000;
  Random random(2);
  std::vector<Bytes> inputs;
  Bytes content;
  std::vector<std::uint64_t> begins;
  for (const bool hashes : {false, true}) {
    inputs.clear();
    content.clear();
    begins.clear();
    for (std::size_t i = 0; i < kFrames; ++i) {
      std::vector<Bytes> blocks;
      for (std::uint32_t j = random.below(4); j > 0; --j) {
        blocks.push_back(random.bytes(1 + random.below(500)));
      }
      begins.push_back(content.size());
      content = joined_bytes({content, joined_bytes(blocks)});
      inputs.push_back(stored_frame(blocks, hashes));
    }
    const Bytes file = joined_files(inputs);
    REQUIRE(covers_all(file));
    const auto check = [&](std::uint64_t offset, std::uint64_t length, std::uint64_t most_bytes) {
      CountingFile counting(file);
      const bool right = range_of(counting, offset, length) == part_of(content, offset, length);
      CAPTURE(hashes, offset, length, counting.places, counting.bytes_read);
      CHECK(right);
      CHECK(counting.places <= 3);
      CHECK(counting.bytes_read < most_bytes);
    };
    const std::uint64_t few = file.size() / 2;
    check(0, 100, few);                           // the first
    check(begins[kFrames / 2] + 3, 1, few);       // in the middle
    check(begins[kFrames / 2] - 5, 20'000, few);  // over many
    check(content.size() - 1, 1, few);            // the last
    check(0, 0, few);
    check(content.size() / 2, 0, few);
    check(content.size(), 5, few);
    check(UINT64_MAX, UINT64_MAX, few);
    check(0, UINT64_MAX, 2 * file.size());
    CountingFile listing(file);
    CHECK(list_frames(listing).size() == kFrames);
    CHECK(listing.places <= 2);
    CHECK(listing.bytes_read < few);
    check_lists(file);
  }
}

TEST_CASE("Directory.FilesWithAndWithoutOneAfterTheOther") {
  const Bytes several = stored_frame({"one ", "and ", "two, "});
  const Bytes single = stored_frame({std::string(300, 'x')});
  const Bytes empty = stored_frame({});
  const Bytes listed = stored_frame({"three ", "and ", "four, "}, true);
  const Bytes all = joined_files({single, several, empty, listed});
  const std::vector<std::vector<Bytes>> files = {
      {listed},
      {listed, listed, listed},
      {all, listed, all},
      {several, listed},
      {single, several, listed},
      {single, listed, several},
      {listed, single, listed},
      {listed, several},
      {application(), listed},
      {listed, application()},
      {single, application(), listed, application()},
      {several, application(), application()},
      {application(), several},
      {empty, listed, empty},
      {application(), single, application(), several, application()},
  };
  for (std::size_t i = 0; i < files.size(); ++i) {
    CAPTURE(i);
    const Bytes data = joined_bytes(files[i]);
    check_ranges(data);
    check_lists(data);
    const Bytes joined = joined_files({data, all, data});
    CHECK(decompress(joined) == decompress(joined_bytes({data, all, data})));
    CHECK(covers_all(joined));
    check_ranges(joined);
    check_lists(joined);
  }
}

// What is stored may itself be a file with a directory, and then so ends the file that holds it.
TEST_CASE("Directory.OfAFileInAFileIsNotThatOfTheFile") {
  const Bytes inner = joined_files({stored_frame({"one"}), stored_frame({"two", "three"})});
  const Bytes outer = stored_frame(std::vector<Bytes>{inner});
  REQUIRE(outer.back() == inner.back());
  check_ranges(outer);
  check_lists(outer);
  const Bytes noted = stored_frame(std::vector<Bytes>{application()});
  check_ranges(noted);
  check_lists(noted);
}

TEST_CASE("Directory.ListsModelsAsWalkingDoes") {
  const test::TinyModel tiny(11);
  Options options = tiny.options();
  const Bytes typical = tiny.typical_content(20'000, 8);
  const Bytes plain = compress(typical, options);
  options.directory = true;
  const Bytes listed = compress(typical, options);
  CHECK(covers_all(listed));
  check_lists(listed, options);
  const Bytes joined = joined_files({plain, listed, stored_frame({"x"})});
  check_lists(joined, options);
  MemoryFile file(joined);
  MemoryWriter out;
  decompress_range(file, out, typical.size() - 5, 10, options);
  CHECK(out.out == part_of(decompress(joined, options), typical.size() - 5, 10));
}

// Only their headers make sense.
TEST_CASE("Directory.KeepsSeveralModels") {
  MemoryWriter out;
  ContainerWriter writer(out, true);
  writer.begin({true, {ModelId{1, 2, 3}, ModelId{4, 5, 6}, ModelId{7, 8, 9}}});
  for (std::uint8_t model = 0; model < 3; ++model) {
    BlockHeader header;
    header.kind = model == 1 ? BlockKind::kMixed : BlockKind::kNetwork;
    header.model = model;
    header.log2_streams = model;
    writer.block(header, Bytes(1000, model), Bytes(30));
  }
  writer.end();
  CHECK(covers_all(out.out));
  check_lists(out.out);
  const Bytes joined = joined_files({out.out, out.out});
  CHECK(covers_all(joined));
  check_lists(joined);
}

TEST_CASE("Join.KeepsHashesIfAllInputsHaveThem") {
  const Bytes listed = stored_frame({"one", "two"}, true), single = stored_frame({"three"}, true);
  const auto hashes_of = [](const Bytes& data) {
    MemoryFile file(data);
    std::size_t hashes = 0;
    for (const ListedFrame& frame : directory_table(file).frames) hashes += frame.hashes.size();
    return hashes;
  };
  CHECK(hashes_of(joined_files({listed, single, listed})) == 5);
  CHECK(hashes_of(joined_files({listed, stored_frame({"three"})})) == 0);
  // Directories that tell of the file otherwise than it is tell nothing.
  const Bytes bare = stored_frame({"one", "two"});
  const Bytes other = stored_frame({"three"}, true);
  const Bytes false_directory(
      other.begin() + static_cast<std::ptrdiff_t>(stored_frame({"three"}).size()), other.end());
  CHECK(hashes_of(joined_files({joined_bytes({bare, false_directory})})) == 0);
}

TEST_CASE("Join.KeepsOtherMetadataAndDropsDirectories") {
  const Bytes listed = stored_frame({"one", "two"}, true), bare = stored_frame({"one", "two"});
  const Bytes joined = joined_files({joined_bytes({application(), listed, application()}), listed});
  const Bytes copied = joined_bytes({application(), bare, application(), bare});
  REQUIRE(joined.size() > copied.size());
  CHECK(std::equal(copied.begin(), copied.end(), joined.begin()));
  CHECK(joined_files({joined}) == joined);
}

TEST_CASE("Join.WritesNothingIfAnInputIsBad") {
  const Bytes good = stored_frame({"one", "two"});
  Bytes cut = good;
  cut.pop_back();
  for (const auto& [bad, code] : {std::pair{to_bytes("text"), ErrorCode::kNotAFrame},
                                  {Bytes{}, ErrorCode::kTruncated},
                                  {application(), ErrorCode::kTruncated},
                                  {cut, ErrorCode::kTruncated},
                                  {joined_bytes({good, Bytes{0}}), ErrorCode::kCorrupt}}) {
    MemoryFile first(good), second(bad);
    MemoryWriter out;
    std::size_t asked = 0;
    CHECK(error_code([&] {
            join(
                2,
                [&](std::size_t i) -> SeekableReader& {
                  asked = i;
                  return i == 0 ? first : second;
                },
                out);
          }) == value(code));
    CHECK(asked == 1);
    CHECK(out.out.empty());
  }
  CHECK(error_code([] { joined_files({}); }) == value(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace nnzip
