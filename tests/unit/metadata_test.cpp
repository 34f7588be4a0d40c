// SPDX-License-Identifier: Apache-2.0
// Metadata frames and what they hold, and frames of content between them.
#include <catch2/catch.hpp>

#include "container/container_reader.h"
#include "container/container_writer.h"
#include "container/metadata_payloads.h"
#include "container/tail_reader.h"
#include "unit/directory_files.h"
#include "unit/format_examples.h"

namespace nnzip {
namespace {

using test::error_code;
using test::error_text;
using test::joined_bytes;
using test::MemoryFile;
using test::MemoryReader;
using test::MemoryWriter;
using test::metadata_frame;
using test::stored_frame;
using test::to_bytes;
using test::value;

Bytes decompressed(const Bytes& file, std::size_t piece = SIZE_MAX) {
  MemoryReader in(file, piece);
  MemoryWriter out;
  decompress(in, out);
  return out.out;
}

TEST_CASE("Metadata.AgreesWithTheExamplesOfTheFormat") {
  const auto examples = test::format_examples("metadata");
  REQUIRE(examples.size() == 4);
  MemoryWriter file;
  ContainerWriter writer(file, true);
  writer.begin({true, {}});
  BlockHeader header;
  header.kind = BlockKind::kStored;
  for (const auto part : {"nn", "zip"}) writer.block(header, to_bytes(part), to_bytes(part));
  writer.end();
  const Bytes directory = test::joined(examples[0]);
  REQUIRE(file.out.size() > directory.size());
  CHECK(Bytes(file.out.end() - static_cast<std::ptrdiff_t>(directory.size()), file.out.end()) ==
        directory);
  CHECK(decompressed(file.out) == to_bytes("nnzip"));

  const Names names{{{"a/b", 0, 2}, {"c", 2, 300}}};
  CHECK(metadata_frame(MetadataType::kNames, write_names(names)) == test::joined(examples[1]));
  CHECK(metadata_frame(MetadataType::kPart, write_part({2, 3, 1000, 7})) ==
        test::joined(examples[2]));
  const ApplicationData data{to_bytes("note")};
  CHECK(metadata_frame(MetadataType::kApplication, write_application_data(data)) ==
        test::joined(examples[3]));
}

TEST_CASE("Metadata.PayloadsComeBack") {
  const Names names{{{"x", 0, 0}, {std::string(65535, '\xFF'), 5, (std::uint64_t{1} << 63) - 6}}};
  CHECK(read_names(write_names(names)) == names);
  CHECK(read_names(write_names({})) == Names{});
  const Part part{7, 7, UINT64_MAX, UINT64_MAX};
  CHECK(read_part(write_part(part)) == part);
  const ApplicationData data{test::Random(1).bytes(kMaxApplicationBytes)};
  CHECK((read_application_data(write_application_data(data)) == data));
}

// The two numbers of a part and so many zeros behind them.
Bytes part_bytes(std::uint8_t number, std::uint8_t count, std::size_t zeros) {
  Bytes bytes(2 + zeros);
  bytes[0] = number;
  bytes[1] = count;
  return bytes;
}

TEST_CASE("Metadata.PayloadsKeepTheirRules") {
  const int wrong = value(ErrorCode::kInvalidArgument), corrupt = value(ErrorCode::kCorrupt);
  CHECK(error_code([] { write_names({{{"", 0, 0}}}); }) == wrong);
  CHECK(error_code([] { write_names({{{std::string(65536, 'a'), 0, 0}}}); }) == wrong);
  CHECK(error_code([] { write_names({{{"a", std::uint64_t{1} << 63, 0}}}); }) == wrong);
  CHECK(error_code([] { write_names({{{"a", 1, (std::uint64_t{1} << 63) - 1}}}); }) == wrong);
  CHECK(error_code([] { write_part({0, 1, 0, 0}); }) == wrong);
  CHECK(error_code([] { write_part({2, 1, 0, 0}); }) == wrong);
  const Bytes large(kMaxApplicationBytes + 1);
  CHECK(error_code([&] { write_application_data({large}); }) == wrong);
  CHECK(error_code([&] { read_application_data(large); }) == corrupt);
  for (const Bytes& bad :
       {Bytes{}, Bytes{1}, Bytes{1, 0, 0, 0}, Bytes{1, 2, 'a', 0, 0}, Bytes{0, 0},
        Bytes{2, 1, 'a', 0, 0}, Bytes{1, 0x81, 0, 'a', 0, 0},
        Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 'a', 0, 0}}) {
    CAPTURE(bad);
    CHECK(error_code([&] { read_names(bad); }) == corrupt);
  }
  for (const Bytes& bad :
       {part_bytes(1, 1, 15), part_bytes(0, 1, 16), part_bytes(2, 1, 16), part_bytes(1, 1, 17)}) {
    CAPTURE(bad);
    CHECK(error_code([&] { read_part(bad); }) == corrupt);
  }
}

// Metadata of all known types and one that is not, with a payload of more than a buffer.
std::vector<Bytes> some_metadata() {
  return {metadata_frame(MetadataType::kNames, write_names({{{"a", 0, 1}}})),
          metadata_frame(MetadataType::kPart, write_part({1, 2, 0, 0})),
          metadata_frame(MetadataType::kApplication, to_bytes("note")),
          metadata_frame(static_cast<MetadataType>(200), test::Random(2).bytes(200'000)),
          metadata_frame(static_cast<MetadataType>(0), {})};
}

TEST_CASE("Metadata.StandsBeforeBetweenAndAfterFrames") {
  const auto metadata = some_metadata();
  const Bytes file = joined_bytes({metadata[0], metadata[1], stored_frame({"one", "and"}),
                                   metadata[2], stored_frame({}), metadata[3],
                                   stored_frame({"two"}), metadata[4], metadata[1]});
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
    CHECK(decompressed(file, piece) == to_bytes("oneandtwo"));
  }
  MemoryReader in(file);
  std::vector<MetadataInfo> seen;
  const auto frames = list_frames(in, {}, {}, [&](const MetadataInfo& m) { seen.push_back(m); });
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].coded_bytes == stored_frame({"one", "and"}).size());
  CHECK(frames[2].coded_bytes == stored_frame({"two"}).size());
  REQUIRE(seen.size() == 6);
  const char* const names[] = {"names", "part", "application", "unknown", "unknown", "part"};
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i].name == names[i]);
  CHECK(seen[0].offset == 0);
  CHECK(seen[1].offset == metadata[0].size());
  CHECK(seen[3].type == 200);
  CHECK(seen[3].bytes == metadata[3].size());
  CHECK(seen[5].offset + seen[5].bytes == file.size());
}

TEST_CASE("Metadata.AloneIsNoFile") {
  for (const Bytes& file : {some_metadata()[0], joined_bytes(some_metadata())}) {
    MemoryReader in(file);
    MemoryWriter out;
    const std::string text = error_text([&] { decompress(in, out); });
    CHECK_THAT(text, Catch::Contains("metadata alone"));
    MemoryFile seekable(file);
    CHECK(error_code([&] { list_frames(seekable); }) == value(ErrorCode::kTruncated));
    MemoryFile again(file);
    CHECK(error_code([&] { decompress_range(again, out, 0, 1); }) == value(ErrorCode::kTruncated));
  }
}

TEST_CASE("Metadata.ErrorsTellItsPlace") {
  const Bytes first = stored_frame({"one"});
  Bytes metadata = some_metadata()[2];
  metadata[8] ^= 1;
  const Bytes file = joined_bytes({first, metadata, stored_frame({"two"})});
  MemoryReader in(file);
  MemoryWriter out;
  const std::string text = error_text([&] { decompress(in, out); });
  CHECK_THAT(text,
             Catch::Contains("metadata before frame 2 (at byte ") && Catch::Contains("checksum"));
  CHECK(out.out == to_bytes("one"));
  const Bytes garbage = joined_bytes({some_metadata()[0], to_bytes("x")});
  CHECK_THAT(error_text([&] { decompressed(garbage); }), Catch::Contains("garbage"));
}

TEST_CASE("Metadata.IsFoundFromTheEnd") {
  const auto metadata = some_metadata();
  const Bytes frame = stored_frame({"one"});
  Bytes file = frame;
  for (const Bytes& each : metadata) file = joined_bytes({file, each});
  MemoryFile in(file);
  TailReader tail(in);
  std::uint64_t end = file.size();
  const std::uint8_t types[] = {0, 200, 4, 3, 2};
  for (const std::uint8_t type : types) {
    const auto found = find_metadata_frame(tail, end);
    REQUIRE(found);
    CHECK(found->type == type);
    end -= found->bytes;
    CHECK(found->offset == end);
    if (type == 4) CHECK(Bytes(found->payload.begin(), found->payload.end()) == to_bytes("note"));
  }
  CHECK(end == frame.size());
  CHECK(!find_metadata_frame(tail, end));
  for (std::uint64_t other = 0; other < file.size(); other += other < 300 ? 1 : 997) {
    if (other == frame.size() + metadata[0].size()) continue;
    const bool ends_one =
        other == frame.size() + metadata[0].size() + metadata[1].size() ||
        other == file.size() - metadata[4].size() ||
        other == frame.size() + metadata[0].size() + metadata[1].size() + metadata[2].size();
    CAPTURE(other);
    CHECK(find_metadata_frame(tail, other).has_value() == ends_one);
  }
}

}  // namespace
}  // namespace nnzip
