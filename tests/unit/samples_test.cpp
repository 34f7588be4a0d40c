// SPDX-License-Identifier: Apache-2.0
// The transforms of sound return every content, and leave small numbers of what can be predicted.
#include "filter/samples.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "unit/sound_samples.h"

namespace nnzip {
namespace {

using filter::from_residuals;
using filter::reverse_numbers;
using filter::to_residuals;
using filter::unused_low_bits;
using test::Sound;
using test::sound_layout;

TEST_CASE("Samples.ResidualsReturnEverySound") {
  for (const Sound& sound : test::sounds()) {
    INFO(sound.name << ", " << sound.layout.channels << " channels of "
                    << sound.layout.number_bytes() << " bytes, low first " << sound.layout.flag());
    const int unused = unused_low_bits(sound.content, sound.layout);
    for (const int bits : {0, unused}) {
      Bytes content = sound.content;
      to_residuals(content, sound.layout, bits);
      REQUIRE(content.size() == sound.content.size());
      from_residuals(content, sound.layout, bits);
      REQUIRE(content == sound.content);
    }
  }
}

TEST_CASE("Samples.ResidualsReturnContentOfAnyLength") {
  for (const std::uint32_t width : {1u, 2u, 3u, 4u}) {
    for (const std::uint32_t channels : {1u, 2u, 5u, 8u}) {
      const Layout layout = sound_layout(channels, width, true);
      const Bytes all = test::tone(layout, 12);
      for (std::size_t n = 0; n <= all.size(); ++n) {
        const Bytes start(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
        Bytes content = start;
        to_residuals(content, layout, 0);
        // What is left of a number stays.
        const std::size_t whole = n / width * width;
        REQUIRE(std::equal(content.begin() + static_cast<std::ptrdiff_t>(whole), content.end(),
                           start.begin() + static_cast<std::ptrdiff_t>(whole)));
        from_residuals(content, layout, 0);
        REQUIRE(content == start);
      }
    }
  }
}

TEST_CASE("Samples.AnyBytesAreResidualsOfSomeSound") {
  for (const Sound& sound : test::sounds()) {
    Bytes content = sound.content;
    from_residuals(content, sound.layout, 0);
    to_residuals(content, sound.layout, 0);
    REQUIRE(content == sound.content);
  }
}

TEST_CASE("Samples.ResidualsOfATonesAreSmall") {
  for (const std::uint32_t channels : {1u, 2u, 8u}) {
    const Layout layout = sound_layout(channels, 2, true);
    Bytes content = test::tone(layout, 20000, 18);
    to_residuals(content, layout, 0);
    // The noise has 2 bits, a fold one more.
    std::size_t large = 0;
    for (std::size_t i = content.size() / 2; i < content.size(); i += 2) {
      if (content[i] != 0 || content[i + 1] > 31) ++large;
    }
    CHECK(large < content.size() / 4 / 50);
  }
}

TEST_CASE("Samples.UnusedBitsAreRemoved") {
  const Layout layout = sound_layout(2, 2, true);
  Bytes content = test::tone(layout, 2000);
  for (std::size_t i = 0; i < content.size(); i += 2) content[i] &= 0xF0;
  CHECK(unused_low_bits(content, layout) == 4);
  const auto sum = [&](int bits) {
    Bytes residuals = content;
    to_residuals(residuals, layout, bits);
    std::size_t all = 0;
    for (std::size_t i = 0; i < residuals.size(); i += 2) {
      all += residuals[i] << 8 | residuals[i + 1];
    }
    return all;
  };
  CHECK(sum(4) * 10 < sum(0));
  CHECK(unused_low_bits(Bytes(100), layout) == 15);
  CHECK(unused_low_bits(Bytes(), layout) == 15);
  CHECK(unused_low_bits(Bytes{0, 0x80}, sound_layout(1, 2, true)) == 15);
  CHECK(unused_low_bits(Bytes{0, 0x80}, sound_layout(1, 2, false)) == 7);
}

TEST_CASE("Samples.ReversesNumbersAndNothingElse") {
  Bytes content{1, 2, 3, 4, 5, 6, 7, 8};
  reverse_numbers(content, sound_layout(1, 3, true));
  CHECK(content == Bytes{3, 2, 1, 6, 5, 4, 7, 8});
  reverse_numbers(content, sound_layout(1, 3, true));
  Bytes bytes{0x80, 0xFF, 0, 0x7F};
  reverse_numbers(bytes, sound_layout(1, 1, true));
  CHECK(bytes == Bytes{0, 0x7F, 0x80, 0xFF});
  reverse_numbers(bytes, sound_layout(1, 1, false));
  CHECK(bytes == Bytes{0, 0x7F, 0x80, 0xFF});
  reverse_numbers(content, sound_layout(2, 2, true));
  CHECK(content == Bytes{2, 1, 4, 3, 6, 5, 8, 7});
}

}  // namespace
}  // namespace nnzip
