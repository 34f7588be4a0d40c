// SPDX-License-Identifier: Apache-2.0
// JPEG files: the coder of coefficients against its second implementation.
#include "reference/jpeg/jpeg_reference.h"

#include <catch2/catch.hpp>

#include "jpeg/coefficient_coder.h"
#include "jpeg/jpeg_file.h"
#include "unit/jpeg_samples.h"

namespace nnzip {
namespace {

using test::JpegMaker;

std::vector<JpegReference::Component> components_of(const jpeg::JpegFile& file) {
  std::vector<JpegReference::Component> components;
  for (const jpeg::Component& part : file.headers.frame().components) {
    JpegReference::Component made;
    made.h = static_cast<std::size_t>(part.across);
    made.v = static_cast<std::size_t>(part.down);
    made.across = part.width;
    made.down = part.height;
    for (std::size_t p = 0; p < 64; ++p) made.steps[p] = (*file.headers.quantiser(part))[p];
    for (std::size_t i = 0; i < part.width * part.height; ++i) {
      JpegReference::Block block;
      for (std::size_t p = 0; p < 64; ++p) block[p] = file.coefficients[(part.first + i) * 64 + p];
      made.blocks.push_back(block);
    }
    components.push_back(made);
  }
  return components;
}

void require_all_equal(const std::vector<Bytes>& contents) {
  std::vector<jpeg::JpegFile> files;
  std::vector<std::vector<JpegReference::Component>> components;
  for (const Bytes& content : contents) {
    auto file = jpeg::open_jpeg(content);
    REQUIRE(file);
    components.push_back(components_of(*file));
    files.push_back(std::move(*file));
  }
  RangeEncoder coder, expected;
  jpeg::encode_coefficients(files, coder);
  JpegReference::encode(components, expected);
  REQUIRE(coder.finish() == expected.finish());
}

void require_equal(const Bytes& content) { require_all_equal({content}); }

TEST_CASE("JpegReference.AgreesOnAllShapes") {
  for (const auto& factors : test::jpeg_factors()) {
    for (const auto& [width, height] : {std::pair(1, 1), std::pair(17, 33), std::pair(72, 40)}) {
      INFO(factors.size() << " components, " << width << " x " << height);
      JpegMaker maker(width, height, factors);
      require_equal(maker.file());
    }
  }
}

TEST_CASE("JpegReference.AgreesOnExtremes") {
  for (const int steps : {1, 40, 200}) {
    JpegMaker maker(120, 80, {{2, 1}, {1, 1}, {1, 1}}, 3);
    maker.steps = steps;
    require_equal(maker.file());
    test::Random random(4);
    for (auto& component : maker.components) {
      for (auto& block : component.blocks) {
        for (int& value : block)
          value = random.bytes(1)[0] < 128 ? 0 : 1023 * (random.bytes(1)[0] % 3 - 1);
      }
    }
    require_equal(maker.file());
    for (auto& component : maker.components) {
      for (auto& block : component.blocks) block.fill(steps == 1 ? 0 : -1023);
    }
    require_equal(maker.file());
  }
}

// Enough for counts and rates to reach their limits.
TEST_CASE("JpegReference.AgreesOnAPicture") {
  require_equal(JpegMaker(200, 150, {{2, 2}, {1, 1}, {1, 1}}, 5).file());
}

TEST_CASE("JpegReference.AgreesOnSeveralFiles") {
  const Bytes colour = JpegMaker(80, 56, {{2, 2}, {1, 1}, {1, 1}}, 5).file();
  const Bytes grey = JpegMaker(40, 64, {{1, 1}}, 6).file();
  require_all_equal({colour, grey, colour});
}

}  // namespace
}  // namespace nnzip
