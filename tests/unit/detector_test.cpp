// SPDX-License-Identifier: Apache-2.0
#include "detect/detector.h"

#include <catch2/catch.hpp>

#include "detect/proposals.h"
#include "detect/statistics.h"
#include "unit/content_samples.h"

namespace nnzip {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

using test::FileMaker;
using test::operator+;
using test::Random;
using test::smooth;
using test::to_bytes;

// Whatever the detector says, its segments are the content, and none is too long.
std::vector<Segment> segments_of(const Bytes& content) {
  Detector detector(kBlockBytes);
  std::vector<Segment> segments;
  for (std::size_t at = 0; at < content.size();) {
    const auto window =
        std::span(content).subspan(at, std::min(detector.window_bytes(), content.size() - at));
    const Segment segment = detector.next(window);
    REQUIRE(segment.bytes > 0);
    REQUIRE(segment.bytes <= std::min(window.size(), kBlockBytes));
    REQUIRE(segment.layout.is_valid());
    at += segment.bytes;
    segments.push_back(segment);
  }
  return segments;
}

std::string shape(const std::vector<Segment>& segments) {
  std::string text;
  for (const Segment& segment : segments) {
    static constexpr char kForms[] = "bpsc";
    text += segment.compressed ? 'z' : kForms[static_cast<std::size_t>(segment.layout.form)];
    text += std::to_string(segment.bytes) + ' ';
  }
  return text;
}

std::string shape(const Bytes& content) { return shape(segments_of(content)); }

Bytes text(std::size_t size) {
  std::string words;
  for (int i = 0; words.size() < size; ++i)
    words += "line " + std::to_string(i * 7919 % 1000) + "\n";
  words.resize(size);
  return to_bytes(words);
}

Bytes gzip(std::size_t size) {
  return FileMaker().text("\x1F\x8B\x08").data(Random(3).bytes(size));
}

TEST_CASE("Statistics.CutsBetweenTextAndWhatIsNone") {
  constexpr std::size_t kLong = 80 << 10, kShort = 60 << 10, kPiece = 4 << 10;
  const auto text = [](std::size_t n) { return Bytes(n, 'a'); };
  const auto none = [](std::size_t n) { return Bytes(n, 1); };
  using test::operator+;
  CHECK(bytes_of_one_kind(text(kLong) + none(kLong)) == kLong);
  CHECK(bytes_of_one_kind(none(kLong) + text(kLong) + none(kLong)) == kLong);
  CHECK(bytes_of_one_kind(none(kPiece) + text(kLong) + none(kLong)) == kPiece + kLong);
  for (const Bytes& whole :
       {Bytes{}, text(5), text(kLong), none(kLong), text(kLong) + none(kShort),
        none(kShort) + text(kLong), text(kLong) + none(kPiece) + text(kLong)}) {
    CHECK(bytes_of_one_kind(whole) == whole.size());
  }
}

TEST_CASE("Detector.CutsAtHeaders") {
  CHECK(shape(text(5000)) == "b5000 ");
  CHECK(shape(test::wav(2, 16, smooth(8000, 2, true))) == "b44 s8000 ");
  CHECK(shape(test::wav(2, 16, smooth(8002, 2, true))) == "b44 s8000 b2 ");
  CHECK(shape(text(900) + test::bmp(100, 20, 24, Bytes(6000))) == "b954 p6000 ");
  CHECK(shape(test::elf(62, test::x86_code(70000))) == "b4096 c70000 b3000 ");
  const Bytes image = to_bytes("P6 100 50 255\n") + smooth(15000, 1, true);
  CHECK(shape(image + text(300) + image) == "b14 p15000 b314 p15000 ");
}

TEST_CASE("Detector.LeavesShortStretchesAlone") {
  CHECK(shape(test::wav(2, 16, smooth(4000, 2, true))) == "b4044 ");
  // What comes before would lose more than a short image gains.
  CHECK(shape(text(3000) + test::bmp(100, 20, 24, Bytes(6000))) == "b9054 ");
  CHECK(shape(test::elf(62, test::x86_code(20000))) == "b27096 ");
  CHECK(shape(gzip(30000)) == "b30003 ");
}

TEST_CASE("Detector.ClipsWhatIsNotThere") {
  Bytes cut = test::wav(2, 16, smooth(80000, 2, true));
  cut.resize(50000);
  CHECK(shape(cut) == "b44 s49956 ");
  Bytes lying = test::bmp(100, 20, 24, Bytes(6000));
  lying[22] = 200;  // rows
  CHECK(shape(lying) == "b54 p6000 ");
}

TEST_CASE("Detector.GoesOnOverBlocks") {
  const std::size_t rows = 3000, stride = 3000;
  const Bytes image = to_bytes("P6 1000 3000 255\n") + Bytes(rows * stride, 7);
  const std::size_t whole = kBlockBytes / stride * stride;
  CHECK(shape(image + text(100)) == "b17 p" + std::to_string(whole) + " p" + std::to_string(whole) +
                                        " p" + std::to_string(rows * stride - 2 * whole) +
                                        " b100 ");
  // A header that begins at the very end of a block, and samples beyond it.
  const std::size_t before = kBlockBytes - 10;
  const Bytes late = Bytes(before, 'x') + test::wav(1, 16, smooth(40000, 2, true));
  CHECK(shape(late) == "b" + std::to_string(kBlockBytes) + " b34 s40000 ");
}

TEST_CASE("Detector.FollowsWhatIsCompressed") {
  CHECK(shape(gzip(100000)) == "z100003 ");
  CHECK(shape(gzip(4 * kBlockBytes / 3)) ==
        "z4194304 z" + std::to_string(kBlockBytes / 3 + 3) + " ");
  // It ends with the last chunk that looks like noise.
  CHECK(shape(gzip(100000) + text(200000)) == "z98304 b201699 ");
  CHECK(shape(FileMaker().text("\x1F\x8B\x08").data(text(100000))) == "b100003 ");
  const Bytes zip = FileMaker()
                        .text("PK\x03\x04")
                        .little(20, 2)
                        .zeros(2)
                        .little(8, 2)
                        .zeros(8)
                        .little(50000, 4)
                        .zeros(4)
                        .little(3, 2)
                        .zeros(2)
                        .text("abc")
                        .data(Random(4).bytes(50000));
  CHECK(shape(zip + text(200)) == "b33 z50000 b200 ");
}

TEST_CASE("Detector.KnowsTheMembersOfArchives") {
  const Bytes packed = gzip(99997);
  const Bytes archive = test::tar_member("a.gz", packed) + test::tar_member("b.txt", text(5000)) +
                        test::tar_member("c.tga", test::tga(100, 50, 24, smooth(15000, 1, true))) +
                        test::tar_member("d.gz", packed) + Bytes(1024);
  // Between them: padding, header, text, padding, header, an image that is too short, padding,
  // header.
  CHECK(shape(archive) == "b512 z100000 b22368 z100000 b1376 ");
  // Alone, a file of an archive is found by where it begins.
  const Bytes image = test::tga(100, 50, 24, smooth(15000, 1, true));
  CHECK(shape(test::tar_member("c.tga", image)) == "b530 p15000 b342 ");
  CHECK(shape(text(512) + image) == "b15530 ");
}

TEST_CASE("Detector.HostileHeadersAreLeftSoon") {
  Bytes content;
  const Bytes lies[] = {to_bytes("P5#"),
                        FileMaker().text("\x1F\x8B\x08\x01"),
                        FileMaker().text("PK\x03\x04").little(20, 2).zeros(2).little(8, 2),
                        FileMaker().text("\xFF\xD8\xFF\xC4").big(2, 2),
                        to_bytes("RIFFxxxxWAVE"),
                        FileMaker().text("MZ").zeros(58).little(64, 4).text("PE").zeros(2)};
  // Whoever followed each of a million lies to the end of the content would run into the time
  // limit.
  for (const Bytes& lie : lies) {
    content.clear();
    while (content.size() < kBlockBytes) content.insert(content.end(), lie.begin(), lie.end());
    CHECK(shape(content).size() < 100);
  }
}

// The high byte of all halves is the same.
TEST_CASE("Statistics.FindsRowsOfHalves") {
  Random random(4);
  test::FileMaker grid;
  std::vector<std::uint32_t> row(300, 100);
  for (std::size_t x = 1; x < row.size(); ++x) row[x] = row[x - 1] + random.below(5) - 2;
  for (int y = 0; y < 60; ++y) {
    const std::uint32_t step = random.below(3) - 1;
    for (auto& x : row) grid.little(0x5C00 + ((x += step) + random.below(2)) % 256, 2);
  }
  CHECK(detect_layout(Bytes(grid)) == Layout{.stride = 600, .element = 2, .odd_high = true});
}

// Every fourth word is a call of SPARC or of PowerPC to one of 16 addresses.
Bytes big_endian_calls(std::size_t bytes) {
  Bytes content = Random(2).bytes(bytes);
  for (std::size_t i = 0; i + 16 <= bytes; i += 16) {
    const auto at = static_cast<std::uint32_t>(i);
    const std::uint32_t target = content[i] % 16 * 64u;
    const std::uint32_t word = i % 32 == 0 ? 0x40000000 | ((target - at / 4) & 0x3FFFFFFF)
                                           : 0x48000001 | ((target - at) & 0x03FFFFFC);
    for (std::size_t k = 0; k < 4; ++k)
      content[i + k] = static_cast<std::uint8_t>(word >> (24 - 8 * k));
  }
  return content;
}

TEST_CASE("Statistics.GuessesWhatHasNoHeader") {
  const auto forms = [](const Bytes& content) {
    std::string text;
    for (const auto& [layout, filters] : proposals_of(content, {})) {
      CHECK(layout.is_valid());
      if (layout.form != Form::kCode && layout.form != Form::kSamples) continue;
      text += std::to_string(static_cast<int>(layout.form)) + "/" + std::to_string(layout.element) +
              " ";
    }
    return text;
  };
  CHECK(forms(test::x86_code(20000)) == "3/1 ");
  CHECK(forms(big_endian_calls(20000)) == "3/4 ");
  // Which of them, measured code length decides.
  CHECK(forms(smooth(20000, 2, true)) == "2/2 2/4 ");
  CHECK(forms(smooth(20000, 2, false)) == "2/2 2/4 ");
  CHECK(forms(text(20000)).empty());
  CHECK(forms(Random(1).bytes(100000)).empty());
  CHECK(forms(Bytes(100000)).empty());
  CHECK(forms({}).empty());
  Bytes words;
  Random random(5);
  while (words.size() < 20000) {  // BL to one of a few functions, then anything
    const std::uint32_t target = random.below(16) * 100;
    const std::uint32_t here = static_cast<std::uint32_t>(words.size()) / 4;
    words =
        words +
        FileMaker().little(0x94000000 | ((target - here) & 0x03FFFFFF), 4).data(random.bytes(8));
  }
  CHECK(forms(words) == "3/4 ");
  for (const bool low_first : {false, true}) {
    FileMaker elf;
    elf.data(Bytes{0x7F, 'E', 'L', 'F', 1, static_cast<std::uint8_t>(low_first ? 1 : 2)})
        .data(Bytes(12));
    low_first ? elf.little(8, 2) : elf.big(8, 2);
    const Bytes mips = elf.data(random.bytes(20000));
    CHECK(forms(mips) == "3/4 ");
    CHECK(proposals_of(mips, {}).front().filters.empty() != low_first);
  }
}

TEST_CASE("Statistics.EntropyIsThatOfBytes") {
  CHECK(entropy_1000({}) == 0);
  CHECK(entropy_1000(Bytes(1000, 'x')) == 0);
  Bytes two(1000, 'x');
  for (std::size_t i = 0; i < 500; ++i) two[i] = 'y';
  CHECK(entropy_1000(two) > 900);
  CHECK(entropy_1000(two) < 1100);
  CHECK(entropy_1000(Random(1).bytes(100000)) > 7950);
}

}  // namespace
}  // namespace nnzip
