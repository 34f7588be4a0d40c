// SPDX-License-Identifier: Apache-2.0
// PNG files open to pixels and filters, and close to the same bytes.
#include "unwrap/wrap_png.h"

#include <chrono>

#include "unit/png_samples.h"
#include "unit/wrapper_demands.h"

namespace nnzip::test {
namespace {

constexpr std::size_t kPngEnd = 12;  // bytes of IEND

Opened demand_opens(const Bytes& file) {
  const auto all = demand_exact(kPngWrapper, file);
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

TEST_CASE("Png.PixelsOfAllTypes") {
  struct Row {
    std::uint8_t type, depth;
    std::uint32_t element, channels;
  };
  constexpr Row kRows[] = {{0, 1, 1, 1}, {0, 2, 1, 1},  {0, 4, 1, 1},  {0, 8, 1, 1}, {0, 16, 2, 1},
                           {2, 8, 3, 3}, {2, 16, 6, 3}, {3, 1, 1, 1},  {3, 2, 1, 1}, {3, 4, 1, 1},
                           {3, 8, 1, 1}, {4, 8, 2, 2},  {4, 16, 4, 2}, {6, 8, 4, 4}, {6, 16, 8, 4}};
  for (const Row& row : kRows)
    for (const std::uint32_t width : {1U, 7U, 64U}) {
      const PngSettings settings{.width = width, .depth = row.depth, .type = row.type};
      const Opened opened = demand_opens(png_file(settings));
      REQUIRE(opened.parts.size() == 2);
      CHECK(opened.parts[0].content.size() == settings.height);
      CHECK(opened.parts[1].content.size() == settings.height * png_row_bytes(settings));
      REQUIRE(opened.parts[1].layout);
      const Layout& layout = *opened.parts[1].layout;
      CHECK(layout.form == Form::kPixels);
      CHECK(layout.stride == png_row_bytes(settings));
      CHECK(layout.element == row.element);
      CHECK(layout.channels == row.channels);
      CHECK(opened.side.size() <= 32);
    }
}

// A picture of two rows of two pixels, filtered by hand.
TEST_CASE("Png.FiltersAreUndone") {
  const PngSettings settings{.width = 2, .height = 5, .depth = 8, .type = 2};
  const Bytes rows{0, 1,  2, 3, 4, 5, 6,    // as it is
                   1, 10, 9, 8, 1, 1, 255,  // to the left
                   2, 1,  1, 1, 1, 1, 1,    // above
                   3, 0,  0, 0, 0, 0, 0,    // half of both
                   4, 1,  0, 0, 0, 0, 2};   // the nearest of three
  const Bytes pixels{1,  2,  3, 4, 5, 6, 10, 9, 8, 11, 10, 7, 11, 10, 9,
                     12, 11, 8, 5, 5, 4, 8,  8, 6, 6,  5,  4, 8,  8,  8};
  const Opened opened = demand_opens(png_file(settings, rows));
  REQUIRE(opened.parts.size() == 2);
  CHECK(opened.parts[0].content == Bytes{0, 1, 2, 3, 4});
  CHECK(opened.parts[1].content == pixels);
}

TEST_CASE("Png.OtherContentIsOnePart") {
  PngSettings settings{.width = 50, .height = 40};
  Bytes rows = png_rows(settings);
  const auto opens_plain = [&](const Bytes& content) {
    const Opened opened = demand_opens(png_file(settings, content));
    REQUIRE(opened.parts.size() == 1);
    CHECK(opened.parts[0].content == content);
    CHECK_FALSE(opened.parts[0].layout);
  };
  opens_plain(Bytes(rows.begin(), rows.end() - 1));
  rows[151] = 5;
  opens_plain(rows);
  rows[151] = 4;
  settings.interlaced = true;
  opens_plain(rows);
}

TEST_CASE("Png.ChunksOfAnySize") {
  const auto exact = [](const PngSettings& settings) {
    const Opened opened = demand_opens(png_file(settings));
    CHECK(opened.parts.size() == 2);
    return opened.side.size();
  };
  CHECK(exact({.chunk = 1}) <= 24);
  CHECK(exact({.chunk = 333}) <= 24);
  CHECK(exact({.chunk = 1 << 20}) <= 24);
  CHECK(exact({.chunk = 300, .chunks = {100}}) <= 32);
  CHECK(exact({.chunks = {0}}) <= 32);
  CHECK(exact({.chunks = {1, 0, 0, 700}}) <= 32);
  // The last one is empty.
  const PngSettings settings{.zlib = {.level = 0}};
  const std::size_t all = 2 + 5 + png_rows(settings).size() + 4;
  CHECK(exact({.zlib = {.level = 0}, .chunks = {all}}) <= 32);
  CHECK(exact({.zlib = {.level = 0}, .chunk = all}) <= 24);
}

TEST_CASE("Png.SumsThatAreWrongOrMissing") {
  for (const Bytes& trailer : {Bytes{1}, Bytes{1, 2, 3, 4}, Bytes(20, 7)})
    CHECK(demand_opens(png_file({.trailer = trailer})).parts.size() == 2);
}

TEST_CASE("Png.OnlyWholeImagesAreFound") {
  const Bytes good = png_file({.width = 9, .height = 4, .before = "\x89PNG\r\n\x1A\n"});
  for (std::size_t size = 0; size + kPngEnd < good.size(); ++size)
    CHECK(demand_exact(kPngWrapper, std::span(good).first(size)).empty());
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    Bytes bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
    demand_exact(kPngWrapper, bad);
  }
}

TEST_CASE("Png.SeveralInOneContent") {
  Bytes content = prose(1000);
  for (std::uint32_t width = 1; width < 40; ++width) {
    const Bytes file = png_file({.width = width, .type = 6});
    content.insert(content.end(), file.begin(), file.end());
    content.insert(content.end(), width, 'x');
  }
  CHECK(demand_exact(kPngWrapper, content).size() == 39);
}

TEST_CASE("Png.LimitsHold") {
  const PngSettings settings{.width = 50, .height = 40};
  const Bytes file = png_file(settings);
  const std::size_t opened = png_rows(settings).size();
  const auto found = kPngWrapper.find(file, opened);
  REQUIRE(found.size() == 1);
  CHECK(found[0].opened_bytes == opened);
  CHECK(kPngWrapper.find(file, opened - 1).empty());
  CHECK(kPngWrapper.open(file, found[0], opened));
  CHECK_FALSE(kPngWrapper.open(file, found[0], opened - 1));
}

// Headers, each with a chunk that leads to the same data with a wrong sum.
TEST_CASE("Png.HostileContentTakesLittleTime") {
  constexpr std::size_t kHeader = 33, kHeaders = 20000;
  const Bytes file = png_file({});
  Bytes content;
  for (std::size_t i = 0; i < kHeaders; ++i) {
    content.insert(content.end(), file.begin(), file.begin() + kHeader);
    put_big(static_cast<std::uint32_t>((kHeaders - 1 - i) * (kHeader + 8)), content);
    content.insert(content.end(), {'t', 'E', 'X', 't'});
  }
  put_big(0, content);
  put_png_chunk("IDAT", Bytes(1000000), content);
  content.back() ^= 1;
  const auto begin = std::chrono::steady_clock::now();
  CHECK(kPngWrapper.find(content, kMaxOpened).empty());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE("Png.HostileSideDataIsRefused") {
  const Bytes file = png_file({.chunk = 300, .chunks = {100, 0}, .trailer = {5, 6}});
  demand_harmless(kPngWrapper, demand_opens(file), 10000);
}

}  // namespace nnzip::test
