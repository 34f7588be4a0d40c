// SPDX-License-Identifier: Apache-2.0
// JPEG files inside other content: found whatever their length, and coded together.
#include "unwrap/wrap_jpeg.h"

#include <catch2/catch.hpp>

#include "unit/directory_files.h"
#include "unit/jpeg_samples.h"
#include "unit/tiny_models.h"
#include "unit/wrapped_files.h"
#include "unit/wrapper_demands.h"
#include "unwrap/wrappers.h"

namespace nnzip {
namespace {

using test::JpegMaker;
using test::kMaxOpened;
using test::operator+;
using test::prose;

const std::vector<std::pair<int, int>> kColour = {{2, 2}, {1, 1}, {1, 1}};

Bytes picture(int width, int height, std::uint32_t seed = 1) {
  return JpegMaker(width, height, kColour, seed).file();
}

// With a zlib stream in a segment in front of the frame.
Bytes picture_with_profile(int width, int height) {
  JpegMaker maker(width, height, kColour);
  const Bytes text = prose(5000), stream = test::zlib_deflate(text, {});
  maker.before_frame = test::FileMaker()
                           .text("\xFF\xE2")
                           .big(2 + 2 + stream.size() + 4, 2)
                           .big(0x789C, 2)
                           .data(stream)
                           .big(::adler32(1, text.data(), static_cast<uInt>(text.size())), 4);
  return maker.file();
}

Bytes damaged_scan(Bytes file) {
  std::fill_n(file.begin() + std::ptrdiff_t(file.size() / 2), 64, std::uint8_t{0xFE});
  return file;
}

Options without_model() {
  Options options;
  options.model = "none";
  return options;
}

// The coding of each block, or its form if that is JPEG, those within groups in brackets.
std::string described(const std::vector<BlockInfo>& blocks) {
  std::string text;
  for (const BlockInfo& block : blocks) {
    text += block.form == "jpeg" ? block.form : block.coding;
    if (!block.inner.empty()) text += "[ " + described(block.inner) + "]";
    text += ' ';
  }
  return text;
}

std::string blocks_of(const Bytes& content) {
  const Bytes packed = compress(content, without_model());
  CHECK((decompress(packed) == content));
  test::MemoryReader in(packed), pieces(content, 997);
  test::MemoryWriter again;
  compress(pieces, again, without_model());
  CHECK((again.out == packed));
  std::vector<BlockInfo> blocks;
  list_frames(in, {}, [&](std::size_t, const BlockInfo& block) { blocks.push_back(block); });
  return described(blocks);
}

// Offsets and bytes of what is found.
std::vector<std::pair<std::size_t, std::size_t>> found_in(const Bytes& content) {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  for (const FoundStretch& found : find_wrapped(content, kMaxOpened))
    all.emplace_back(found.offset, found.bytes);
  return all;
}

TEST_CASE("WrapJpeg.ClosesToTheSameBytes") {
  const Bytes content =
      prose(300) + picture(40, 40) + picture(100, 30) + prose(50) + picture(8, 8) + picture(64, 64);
  const auto all = test::demand_exact(kJpegWrapper, content);
  REQUIRE(all.size() == 3);  // one is too short
  for (const Opened& opened : all) {
    CHECK(opened.side.empty());
    CHECK(opened.parts.at(0).layout->form == Form::kJpeg);
    test::demand_harmless(kJpegWrapper, opened, 10000);
    Opened other = opened;
    other.side = {0};
    Bytes closed;
    CHECK_FALSE(test::close_opened(kJpegWrapper, other, 10000, closed));
  }
}

TEST_CASE("WrapJpeg.TellsWhatIsNotWhole") {
  const Bytes file = picture(600, 600);
  REQUIRE(file.size() > 2 * kUnfinished);
  const auto find = [&](std::size_t bytes) {
    return kJpegWrapper.find(std::span(file).first(bytes), kMaxOpened);
  };
  REQUIRE(find(kUnfinished + 1).size() == 1);
  CHECK_FALSE(find(kUnfinished + 1)[0].whole);
  CHECK(find(kUnfinished - 1).empty());
  CHECK(find(file.size()).at(0).whole);
  CHECK(kJpegWrapper.find(file, file.size() - 1).empty());
  CHECK_FALSE(kJpegWrapper.open(std::span(file).first(40000), find(40000)[0], kMaxOpened));
}

TEST_CASE("WrapJpeg.NothingBeginsWithinAFile") {
  const Bytes file = picture_with_profile(200, 200), text = prose(2000);
  CHECK(found_in(text + file) ==
        std::vector<std::pair<std::size_t, std::size_t>>{{text.size(), file.size()}});
  // But what began before goes on.
  const Bytes wrapped = test::gzip_file(picture(64, 64), {0});
  REQUIRE(found_in(wrapped).size() == 1);
  CHECK(found_in(wrapped)[0].first == 10);
}

TEST_CASE("WrapJpeg.SmallFilesBetweenTextAreCodedTogether") {
  Bytes content;
  const Bytes text = prose(20000);
  for (std::uint32_t i = 0; i < 6; ++i) {
    const auto begin = text.begin() + 3000 * std::ptrdiff_t{i};
    content =
        content + Bytes(begin, begin + 3000) + picture(40 + 8 * static_cast<int>(i), 40, i + 1);
  }
  CHECK(blocks_of(content) == "group[ contexts jpeg ] ");
  Options closed = without_model();
  closed.unwrap = false;
  CHECK(compress(content, without_model()).size() < compress(content, closed).size() * 95 / 100);
}

TEST_CASE("WrapJpeg.StoredInAZipAmongOthers") {
  test::FileMaker file;
  const auto add = [&](const Bytes& member, bool stored) {
    const Bytes data = stored ? member : test::zlib_deflate(member, {});
    file.text("PK\x03\x04").little(20, 2).zeros(2).little(stored ? 0 : 8, 2).zeros(4);
    file.little(::crc32(0, member.data(), static_cast<uInt>(member.size())), 4);
    file.little(data.size(), 4).little(member.size(), 4).little(4, 2).zeros(2).text("name");
    file.data(data);
  };
  add(prose(9000), false);
  add(picture(50, 50), true);
  add(picture_with_profile(90, 90), true);
  add(prose(4000), false);
  add(picture(60, 60), false);
  add(picture(60, 60, 2), false);
  CHECK(blocks_of(file) == "group[ contexts group[ contexts jpeg ] jpeg ] ");
}

TEST_CASE("WrapJpeg.OneAloneIsABlock") {
  const Bytes file = picture_with_profile(200, 200);
  REQUIRE(file.size() > 8192);
  CHECK(blocks_of(file) == "jpeg ");
  CHECK(blocks_of(prose(3000) + file + prose(3000)) == "contexts jpeg contexts ");
  const Bytes big = picture(700, 600);
  REQUIRE(big.size() > std::size_t{128} << 10);
  CHECK(blocks_of(big + picture(600, 700)) == "jpeg jpeg ");
}

TEST_CASE("WrapJpeg.WhatCannotBeTakenApartStaysWhereItIs") {
  const Bytes good = picture(60, 60), bad = damaged_scan(picture(60, 60, 2));
  CHECK(blocks_of(prose(3000) + good + prose(500) + bad + prose(500) + good) ==
        "group[ contexts jpeg ] ");
  CHECK(blocks_of(prose(3000) + bad + prose(500) + bad) == "contexts ");
}

TEST_CASE("WrapJpeg.MoreThanABlockTakes") {
  Bytes content;
  for (std::uint32_t i = 0; i < 300; ++i) content = std::move(content) + picture(40, 40, i + 1);
  CHECK(blocks_of(content) == "group[ contexts jpeg jpeg ] ");
}

}  // namespace
}  // namespace nnzip
