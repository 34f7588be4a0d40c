// SPDX-License-Identifier: Apache-2.0
// What callers say of content: how it is read, and what it saves.
#include "layout/layout_hint.h"

#include <catch2/catch.hpp>

#include "unit/content_samples.h"
#include "unit/deflate_samples.h"

namespace nnzip {
namespace {

TEST_CASE("LayoutHint.SaysWhatALayoutStates") {
  CHECK(layout_of_hint("table:80:f32le") == Layout{.stride = 320, .element = 4});
  CHECK(layout_of_hint("table:1:f64be") == Layout{.stride = 16, .element = 8});
  CHECK(layout_of_hint("table:10:u16le") == Layout{.stride = 20, .element = 2, .odd_high = true});
  CHECK(layout_of_hint("table:70000:s8") == Layout{.element = 1});
  CHECK(layout_of_hint("pixels:640x3:u8") ==
        Layout{.form = Form::kPixels, .stride = 1920, .element = 3, .channels = 3});
  CHECK(layout_of_hint("pixels:640:u16le") ==
        Layout{.form = Form::kPixels, .stride = 1280, .element = 2, .low_first = true});
  CHECK(layout_of_hint("samples:2:s16be") ==
        Layout{.form = Form::kSamples, .element = 4, .channels = 2});
  CHECK(layout_of_hint("samples:1:s8") == Layout{.form = Form::kSamples, .is_signed = true});
}

TEST_CASE("LayoutHint.RefusesAllElse") {
  for (const std::string wrong :
       {"table",           "table:80",           "table::f32le",         "table:0:f32le",
        "table:80:f32",    "table:80:u8le",      "table:80:f33le",       "table:80:x8",
        "table:80:u128le", "table:80x2:u8",      "table:5:u48le",        "pixels:640x5:u8",
        "pixels:640x:u8",  "pixels:640x3:s16le", "pixels:640x3:u32le",   "pixels:9999999x3:u8",
        "samples:9:s16le", "samples:2:f32le",    "samples:2:u16le",      "samples:2:s64le",
        "sound:2:s16le",   "table:-1:u8",        "table:99999999999:u8", "a:b:c:d"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(layout_of_hint(wrong), Error);
  }
}

Options hinted(const std::string& layout) {
  Options options;
  options.model = "none";
  options.layout = layout;
  return options;
}

// Rows of a size that statistics cannot know, with a tail that is no whole row.
Bytes image_without_header(std::size_t width, std::size_t height) {
  test::Random random(3);
  Bytes pixels;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t light = (x * x / 90 + y * y / 70 + x * y / 50) % 400;
      const auto shade = static_cast<std::uint8_t>(light < 200 ? light : 400 - light);
      for (int c = 0; c < 3; ++c) {
        pixels.push_back(static_cast<std::uint8_t>(shade + random.bytes(1)[0] % 4 + 10 * c));
      }
    }
  }
  pixels.insert(pixels.end(), {1, 2, 3, 4, 5});
  return pixels;
}

TEST_CASE("LayoutHint.MakesRawPixelsSmaller") {
  const Bytes content = image_without_header(201, 150);
  const Bytes packed = compress(content, hinted("pixels:201x3:u8"));
  CHECK((decompress(packed) == content));
  CHECK(packed.size() < compress(content, hinted("")).size());
}

TEST_CASE("LayoutHint.WrongOneIsHarmless") {
  const Bytes content = test::prose(40000);
  const std::size_t plain = compress(content, hinted("")).size();
  for (const std::string wrong : {"pixels:100x3:u8", "samples:2:s16le", "table:33:f64le"}) {
    CAPTURE(wrong);
    const Bytes packed = compress(content, hinted(wrong));
    CHECK((decompress(packed) == content));
    // What is less than a row at the end may be a block of its own.
    CHECK(packed.size() < plain + plain / 100 + 150);
  }
}

TEST_CASE("LayoutHint.RowsMayBeLongerThanContent") {
  for (const std::size_t bytes : {0, 1, 3, 7, 100, 5000}) {
    for (const std::string hint :
         {"table:2000:f64le", "table:60:f64le", "pixels:9000x4:u8", "samples:8:s32le"}) {
      CAPTURE(bytes, hint);
      const Bytes content = test::prose(5000);
      const Bytes part(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(bytes));
      CHECK((decompress(compress(part, hinted(hint))) == part));
    }
  }
}

TEST_CASE("LayoutHint.BlocksOfATableBeginAtRows") {
  constexpr std::size_t kRow = 1000;
  const Bytes content = test::Random(5).bytes(4'300'017);  // which takes no time
  Options options = hinted("table:1000:u8");
  options.level = 1;
  const Bytes packed = compress(content, options);
  CHECK((decompress(packed) == content));
  test::MemoryReader in(packed);
  std::size_t blocks = 0;
  list_frames(in, {}, [&](std::size_t, const BlockInfo& block) {
    CHECK(block.content_offset % kRow == 0);
    ++blocks;
  });
  CHECK(blocks > 1);
}

}  // namespace
}  // namespace nnzip
