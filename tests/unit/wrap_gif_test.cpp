// SPDX-License-Identifier: Apache-2.0
// GIF files of encoders that clear their table when they like, and damaged ones.
#include "unwrap/wrap_gif.h"

#include "unit/deflate_samples.h"
#include "unit/gif_samples.h"
#include "unit/wrapper_demands.h"

namespace nnzip::test {
namespace {

// Something that repeats itself, and some noise.
Bytes drawing(std::size_t width, std::size_t height, int bits) {
  Random random(width + height);
  Bytes pixels;
  for (std::size_t i = 0; i < width * height; ++i) {
    const std::size_t x = i % width, y = i / width;
    const std::size_t noise = random.bytes(1)[0];
    const std::size_t value = noise < 40 ? noise : x * y / 97 + (x / 9 ^ y / 7);
    pixels.push_back(static_cast<std::uint8_t>(value & ((1U << bits) - 1)));
  }
  return pixels;
}

// Returns the bytes of side data.
std::size_t demand_opens(std::size_t width, std::size_t height, int bits, const GifStyle& style) {
  const Bytes pixels = drawing(width, height, bits);
  const auto all =
      demand_exact(kGifWrapper, gif_file({gif_image(width, height, pixels, bits, style)}));
  REQUIRE(all.size() == 1);
  REQUIRE(all[0].parts.size() == 1);
  CHECK(all[0].parts[0].content == pixels);
  REQUIRE(all[0].parts[0].layout);
  CHECK(all[0].parts[0].layout->stride == width);
  return all[0].side.size();
}

}  // namespace

TEST_CASE("Gif.OpensWhateverTheBits") {
  for (int bits = 2; bits <= 8; ++bits)
    for (const std::size_t width : {40, 200, 333})
      CHECK(demand_opens(width, 2 * width, bits, {}) <= 8);
}

TEST_CASE("Gif.EncodersHaveHabits") {
  for (const std::size_t clears_at : {512, 4093, 4094, 4095, 5000}) {
    CHECK(demand_opens(300, 300, 8, {.clears_at = clears_at}) <= 12);
    CHECK(demand_opens(300, 300, 4, {.clears_at = clears_at}) <= 12);
  }
  CHECK(demand_opens(300, 300, 8, {.block = 254}) <= 8);
  CHECK(demand_opens(20, 20, 8, {.block = 7, .clears_first = false}) <= 8);
  CHECK(demand_opens(300, 300, 8, {.clears_last = true}) <= 12);
  CHECK(demand_opens(300, 300, 8, {.ends = false}) <= 12);
}

TEST_CASE("Gif.ShorterStringsAreCorrected") {
  CHECK(demand_opens(300, 300, 8, {.clears_at = 4096, .shorter = 97}) > 100);
}

TEST_CASE("Gif.WhatIsHardlyEverPredictedStaysClosed") {
  const Bytes pixels(std::size_t{300} * 300, 0);
  const auto find = [&](std::size_t shorter) {
    return demand_exact(kGifWrapper,
                        gif_file({gif_image(300, 300, pixels, 8, {.shorter = shorter})}));
  };
  CHECK(find(5).size() == 1);
  CHECK(find(2).empty());
}

TEST_CASE("Gif.AllImagesAreFound") {
  std::vector<Bytes> images;
  for (std::size_t width = 30; width < 40; ++width)
    images.push_back(gif_image(width, 30, drawing(width, 30, 6), 6));
  Bytes file = gif_file(images);
  const Bytes other = gif_file({images[0]});
  file.insert(file.end(), other.begin(), other.end());
  // The other file is too small to cut content in two.
  CHECK(demand_exact(kGifWrapper, file).size() == 10);
}

// An image of fewer pixels than it says is opened all the same.
TEST_CASE("Gif.MissingPixelsHaveNoLayout") {
  const auto all = demand_exact(kGifWrapper, gif_file({gif_image(50, 60, drawing(50, 50, 8), 8)}));
  REQUIRE(all.size() == 1);
  CHECK_FALSE(all[0].parts[0].layout);
}

TEST_CASE("Gif.DamagedFilesAreExact") {
  const Bytes good = gif_file({gif_image(24, 20, drawing(24, 20, 8), 8)});
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int change : {1, 0x10, 0x80, 0xFF}) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ change);
      demand_exact(kGifWrapper, bad);
      bad.resize(at);
      demand_exact(kGifWrapper, bad);
    }
}

TEST_CASE("Gif.CutFiles") {
  const Bytes pixels = Random(1).bytes(std::size_t{240} * 240);
  const Bytes file = gif_file({gif_image(240, 240, pixels, 8)});
  REQUIRE(file.size() > kUnfinished + 1000);
  const auto cut = std::span(file).first(file.size() - 100);
  const auto found = kGifWrapper.find(cut, kMaxOpened);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].whole);
  CHECK_FALSE(kGifWrapper.open(cut, found[0], kMaxOpened));
  CHECK(kGifWrapper.find(std::span(file).first(kUnfinished), kMaxOpened).empty());
}

TEST_CASE("Gif.LimitsHold") {
  const Bytes pixels = drawing(50, 50, 8);
  const Bytes file = gif_file({gif_image(50, 50, pixels, 8)});
  REQUIRE(kGifWrapper.find(file, 2500).size() == 1);
  CHECK(kGifWrapper.find(file, 2499).empty());
  CHECK_FALSE(kGifWrapper.open(file, kGifWrapper.find(file, 2500)[0], 2499));
}

TEST_CASE("Gif.HostileSideDataIsRefused") {
  for (const std::size_t shorter : {0, 11}) {
    const auto all = demand_exact(
        kGifWrapper, gif_file({gif_image(60, 50, drawing(60, 50, 5), 5, {.shorter = shorter})}));
    REQUIRE(all.size() == 1);
    demand_harmless(kGifWrapper, all[0], 3000);
    Opened other = all[0];
    other.parts[0].content[100] = 32;  // of more bits
    Bytes closed;
    CHECK_FALSE(close_opened(kGifWrapper, other, 3000, closed));
  }
}

}  // namespace nnzip::test
