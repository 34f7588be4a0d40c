// SPDX-License-Identifier: Apache-2.0
// Taps are what FILTERS.md says, in any order of rows, and look at nothing that is not yet known.
#include "model/taps.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/bytes.h"
#include "nnzip/error.hpp"
#include "unit/pixel_layouts.h"

namespace nnzip {
namespace {

using test::pixel_layout;

constexpr Tap kPixelTaps[] = {Tap::kPixelW,     Tap::kPixelN,         Tap::kPixelNW,
                              Tap::kPixelNE,    Tap::kPixelWW,        Tap::kPixelNN,
                              Tap::kResidualW,  Tap::kResidualN,      Tap::kResidualNW,
                              Tap::kResidualNE, Tap::kResidualColour, Tap::kResidualSecondColour,
                              Tap::kPrediction, Tap::kPixelChannel};
constexpr Tap kSampleTaps[] = {Tap::kSamplePlace,  Tap::kSampleLast,   Tap::kSampleSecond,
                               Tap::kSampleThird,  Tap::kSampleBeside, Tap::kSampleMean8,
                               Tap::kSampleMean32, Tap::kSampleMean128};

Bytes noise(std::size_t size, std::uint32_t state) {
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525 + 9) >> 24);
  return bytes;
}

// Slopes and noise, so that all of the limits are met.
Bytes image(const Layout& layout, std::size_t size) {
  Bytes content = noise(size, 5);
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t y = i / layout.stride;
    if (y % 3 != 2)
      content[i] = static_cast<std::uint8_t>(3 * y + 2 * (i % layout.stride) + content[i] / 90);
  }
  return content;
}

std::vector<Layout> eight_bit_layouts() {
  std::vector<Layout> layouts;
  for (const Layout& layout : test::pixel_layouts()) {
    if (PixelTaps::fits(layout)) layouts.push_back(layout);
  }
  layouts.push_back(pixel_layout(9, 3, 1));
  layouts.push_back(pixel_layout(14, 4, 1));  // padding of two
  return layouts;
}

struct Prepared {
  Bytes predictions, taps;
  bool operator==(const Prepared&) const = default;
};

Prepared in_raster_order(const Layout& layout, const Bytes& content) {
  PixelTaps taps(layout, content, kPixelTaps);
  Prepared all{Bytes(content.size()), Bytes(content.size() * std::size(kPixelTaps))};
  for (std::size_t i = 0; i < content.size(); ++i) {
    all.predictions[i] = taps.prepare(
        i, std::span(all.taps).subspan(i * std::size(kPixelTaps), std::size(kPixelTaps)));
  }
  return all;
}

// As late as the precondition allows: a row begins when the one above is a pixel and a byte ahead;
// rows are visited from the last one up. What is not known holds `poison`.
Prepared in_wavefront_order(const Layout& layout, const Bytes& content, std::uint8_t poison) {
  Bytes known(content.size(), poison);
  PixelTaps taps(layout, known, kPixelTaps);
  Prepared all{Bytes(content.size()), Bytes(content.size() * std::size(kPixelTaps))};
  const std::size_t stride = layout.stride, pixels = stride / layout.element * layout.element;
  const std::size_t rows = (content.size() + stride - 1) / stride;
  std::vector<std::size_t> done(rows);
  const auto is_ready = [&](std::size_t y) {
    const std::size_t here = done[y];
    if (here == stride || y * stride + here >= content.size()) return false;
    // Up to the end of the next pixel to the right, or of padding this byte.
    const std::size_t wanted =
        here < pixels ? std::min((here / layout.element + 2) * layout.element, pixels) : here + 1;
    return y == 0 || done[y - 1] >= wanted;
  };
  for (std::size_t step = 0; step < content.size(); ++step) {
    std::size_t y = rows - 1;
    while (!is_ready(y)) {
      REQUIRE(y > 0);
      --y;
    }
    const std::size_t i = y * stride + done[y]++;
    all.predictions[i] = taps.prepare(
        i, std::span(all.taps).subspan(i * std::size(kPixelTaps), std::size(kPixelTaps)));
    known[i] = content[i];
  }
  return all;
}

// The document once more, on whole images by coordinates.
class PlainImage {
 public:
  PlainImage(const Layout& layout, const Bytes& content)
      : stride_(layout.stride),
        channels_(static_cast<int>(layout.channels)),
        width_(static_cast<int>(layout.stride / layout.element)),
        content_(content) {}

  Bytes taps(int x, int y, int c) const {
    const Place w = clip(x - 1, y), n = clip(x, y - 1), nw = clip(x - 1, y - 1),
                ne = clip(x + 1, y - 1), ww = clip(x - 2, y), nn = clip(x, y - 2);
    Bytes out;
    const int p = predicted(x, y, c);
    for (const Place& at : {from(x, y, w), from(x, y, n), from(x, y, nw), from(x, y, ne),
                            x >= 2 ? ww : from(x, y, w), y >= 2 ? nn : from(x, y, n)}) {
      const bool follows = channels_ >= 3 && (c == 1 || c == 2);
      const int shift = follows ? number(x, y, c - 1) - number(at.x, at.y, c - 1) : 0;
      out.push_back(middle(number(at.x, at.y, c) + shift - p));
    }
    for (const Place& at : {from(x, y, w), from(x, y, n), from(x, y, nw), from(x, y, ne)}) {
      out.push_back(at.x < 0 ? 128 : middle(number(at.x, at.y, c) - predicted(at.x, at.y, c)));
    }
    for (const int back : {1, 2}) {
      out.push_back(c < back ? 128 : middle(number(x, y, c - back) - predicted(x, y, c - back)));
    }
    out.push_back(static_cast<std::uint8_t>(p));
    out.push_back(static_cast<std::uint8_t>(4 * (channels_ - 1) + c));
    return out;
  }

 private:
  struct Place {
    int x, y;
  };
  static std::uint8_t middle(int v) {
    return static_cast<std::uint8_t>(v < -127 ? 1 : v > 127 ? 255 : v + 128);
  }
  // A column beyond the last one is the one above; before the first one, the pixel above.
  Place clip(int x, int y) const { return {std::min(x, width_ - 1), y}; }
  // Where a number outside is seen from (x, y).
  Place from(int x, int y, Place at) const {
    if (y == 0) return x > 0 ? Place{x - 1, 0} : Place{-1, -1};
    if (at.x < 0) return {x, y - 1};
    return at;
  }
  int number(int x, int y, int c) const {
    if (x < 0) return 0;
    return content_[static_cast<std::size_t>(y) * stride_ +
                    static_cast<std::size_t>(x * channels_ + c)];
  }
  static int median(int w, int n, int nw) {
    return std::max(std::min(w, n), std::min(w + n - nw, std::max(w, n)));
  }
  int predicted(int x, int y, int c) const {
    const Place w = from(x, y, {x - 1, y}), n = from(x, y, {x, y - 1}),
                nw = from(x, y, {x - 1, y - 1});
    const int own = median(number(w.x, w.y, c), number(n.x, n.y, c), number(nw.x, nw.y, c));
    if (channels_ < 3 || c == 0 || c == 3) return own;
    const int differences = median(number(w.x, w.y, c) - number(w.x, w.y, c - 1),
                                   number(n.x, n.y, c) - number(n.x, n.y, c - 1),
                                   number(nw.x, nw.y, c) - number(nw.x, nw.y, c - 1));
    return std::clamp(number(x, y, c - 1) + differences, 0, 255);
  }

  std::size_t stride_;
  int channels_, width_;
  const Bytes& content_;
};

std::vector<std::size_t> sizes_of(const Layout& layout) {
  std::vector<std::size_t> sizes;
  for (const std::size_t rows : {0, 1, 2, 6}) {
    for (const std::size_t more :
         {std::size_t{0}, std::size_t{1}, std::size_t{layout.stride} - 1}) {
      sizes.push_back(rows * layout.stride + more);
    }
  }
  return sizes;
}

TEST_CASE("PixelTaps.PredictWhatTheirTapSays") {
  constexpr std::size_t kTaps = std::size(kPixelTaps), kOfPrediction = 12;
  REQUIRE(kPixelTaps[kOfPrediction] == Tap::kPrediction);
  for (const Layout& layout : eight_bit_layouts()) {
    for (const std::size_t size : sizes_of(layout)) {
      const Bytes content = image(layout, size);
      const Prepared all = in_raster_order(layout, content);
      const std::size_t numbers = layout.stride / layout.element * layout.channels;
      for (std::size_t i = 0; i < size; ++i) {
        INFO(layout.stride << " " << layout.channels << " " << size << " at " << i);
        const std::uint8_t above = i < layout.stride ? 0 : content[i - layout.stride];
        const bool padding = i % layout.stride >= numbers;
        REQUIRE(all.predictions[i] == (padding ? above : all.taps[i * kTaps + kOfPrediction]));
      }
    }
  }
}

TEST_CASE("PixelTaps.AreTheDocumentedOnes") {
  int limits = 0;
  for (const Layout& layout : eight_bit_layouts()) {
    const Bytes content = image(layout, layout.stride * 7);
    const Prepared all = in_raster_order(layout, content);
    const PlainImage plain(layout, content);
    const int channels = static_cast<int>(layout.channels);
    for (std::size_t i = 0; i < content.size(); ++i) {
      const int y = static_cast<int>(i / layout.stride),
                column = static_cast<int>(i % layout.stride);
      const auto first = all.taps.begin() + static_cast<std::ptrdiff_t>(i * std::size(kPixelTaps));
      const Bytes taps(first, first + std::size(kPixelTaps));
      INFO(layout.stride << " " << channels << " at " << i);
      if (column >= static_cast<int>(layout.stride / layout.element) * channels) {
        Bytes padding(std::size(kPixelTaps), 128);
        padding.back() = 255;
        REQUIRE(taps == padding);
      } else {
        REQUIRE(taps == plain.taps(column / channels, y, column % channels));
        limits += static_cast<int>(std::ranges::count(std::span(taps).first(6), 255));
      }
    }
  }
  CHECK(limits > 0);
}

TEST_CASE("PixelTaps.DependOnNothingBehindAWavefront") {
  for (const Layout& layout : eight_bit_layouts()) {
    for (const std::size_t size : sizes_of(layout)) {
      INFO(layout.stride << " " << layout.channels << " " << size);
      const Bytes content = image(layout, size);
      const Prepared all = in_raster_order(layout, content);
      REQUIRE(in_wavefront_order(layout, content, 0) == all);
      REQUIRE(in_wavefront_order(layout, content, 0xA7) == all);
    }
  }
}

TEST_CASE("PixelTaps.KnowsTheDocumentedValues") {
  // Two rows of two pixels of three channels.
  const Bytes content = {10, 20, 30, 200, 190, 30, 12, 25, 33, 100, 0, 0};
  PixelTaps taps(pixel_layout(6, 3, 1), content, kPixelTaps);
  Bytes values(std::size(kPixelTaps));
  Bytes predictions;
  for (std::size_t i = 0; i <= 7; ++i) predictions.push_back(taps.prepare(i, values));
  // Green of the first pixel of the second row, 25: N is 20 above red 10, so 22 is predicted; NE
  // is 10 less than its red, so 2 is its guess. What remained of green 20 was 20 - 10.
  CHECK(predictions == Bytes{0, 10, 20, 10, 210, 200, 10, 22});
  CHECK(values == Bytes{128, 128, 128, 108, 128, 128, 138, 138, 138, 108, 130, 128, 22, 9});
}

TEST_CASE("PixelTaps.RefuseOtherLayoutsAndTaps") {
  const Bytes content(10);
  CHECK_FALSE(PixelTaps::fits(Layout{}));
  CHECK_FALSE(PixelTaps::fits(pixel_layout(4, 1, 2)));
  CHECK_FALSE(PixelTaps::fits(pixel_layout(2, 3, 1)));
  CHECK_THROWS_AS(PixelTaps(pixel_layout(4, 1, 2), content, kPixelTaps), Error);
  CHECK_THROWS_AS(PixelTaps(pixel_layout(4, 1, 1), content, kSampleTaps), Error);
  CHECK_THROWS_AS(SampleTaps(pixel_layout(4, 1, 1), 0, kSampleTaps), Error);
  Layout samples{.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true};
  CHECK_THROWS_AS(SampleTaps(samples, 0, kPixelTaps), Error);
}

std::uint8_t plain_logarithm(std::uint64_t x) {
  std::uint64_t e = 0;
  while ((x >> e) >= 16) ++e;
  return static_cast<std::uint8_t>(std::min<std::uint64_t>(8 * e + (x >> e), 255));
}

// The document once more, from the whole history of the stream.
Bytes plain_sample_taps(const Layout& layout, const Bytes& content, std::size_t first,
                        std::size_t at) {
  const std::size_t bytes = layout.number_bytes(), channel = at % layout.element / bytes;
  std::vector<std::uint64_t> own, all;
  for (std::size_t i = (first + bytes - 1) / bytes * bytes; i + bytes <= at; i += bytes) {
    std::uint64_t number = 0;
    for (std::size_t k = 0; k < bytes; ++k) number = number * 256 + content[i + k];
    all.push_back(number);
    if (i % layout.element / bytes == channel) own.push_back(number);
  }
  Bytes out{static_cast<std::uint8_t>((layout.channels > 1 ? 128 : 0) +
                                      8 * (4 * (bytes - 1) + at % bytes) + channel)};
  for (std::size_t back = 1; back <= 3; ++back) {
    out.push_back(own.size() < back ? 0 : plain_logarithm(own[own.size() - back]));
  }
  out.push_back(all.empty() ? 0 : plain_logarithm(all.back()));
  for (const std::size_t memory : {8, 32, 128}) {
    std::int64_t mean = 0;
    for (std::size_t i = 1; i <= own.size(); ++i) {
      const auto given = static_cast<std::int64_t>(own[i - 1] * 65536);
      mean += (given - mean) / static_cast<std::int64_t>(std::min(i, memory));
      REQUIRE(mean >= 0);
    }
    out.push_back(plain_logarithm(static_cast<std::uint64_t>(mean) / 4096));
  }
  return out;
}

TEST_CASE("SampleTaps.AreTheDocumentedOnes") {
  for (std::uint32_t channels = 1; channels <= 8; ++channels) {
    for (std::uint32_t bytes = 1; bytes <= 4; ++bytes) {
      const Layout layout{
          .form = Form::kSamples, .element = channels * bytes, .channels = channels};
      Bytes content = noise(700 * bytes / 2, bytes);
      // Mostly small ones: high bytes are 0.
      for (std::size_t i = 0; i < content.size(); ++i) {
        if (i % bytes + 1 < bytes && i % 11 != 0) content[i] = 0;
      }
      for (const std::size_t first : {0u, 1u, 2u, 3u, 5u, 31u, 64u}) {
        SampleTaps taps(layout, first, kSampleTaps);
        Bytes values(std::size(kSampleTaps));
        for (std::size_t i = first; i < content.size(); ++i) {
          taps.prepare(values);
          if (i % 7 == first % 7 || i < first + 50) {
            INFO(channels << " of " << bytes << " from " << first << " at " << i);
            REQUIRE(values == plain_sample_taps(layout, content, first, i));
          }
          taps.push(content[i]);
        }
      }
    }
  }
}

TEST_CASE("SampleTaps.KnowsTheDocumentedValues") {
  // Stereo of 16 bits: 3 and 300, then the high byte of 5.
  const Layout layout{.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true};
  SampleTaps taps(layout, 0, kSampleTaps);
  for (const std::uint8_t byte : Bytes{0, 3, 1, 44, 0}) taps.push(byte);
  Bytes values(std::size(kSampleTaps));
  taps.prepare(values);
  // 300 has 9 bits: 40 + (300 >> 5); a mean of 3 is 48 sixteenths, of 6 bits: 16 + (48 >> 2).
  CHECK(values == Bytes{128 + 8 * 5, 3, 0, 0, 49, 28, 28, 28});
}

}  // namespace
}  // namespace nnzip
