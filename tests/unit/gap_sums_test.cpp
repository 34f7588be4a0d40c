// SPDX-License-Identifier: Apache-2.0
// What headers and trailers state of streams is computed, and what they state wrongly is kept.
#include "unwrap/gap_sums.h"

#include <catch2/catch.hpp>

#include "unit/png_samples.h"
#include "unit/wrapped_files.h"
#include "unwrap/find.h"
#include "unwrap/group.h"

namespace nnzip::test {
namespace {

constexpr std::size_t kMost = std::size_t{1} << 24;

// The deflate streams of the content, and what they hold.
struct Opened {
  std::vector<Bytes> contents;
  std::vector<SummedStretch> stretches;
};

Opened opened_streams(const Bytes& file, const std::vector<Bytes>& contents) {
  Opened opened{contents, {}};
  const auto found = find_deflate(file, kMost);
  REQUIRE(found.size() == contents.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Piece& piece = found[i].pieces.front();
    opened.stretches.push_back({piece.offset, piece.bytes, true, opened.contents[i]});
  }
  return opened;
}

// The file with zeros where its sums and sizes were. Masked again it is as before.
Bytes masked(const Bytes& file, const std::vector<Bytes>& contents) {
  const Opened opened = opened_streams(file, contents);
  Bytes content = file;
  mask_sums(content, opened.stretches);
  Bytes again = content;
  mask_sums(again, opened.stretches);
  CHECK((again == file));
  return content;
}

bool is_zero(const Bytes& content, std::size_t at, std::size_t bytes) {
  REQUIRE(content.size() >= at + bytes);
  return std::all_of(content.begin() + std::ptrdiff_t(at),
                     content.begin() + std::ptrdiff_t(at + bytes),
                     [](std::uint8_t byte) { return byte == 0; });
}

std::uint32_t sum_of(const Bytes& content) { return crc32(std::span(content)); }

// A zip archive with its directory; the second member is stored, sums follow the third.
struct Archive {
  Bytes file;
  std::vector<std::size_t> sums;     // where the twelve bytes of sums stand
  std::vector<std::size_t> offsets;  // where the directory has those of local headers
};

Archive archive_of(const std::vector<Bytes>& members) {
  Archive archive;
  FileMaker file, directory;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const bool stored = i == 1, follows = i == 2;
    const Bytes stream = stored ? members[i] : zlib_deflate(members[i], {});
    const std::string name = "member" + std::to_string(10 + i);
    FileMaker sums;
    sums.little(sum_of(members[i]), 4).little(stream.size(), 4).little(members[i].size(), 4);
    const std::size_t at = file.size();
    file.text("PK\x03\x04").little(20, 2).little(follows ? 8 : 0, 2).little(stored ? 0 : 8, 2);
    file.zeros(4);
    if (!follows && !stored) archive.sums.push_back(file.size());
    file.data(follows ? Bytes(12) : Bytes(sums)).little(name.size(), 2).zeros(2).text(name);
    file.data(stream);
    if (follows) archive.sums.push_back(file.text("PK\x07\x08").size());
    if (follows) file.data(sums);
    directory.text("PK\x01\x02").zeros(12);
    archive.offsets.push_back(directory.data(sums).little(name.size(), 2).zeros(12).size());
    directory.little(at, 4).text(name);
  }
  for (std::size_t& at : archive.offsets) {
    at += file.size();
    archive.sums.push_back(at - 26);
  }
  archive.file = file.data(directory).text("PK\x05\x06").zeros(18);
  return archive;
}

}  // namespace

TEST_CASE("GapSums.OfGzip") {
  const Bytes text = prose(5000);
  Bytes file = to_bytes("before") + gzip_file(text) + to_bytes("behind");
  const Bytes content = masked(file, {text});
  const std::size_t at = file.size() - 6 - 8;
  CHECK(is_zero(content, at, 8));
  CHECK(std::equal(content.begin(), content.begin() + std::ptrdiff_t(at), file.begin()));
  CHECK(std::equal(content.end() - 6, content.end(), file.end() - 6));
  file[at] ^= 1;
  CHECK(masked(file, {text})[at] == 1);
}

TEST_CASE("GapSums.OfGzipWithNamesAndExtras") {
  const Bytes text = prose(5000);
  FileMaker file;
  file.text("\x1F\x8B\x08").little(4 + 8 + 16 + 2, 1).zeros(6).little(3, 2).text("abc");
  file.text("name").zeros(1).text("comment").zeros(1).zeros(2).data(zlib_deflate(text, {}));
  const std::size_t at = file.size();
  CHECK(is_zero(masked(file.little(sum_of(text), 4).little(text.size(), 4), {text}), at, 8));
}

TEST_CASE("GapSums.OfZlib") {
  const Bytes text = prose(5000);
  FileMaker file;
  file.big(0x789C, 2).data(zlib_deflate(text, {})).big(nnzip::adler32(text), 4);
  CHECK(is_zero(masked(file, {text}), file.size() - 4, 4));
}

TEST_CASE("GapSums.OfZip") {
  const std::vector<Bytes> members{prose(3000), Random(5).bytes(300), mixture(8000), prose(900)};
  const Archive archive = archive_of(members);
  const Bytes content = masked(archive.file, {members[0], members[2], members[3]});
  REQUIRE(archive.sums.size() == 3 + 4);
  for (const std::size_t at : archive.sums) CHECK(is_zero(content, at, 12));
  REQUIRE(archive.offsets.size() == 4);
  for (const std::size_t at : archive.offsets) CHECK(is_zero(content, at, 4));
}

TEST_CASE("GapSums.OfPngChunks") {
  PngSettings settings;
  settings.before = "Comment and its text";
  Bytes file = png_file(settings, png_rows(settings));
  const std::size_t header = 8 + 8 + 13, text = header + 4 + 8 + settings.before.size();
  file = file + Bytes(24);
  const auto group =
      open_group(file, find_wrapped(file, kMost), {kMost, kMost},
                 [](std::size_t, const std::function<void(std::size_t)>& task) { task(0); });
  REQUIRE(group);
  Bytes content = file;
  mask_sums(content, {});
  CHECK(is_zero(content, header, 4));
  CHECK(is_zero(content, text, 4));
  CHECK(is_zero(content, file.size() - 24 - 4, 4));
  CHECK(is_zero(content, file.size() - 24, 24));
  mask_sums(content, {});
  CHECK((content == file));
}

// Headers of all kinds among noise, at whose ends stretches are said to be.
TEST_CASE("GapSums.DamagedHeadersAreHarmless") {
  const Bytes text = prose(500);
  const Archive archive = archive_of({text, text, text});
  PngSettings settings;
  const Bytes base = archive.file + gzip_file(text) + png_file(settings, png_rows(settings));
  Random random(3);
  int same = 0;
  for (int i = 0; i < 2000; ++i) {
    Bytes content = base;
    const Bytes choices = random.bytes(12);
    for (std::size_t j = 0; j < 4; ++j)
      content[(choices[j] * 256U + choices[j + 4]) % content.size()] ^= choices[j + 8];
    const std::size_t at = (choices[0] * 31U + choices[1]) % (content.size() / 2);
    const SummedStretch stretches[] = {{at, choices[2], true, text},
                                       {at + choices[2] + choices[3], 40, true, text}};
    Bytes changed = content;
    mask_sums(changed, stretches);
    REQUIRE(changed.size() == content.size());
    CHECK(std::equal(changed.begin() + std::ptrdiff_t(at),
                     changed.begin() + std::ptrdiff_t(at + choices[2]),
                     content.begin() + std::ptrdiff_t(at)));
    mask_sums(changed, stretches);
    same += changed == content ? 1 : 0;
  }
  CHECK(same > 1900);
}

TEST_CASE("GapSums.AGroupHoldsNoSums") {
  const Bytes text = prose(5000), file = gzip_file(text);
  const auto group =
      open_group(file, find_wrapped(file, kMost), {kMost, kMost},
                 [](std::size_t, const std::function<void(std::size_t)>& task) { task(0); });
  REQUIRE(group);
  const Bytes& opened = group->runs.at(0).content;
  CHECK(std::search(opened.begin(), opened.end(), file.end() - 8, file.end() - 4) == opened.end());
}

}  // namespace nnzip::test
