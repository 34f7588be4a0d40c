// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "codec/block_source.h"
#include "container/span_reader.h"
#include "detect/sniff.h"
#include "jpeg/jpeg_coder.h"
#include "jpeg/jpeg_file.h"
#include "unit/jpeg_round_trip.h"
#include "unit/jpeg_samples.h"

namespace nnzip {
namespace {

using test::jpeg_comes_back;
using test::JpegMaker;
using test::operator+;
using Factors = std::vector<std::pair<int, int>>;

constexpr std::size_t kBlocks = test::kMostJpegBlocks;
const Factors kColour = {{2, 2}, {1, 1}, {1, 1}};

std::vector<SourceBlock> blocks_of(const Bytes& content) {
  SpanReader in(content);
  BlockSource source(in, std::size_t{1} << 20);
  std::vector<SourceBlock> blocks;
  Bytes all;
  while (auto block = source.next()) {
    all = all + block->content;
    blocks.push_back(std::move(*block));
  }
  REQUIRE(all == content);
  return blocks;
}

std::string forms_of(const Bytes& content) {
  std::string text;
  for (const SourceBlock& block : blocks_of(content)) {
    text += std::string(name_of(block.segment.layout.form)) + ' ' +
            std::to_string(block.content.size()) + ' ';
  }
  return text;
}

TEST_CASE("Jpeg.ComesBackWhateverItsShape") {
  for (const Factors& factors : test::jpeg_factors()) {
    for (const auto& [width, height] :
         std::vector<std::pair<int, int>>{{1, 1}, {8, 8}, {9, 16}, {17, 33}, {100, 40}}) {
      INFO(factors.size() << " components, " << width << " x " << height);
      JpegMaker maker(width, height, factors);
      CHECK(jpeg_comes_back(maker.file()));
      maker.restart_interval = 3;
      CHECK(jpeg_comes_back(maker.file()));
      maker.padding = 0;
      CHECK(jpeg_comes_back(maker.file()));
    }
  }
}

TEST_CASE("Jpeg.FindsTheCoefficients") {
  const JpegMaker maker(40, 24, kColour);
  const auto file = jpeg::open_jpeg(maker.file());
  REQUIRE(file);
  const auto& parts = file->headers.frame().components;
  REQUIRE(parts.size() == maker.components.size());
  for (std::size_t c = 0; c < parts.size(); ++c) {
    REQUIRE(parts[c].width == maker.components[c].across);
    for (std::size_t i = 0; i < maker.components[c].blocks.size(); ++i) {
      const auto& block = maker.components[c].blocks[i];
      const auto begin = file->coefficients.begin() +
                         static_cast<std::ptrdiff_t>((parts[c].first + i) * jpeg::kBlock);
      REQUIRE(std::equal(block.begin(), block.end(), begin));
    }
  }
}

TEST_CASE("Jpeg.BecomesSmaller") {
  const Bytes file = JpegMaker(400, 300, kColour).file();
  const auto coded = encode_jpeg(file, kBlocks);
  REQUIRE(coded);
  CHECK(coded->size() < file.size() * 9 / 10);
}

TEST_CASE("Jpeg.RefusesWhatItWouldNotMakeAgain") {
  const JpegMaker maker(64, 48, kColour);
  const Bytes good = maker.file();
  REQUIRE(jpeg_comes_back(good));
  CHECK_FALSE(jpeg_comes_back({}));
  CHECK_FALSE(jpeg_comes_back(good + Bytes{0}));  // trailing data
  CHECK_FALSE(jpeg_comes_back(good + Bytes(good.begin(), good.begin() + 100)));
  CHECK_FALSE(encode_jpeg(good, 1));         // more blocks than stated
  CHECK_FALSE(encode_jpeg(good + good, 2));  // the same of both
  const auto changed = [&](std::size_t marker, std::uint8_t from, std::uint8_t to) {
    Bytes file = good;
    for (std::size_t i = 0; i + 1 < file.size(); ++i) {
      if (file[i] == 0xFF && file[i + 1] == marker && from == marker) {
        file[i + 1] = to;
        return file;
      }
    }
    FAIL("no such marker");
    return file;
  };
  CHECK_FALSE(jpeg_comes_back(changed(0xC0, 0xC0, 0xC9)));  // arithmetic coding
  CHECK_FALSE(jpeg_comes_back(changed(0xC0, 0xC0, 0xCA)));  // the same, progressive
  Bytes deep = changed(0xC0, 0xC0, 0xC1);
  const auto frame = std::ranges::search(deep, std::array{0xFF, 0xC1}).begin();
  REQUIRE(frame[4] == 8);
  frame[4] = 12;
  CHECK_FALSE(jpeg_comes_back(deep));                       // 12 bits
  CHECK_FALSE(jpeg_comes_back(changed(0xC0, 0xC0, 0xC3)));  // lossless
  CHECK_FALSE(jpeg_comes_back(changed(0xDB, 0xDB, 0xE5)));  // no quantiser
  CHECK_FALSE(jpeg_comes_back(changed(0xC4, 0xC4, 0xE5)));  // no Huffman table
  CHECK(jpeg_comes_back(changed(0xC0, 0xC0, 0xC1)));        // extended, of 8 bits
}

TEST_CASE("Jpeg.SeveralFilesLearnFromEachOther") {
  const Bytes file = JpegMaker(100, 80, kColour).file(), grey = JpegMaker(33, 70, {{1, 1}}).file();
  CHECK(jpeg_comes_back(file + grey + file + grey));
  const std::size_t one = encode_jpeg(file, kBlocks).value().size();
  CHECK(encode_jpeg(file + file, kBlocks).value().size() < 2 * one - 200);
  CHECK(is_whole_jpeg(file));
  CHECK_FALSE(is_whole_jpeg(file + file));
  CHECK_FALSE(is_whole_jpeg(Bytes(file.begin(), file.end() - 2)));
  const Bytes small = JpegMaker(8, 8, {{1, 1}}).file();
  Bytes many;
  for (std::size_t i = 0; i < kMaxJpegFiles; ++i) many = std::move(many) + small;
  CHECK(jpeg_comes_back(many));
  CHECK_FALSE(jpeg_comes_back(many + small));
}

TEST_CASE("Jpeg.ACutFileCostsWhatIsThere") {
  for (const int interval : {0, 7}) {
    JpegMaker maker(200, 160, kColour);
    maker.restart_interval = interval;
    const Bytes file = maker.file();
    const std::size_t whole = encode_jpeg(file, kBlocks).value().size();
    int taken = 0;
    for (std::size_t at = file.size() / 3; at < file.size(); at += 1 + file.size() / 50) {
      const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(at));
      CHECK(jpeg_comes_back(file + cut) == jpeg_comes_back(cut));
      if (!jpeg_comes_back(cut)) continue;
      ++taken;
      CHECK(encode_jpeg(cut, kBlocks).value().size() < whole * at / file.size() + 300);
    }
    CHECK(taken > 20);
    CHECK(jpeg_comes_back(Bytes(file.begin(), file.end() - 2)));  // no EOI
    CHECK(jpeg_comes_back(Bytes(file.begin(), file.end() - 1)));
    Bytes damaged = file;
    std::fill_n(damaged.end() - 500, 200, std::uint8_t{0xFF});
    CHECK(jpeg_comes_back(damaged));
    CHECK_FALSE(jpeg_comes_back(damaged + file));
  }
}

// Each is refused or comes back, and so does what is cut anywhere.
TEST_CASE("Jpeg.TakesDamageForWhatItIs") {
  JpegMaker maker(50, 40, kColour);
  maker.restart_interval = 4;
  const Bytes good = maker.file();
  test::Random random(7);
  int taken = 0;
  for (std::size_t at = 2; at < good.size(); at += 1 + at / 200) {
    Bytes damaged = good;
    damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ (random.bytes(1)[0] | 1));
    taken += jpeg_comes_back(damaged) ? 1 : 0;
    jpeg_comes_back(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at)));
  }
  CHECK(taken > 0);  // other quantisers, for one
}

TEST_CASE("Jpeg.DecodesDamageWithinBounds") {
  const Bytes file = JpegMaker(50, 40, kColour).file();
  const Bytes good = encode_jpeg(file, kBlocks).value();
  test::Random random(9);
  Bytes content(file.size());
  for (std::size_t at = 0; at < good.size(); at += 1 + at / 100) {
    Bytes damaged = good;
    damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ (random.bytes(1)[0] | 1));
    const bool decoded = decode_jpeg(damaged, kBlocks, content);
    CHECK_FALSE((decoded && content == file));
    decode_jpeg(std::span(good).first(at), kBlocks, content);
    decode_jpeg(random.bytes(at), kBlocks, content);
  }
  CHECK_FALSE(decode_jpeg(good, 1, content));
  Bytes longer(file.size() + 1), shorter(file.size() - 1);
  CHECK_FALSE(decode_jpeg(good, kBlocks, longer));
  CHECK_FALSE(decode_jpeg(good, kBlocks, shorter));
}

TEST_CASE("Jpeg.IsFoundFromSoiToEoi") {
  const Bytes file = JpegMaker(160, 120, kColour).file();
  REQUIRE(file.size() > 4096);
  const std::string one = "jpeg " + std::to_string(file.size()) + ' ';
  CHECK(forms_of(file) == one);
  CHECK(forms_of(file + file) == one + one);
  CHECK(forms_of(file + Bytes(100, 'x')) == one + "bytes 100 ");
  CHECK(forms_of(Bytes(500, 'x') + file) == "bytes 500 " + one);
  // A thumbnail in a segment is no end.
  JpegMaker outer(160, 120, kColour);
  const Bytes small = JpegMaker(16, 16, kColour).file();
  outer.before_frame = test::FileMaker().text("\xFF\xE1").big(2 + small.size(), 2).data(small);
  const Bytes whole = outer.file();
  CHECK(forms_of(whole) == "jpeg " + std::to_string(whole.size()) + ' ');
  // Without an end it is one that is cut, if nothing follows.
  const Bytes cut(file.begin(), file.end() - 300);
  CHECK(forms_of(cut) == "jpeg " + std::to_string(cut.size()) + ' ');
  CHECK(forms_of(Bytes(500, 'x') + cut) == "bytes 500 jpeg " + std::to_string(cut.size()) + ' ');
  CHECK(forms_of(cut + Bytes{0xFF, 'x'} + Bytes(9000, 'x')).find("jpeg") == std::string::npos);
  const Bytes headers(file.begin(), file.begin() + 300);
  CHECK(forms_of(headers) == "bytes 300 ");
}

TEST_CASE("Jpeg.IsFoundWhereItIsLongerThanAWindow") {
  JpegMaker maker(2200, 1600, kColour);
  const Bytes file = maker.file();
  REQUIRE(file.size() > std::size_t{1} << 20);  // of blocks_of
  const std::string one = "jpeg " + std::to_string(file.size()) + ' ';
  CHECK(forms_of(Bytes(2000, 'x') + file + Bytes(50, 'y')) == "bytes 2000 " + one + "bytes 50 ");
  const Bytes cut(file.begin(), file.end() - 100);
  CHECK(forms_of(cut) == "jpeg " + std::to_string(cut.size()) + ' ');
}

TEST_CASE("Jpeg.SnifferStatesTheBlocks") {
  for (const Factors& factors : test::jpeg_factors()) {
    const Bytes file = JpegMaker(300, 200, factors).file();
    const auto found = sniff_jpeg_file(HeaderView(file));
    REQUIRE(found);
    CHECK(found->bytes == file.size());
    const auto opened = jpeg::open_jpeg(file);
    REQUIRE(opened);
    CHECK(found->layout.stride == (opened->headers.frame().blocks + 1023) / 1024);
    CHECK(found->layout.is_valid());
  }
  Bytes file = JpegMaker(300, 200, kColour).file();
  for (std::size_t i = 0; i + 1 < file.size(); ++i) {
    if (file[i] == 0xFF && file[i + 1] == 0xC0) {
      file[i + 5] = file[i + 7] = 0xFF;  // more blocks than the format has
      break;
    }
  }
  CHECK_FALSE(sniff_jpeg_file(HeaderView(file)));
}

}  // namespace
}  // namespace nnzip
