// SPDX-License-Identifier: Apache-2.0
// Blocks of few contexts against their second implementation.
#include "reference/lean/lean_reference.h"

#include <catch2/catch.hpp>

#include "codec/kinds/kind.h"
#include "codec/kinds/kind_lean.h"
#include "coder/range_encoder.h"
#include "conformance/mixer_reference_runs.h"
#include "mixer/core/adaptive_map.h"
#include "reference/lean/pixels_reference.h"
#include "reference/lean/samples_reference.h"
#include "unit/content_samples.h"
#include "unit/mixer_samples.h"
#include "unit/sound_samples.h"

namespace nnzip {
namespace {

using mixer_reference::lean_reference;
using mixer_reference::pixels_reference;
using mixer_reference::samples_reference;
using mixer_runs::random_bytes;
using mixer_runs::resized;

Bytes reference(const Bytes& content, const Layout& layout, Effort effort) {
  if (layout.form == Form::kPixels) return pixels_reference(content, layout);
  if (layout.form == Form::kSamples) return samples_reference(content, layout, effort);
  return lean_reference(content, layout, effort);
}

void require_equal_blocks(const Bytes& content, const Layout& layout, Effort effort) {
  INFO(content.size() << " bytes, stride " << layout.stride << ", effort "
                      << static_cast<int>(effort));
  const Bytes coded = encode_lean(content, layout, effort);
  REQUIRE(coded == reference(content, layout, effort));
  BlockHeader header;
  header.kind = BlockKind::kLean;
  header.content_bytes = static_cast<std::uint32_t>(content.size());
  header.layout = layout;
  header.effort = effort;
  REQUIRE(kLeanKind.fits(header, nullptr));
  Bytes back(content.size());
  REQUIRE(kLeanKind.decode(header, coded, {}, back));
  REQUIRE(back == content);
}

void require_equal_blocks(const Bytes& content, const Layout& layout = {}) {
  for (const Effort effort : {Effort::kSmall, Effort::kUsual}) {
    require_equal_blocks(content, layout, effort);
  }
}

TEST_CASE("LeanReference.AgreesOnBytes") {
  require_equal_blocks({7});
  require_equal_blocks({0, 255});
  require_equal_blocks(resized(test::sample_text(), 6000));
  require_equal_blocks(Bytes(2000));
  // Lines are full of slots that give way to others.
  require_equal_blocks(random_bytes(3000));
  require_equal_blocks(random_bytes(4000, 3));
}

TEST_CASE("LeanReference.AgreesOnTablesAndCode") {
  const Bytes table = resized(test::sample_text(), 3000);
  require_equal_blocks(table, {.stride = 24, .element = 4});
  require_equal_blocks(random_bytes(2000, 5), {.stride = 7, .element = 2, .odd_high = true});
  require_equal_blocks(test::x86_code(4000), {.form = Form::kCode});
  require_equal_blocks(test::x86_code(2000), {.form = Form::kCode, .element = 4});
}

TEST_CASE("LeanReference.AgreesOnPixels") {
  const auto rows = [](std::uint32_t stride, std::uint32_t element, std::uint32_t channels,
                       bool low_first = false) {
    return Layout{.form = Form::kPixels,
                  .stride = stride,
                  .element = element,
                  .channels = channels,
                  .low_first = low_first};
  };
  require_equal_blocks({7}, rows(30, 3, 3), Effort::kUsual);
  require_equal_blocks(random_bytes(2000), rows(61, 3, 3), Effort::kUsual);
  require_equal_blocks(random_bytes(2000, 9), rows(64, 1, 1), Effort::kUsual);
  // Numbers of two bytes, padding, a last one that is cut.
  require_equal_blocks(random_bytes(1501, 7), rows(51, 2, 1, true), Effort::kUsual);
  require_equal_blocks(random_bytes(1501), rows(51, 4, 2), Effort::kUsual);
  require_equal_blocks(random_bytes(600, 3), rows(4, 4, 4), Effort::kUsual);
  for (const bool big_endian : {false, true}) {
    const Bytes image = test::sample_image(30, 40, big_endian);
    require_equal_blocks(image, rows(60, 2, 1, !big_endian), Effort::kUsual);
  }
}

// High bytes first, as blocks have them.
Layout samples(std::uint32_t channels, std::uint32_t number_bytes) {
  return test::sound_layout(channels, number_bytes, false);
}

TEST_CASE("LeanReference.AgreesOnSamples") {
  for (const std::uint32_t width : {1u, 2u, 3u, 4u}) {
    for (const std::uint32_t channels : {1u, 2u, 5u}) {
      const Layout layout = samples(channels, width);
      require_equal_blocks(test::tone(layout, 1500), layout);
      require_equal_blocks(random_bytes(channels * width * 100 + 1, 3), layout);
    }
  }
  require_equal_blocks(random_bytes(4000), samples(2, 2));
  require_equal_blocks(random_bytes(4000), samples(1, 4));
  require_equal_blocks(Bytes(3000), samples(2, 2));
  require_equal_blocks(Bytes(3000, 0x80), samples(1, 3));
  require_equal_blocks({7}, samples(1, 2));
  require_equal_blocks({7, 9, 200}, samples(2, 4));
}

TEST_CASE("LeanReference.AgreesOnSamplesOfFewNumbers") {
  // Every third number; unused low bits.
  const Layout wide = samples(2, 2);
  const auto thirds = [](std::uint32_t t, std::uint32_t c) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(t * (7 + c) % 300) - 150) * 3 << 16;
  };
  const Bytes spread = test::sound_bytes(wide, 3000, thirds);
  require_equal_blocks(spread, wide);
  const auto steps = [](std::uint32_t t, std::uint32_t) { return t * t % 4096 << 20; };
  const Bytes shifted = test::sound_bytes(samples(1, 3), 2000, steps);
  require_equal_blocks(shifted, samples(1, 3));
  require_equal_blocks(test::sound_bytes(samples(1, 4), 2000, steps), samples(1, 4));
  // What is left out costs next to nothing.
  const auto size = [](const Bytes& content, const Layout& layout) {
    return encode_lean(content, layout, Effort::kUsual).size();
  };
  Bytes dense = spread;
  for (std::size_t i = 0; i + 1 < dense.size(); i += 2) {
    const int number = static_cast<std::int16_t>(dense[i] << 8 | dense[i + 1]) / 3;
    dense[i] = static_cast<std::uint8_t>(number >> 8);
    dense[i + 1] = static_cast<std::uint8_t>(number);
  }
  CHECK(size(spread, wide) < size(dense, wide) + 150);
}

TEST_CASE("LeanBlock.MeaningOfNumbersIsChecked") {
  BlockHeader header;
  header.kind = BlockKind::kLean;
  header.content_bytes = 3000;
  Bytes back(3000);
  header.layout = samples(1, 2);
  // Flags, and no number among them.
  RangeEncoder none;
  none.encode_bit(true, 32768);
  mixer::Counter counter = mixer::make_counter(32768, 0);
  for (int i = 0; i < 65536; ++i) {
    none.encode_bit(false, std::max(mixer::probability16(counter), 64u));
    counter = mixer::updated(counter, 0, 255);
  }
  none.encode_bit(true, 32768);
  CHECK_FALSE(kLeanKind.decode(header, none.finish(), {}, back));
  // A shift and a width that are too much together.
  header.layout = samples(1, 3);
  RangeEncoder wide;
  for (const int value : {20, 20}) {
    for (int i = 4; i >= 0; --i) wide.encode_bit((value >> i & 1) != 0, 32768);
  }
  CHECK_FALSE(kLeanKind.decode(header, wide.finish(), {}, back));
  // Anything else is a number.
  for (const std::uint32_t width : {1u, 2u, 3u, 4u}) {
    header.layout = samples(1, width);
    for (const int byte : {0, 1, 127, 128, 255}) {
      kLeanKind.decode(header, Bytes(100, static_cast<std::uint8_t>(byte)), {}, back);
    }
  }
}

TEST_CASE("LeanBlock.NoByteThatOccurs") {
  BlockHeader header;
  header.kind = BlockKind::kLean;
  header.content_bytes = 3000;
  Bytes back(3000);
  // Bits of 0: weights of 0 throughout.
  CHECK_FALSE(kLeanKind.decode(header, Bytes(100, 255), {}, back));
  header.layout = {.form = Form::kPixels, .stride = 30, .element = 3, .channels = 3};
  CHECK_FALSE(kLeanKind.decode(header, Bytes(100, 255), {}, back));
}

TEST_CASE("LeanBlock.OtherLayoutsAreRefused") {
  BlockHeader header;
  header.kind = BlockKind::kLean;
  header.content_bytes = 3000;
  CHECK(kLeanKind.fits(header, nullptr));
  header.layout = {.form = Form::kCompanded, .element = 2, .channels = 2};
  CHECK_FALSE(kLeanKind.fits(header, nullptr));
  header.layout = {.form = Form::kSamples, .element = 4, .channels = 2};
  CHECK(kLeanKind.fits(header, nullptr));
  header.effort = Effort::kSmall;
  CHECK(kLeanKind.fits(header, nullptr));
  header.filters = {{Filter::kResiduals}};
  CHECK_FALSE(kLeanKind.fits(header, nullptr));
  header.filters = {};
  header.effort = Effort::kUsual;
  header.layout = {.form = Form::kPixels, .stride = 30, .element = 3, .channels = 3};
  CHECK(kLeanKind.fits(header, nullptr));
  header.effort = Effort::kSmall;
  CHECK_FALSE(kLeanKind.fits(header, nullptr));
  header.effort = Effort::kUsual;
  header.layout = {.form = Form::kCode};
  header.filters = {{Filter::kCalls}};
  CHECK(kLeanKind.fits(header, nullptr));
  header.filters = {{Filter::kColumns}};
  CHECK_FALSE(kLeanKind.fits(header, nullptr));
  header.filters = {};
  header.effort = Effort::kLarge;
  CHECK_FALSE(kLeanKind.fits(header, nullptr));
}

}  // namespace
}  // namespace nnzip
