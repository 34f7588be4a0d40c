// SPDX-License-Identifier: Apache-2.0
// Images: the mixer against its second implementation.
#include <algorithm>
#include <catch2/catch.hpp>

#include "conformance/mixer_reference_runs.h"
#include "mixer/image/colour_rules.h"
#include "mixer/image/image_predictor.h"
#include "reference/mixer/mixer_reference_images.h"
#include "unit/pixel_layouts.h"

namespace nnzip {
namespace {

using mixer_runs::plan_of;
using mixer_runs::random_bytes;
using mixer_runs::require_equal;
using mixer_runs::resized;

template <Effort kEffort = Effort::kUsual>
void require_equal_pixels(const Bytes& content, const Layout& layout, int streams, bool network) {
  INFO(content.size() << " bytes, " << streams << " streams, stride " << layout.stride
                      << ", channels " << layout.channels << ", element " << layout.element
                      << ", low first " << layout.low_first << (network ? ", network" : "")
                      << ", effort " << static_cast<int>(kEffort));
  MixerPlan plan = plan_of(content, layout, streams, network);
  plan.effort = kEffort;
  require_equal<mixer::ImagePredictorOf<kEffort>, ImageReference>(content, plan);
}

TEST_CASE("ImageReference.AgreesOnSmallImages") {
  for (const Layout& layout : test::pixel_layouts()) {
    const Bytes content = resized(test::sample_photograph(layout, 600 / layout.stride + 1), 600);
    require_equal_pixels(content, layout, 1, false);
    const int several = test::streams_within(64, layout);
    if (several > 1) require_equal_pixels<Effort::kLarge>(content, layout, several, true);
  }
}

TEST_CASE("ImageReference.AgreesOnImages") {
  for (const Layout& layout :
       {test::pixel_layout(182, 3, 1), test::pixel_layout(61, 1, 1),
        test::pixel_layout(162, 4, 2, false), test::pixel_layout(120, 1, 2)}) {
    const Bytes image = resized(test::sample_photograph(layout, 130), 4000);
    Bytes extremes = random_bytes(2500);
    for (auto& byte : extremes) byte = byte < 128 ? 0 : 255;
    for (const int streams : {1, 2, 4}) {
      if (streams == 2) {
        require_equal_pixels<Effort::kLarge>(image, layout, streams, true);
      } else {
        require_equal_pixels(image, layout, streams, false);
      }
      require_equal_pixels(extremes, layout, streams, streams == 4);
    }
    // Rows that come again, with some numbers that differ.
    Bytes again = random_bytes(4000, 5);
    for (std::size_t i = 5 * layout.stride; i < again.size(); ++i) {
      if (i % 97 != 0) again[i] = again[i - 5 * layout.stride];
    }
    require_equal_pixels<Effort::kLarge>(again, layout, 1, false);
    require_equal_pixels(again, layout, 4, true);
    require_equal_pixels(random_bytes(3000), layout, 1, false);
    for (const std::size_t n : {1, 2, 3}) require_equal_pixels(random_bytes(n), layout, 2, false);
  }
  // A row of more than 1024 cells.
  const Layout wide = test::pixel_layout(9001, 1, 1);
  require_equal_pixels(test::sample_photograph(wide, 4), wide, 1, false);
}

// As many streams as rows allow and more than there are rows, rows that follow at once and later.
TEST_CASE("ImageReference.AgreesOnWavefronts") {
  for (std::uint32_t channels = 1; channels <= 4; ++channels) {
    for (const std::uint32_t bytes : {1u, 2u}) {
      for (const int streams : {2, 8, 64}) {
        const std::uint32_t element = channels * bytes;
        const std::uint32_t width = 3 * static_cast<std::uint32_t>(streams);
        const Layout tight = test::pixel_layout(width * element, channels, bytes);
        const Layout padded =
            test::pixel_layout((width + 5) * element + (element - 1), channels, bytes, false);
        const auto rows = static_cast<std::uint32_t>(streams == 64 ? 67 : 3 * streams + 1);
        const bool whole = channels == 1 && bytes == 1;
        for (const Layout& layout : {tight, padded}) {
          Bytes image = test::sample_photograph(layout, rows);
          if (streams == 64 && !whole) image.resize(std::size_t{layout.stride} * 3);
          image.erase(image.end() - layout.stride / 3, image.end());
          require_equal_pixels(image, layout, streams, channels % 2 == 0);
        }
      }
    }
  }
}

// Colours by a rule, of smooth differences; a few are not, and many are limited.
Bytes computed_image(const mixer::ColourRule& rule, const Layout& layout, std::uint32_t rows) {
  Bytes image;
  const Bytes noise = random_bytes(std::size_t{layout.stride} * rows, 3);
  for (std::uint32_t y = 0; y < rows; ++y) {
    for (std::uint32_t x = 0; x < layout.stride / layout.element; ++x) {
      const auto n = static_cast<std::int32_t>(noise[image.size()]);
      const mixer::Differences d{static_cast<std::int32_t>(x / 3 + y / 2) % 40 - 20 + n % 2,
                                 static_cast<std::int32_t>(2 * x + y / 3) % 50 - 25};
      const std::int32_t light = (static_cast<std::int32_t>(3 * x + 2 * y) % 190 + n % 8);
      for (std::uint32_t c = 0; c < layout.channels; ++c) {
        const int colour = static_cast<int>(std::min(c, 2u));
        const std::int32_t v = (light * rule.brightness + rule.rest(colour, d)) >> 16;
        image.push_back(static_cast<std::uint8_t>(std::clamp(n == 7 ? n : v, 0, 255)));
      }
    }
    image.resize(std::size_t{layout.stride} * (y + 1));
  }
  return image;
}

TEST_CASE("ImageReference.AgreesOnComputedColours") {
  const auto rules = mixer::colour_rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::uint32_t channels = i % 5 == 1 ? 4 : 3;
    const Layout layout = test::pixel_layout(50 * channels + (i % 3 == 1 ? 2 : 0), channels, 1);
    const Bytes image = computed_image(rules[i], layout, 26);
    if (i % 2 == 0) {
      require_equal_pixels(image, layout, i % 4 == 0 ? 1 : 5, false);
    } else {
      require_equal_pixels<Effort::kLarge>(image, layout, 1, false);
    }
  }
  // One rule after the other.
  const Layout layout = test::pixel_layout(120, 3, 1);
  Bytes both = computed_image(rules[0], layout, 40);
  const Bytes other = computed_image(rules[15], layout, 40);
  both.insert(both.end(), other.begin(), other.end());
  require_equal_pixels(both, layout, 2, true);
}

}  // namespace
}  // namespace nnzip
