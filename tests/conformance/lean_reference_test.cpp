// SPDX-License-Identifier: Apache-2.0
// Blocks of few contexts against their second implementation.
#include "reference/lean/lean_reference.h"

#include <catch2/catch.hpp>

#include "codec/kinds/kind.h"
#include "codec/kinds/kind_lean.h"
#include "conformance/mixer_reference_runs.h"
#include "reference/lean/pixels_reference.h"
#include "unit/content_samples.h"
#include "unit/mixer_samples.h"

namespace nnzip {
namespace {

using mixer_reference::lean_reference;
using mixer_reference::pixels_reference;
using mixer_runs::random_bytes;
using mixer_runs::resized;

void require_equal_blocks(const Bytes& content, const Layout& layout, Effort effort) {
  INFO(content.size() << " bytes, stride " << layout.stride << ", effort "
                      << static_cast<int>(effort));
  const Bytes coded = encode_lean(content, layout, effort);
  const bool pixels = layout.form == Form::kPixels;
  REQUIRE(coded ==
          (pixels ? pixels_reference(content, layout) : lean_reference(content, layout, effort)));
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
  header.layout = {.form = Form::kSamples, .element = 4, .channels = 2};
  CHECK_FALSE(kLeanKind.fits(header, nullptr));
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
