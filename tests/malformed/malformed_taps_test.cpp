// SPDX-License-Identifier: Apache-2.0
// Blocks of pixels and of residuals whose layout the kind, the streams or the model do not allow,
// and such blocks damaged.
#include <catch2/catch.hpp>

#include "codec/kinds/kind.h"
#include "container/container_reader.h"
#include "malformed/frame_parts.h"
#include "unit/pixel_layouts.h"

namespace nnzip {
namespace {

using test::error_code;
using test::frame_of_kind;
using test::pixel_layout;
using test::Random;
using test::TinyModel;
using test::value;
using test::operator+;

const TinyModel& plain() {
  static const TinyModel model(51);
  return model;
}
const TinyModel& of_pixels() {
  static const TinyModel model(52, tiny_tap_config(Form::kPixels));
  return model;
}
const TinyModel& of_samples() {
  static const TinyModel model(53, tiny_tap_config(Form::kSamples));
  return model;
}

// All three models can be found.
Options options() {
  Options options = plain().options();
  options.model_folders.push_back(of_pixels().folder.path);
  options.model_folders.push_back(of_samples().folder.path);
  return options;
}

const Layout kSamples{.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true};

Bytes content() {
  Bytes image = test::sample_photograph(pixel_layout(96, 4, 1), 3);
  for (std::size_t i = 0; i < image.size(); i += 2) image[i] &= 0xF8;  // unused bits of samples
  return image;
}

Bytes pixel_frame(int streams = 4) {
  return frame_of_kind(BlockKind::kMixed, content(), of_pixels(), streams, pixel_layout(96, 4, 1));
}

Bytes sample_frame() {
  return frame_of_kind(BlockKind::kNetwork, content(), of_samples(), 4, kSamples,
                       {{Filter::kResiduals}});
}

TEST_CASE("MalformedTaps.GoodFramesComeBack") {
  for (const int streams : {1, 2, 8})
    CHECK(decompress(pixel_frame(streams), options()) == content());
  CHECK(decompress(sample_frame(), options()) == content());
}

// A header with all its fields, and nothing behind it.
Bytes header_of(BlockKind kind, int log2_streams, const Layout& layout, const FilterChain& filters,
                Effort effort = Effort::kUsual) {
  BlockHeader header;
  header.kind = kind;
  header.effort = effort;
  header.log2_streams = log2_streams;
  header.content_bytes = 300;
  header.layout = layout;
  header.filters = filters;
  const auto id = test::model_field(plain());
  Bytes frame =
      test::frame_start(needs_model(kind) ? test::kModelFlag : 0, needs_model(kind) ? id : Bytes{});
  write_block_header(header, 1, frame);
  return frame;
}

int header_error(const Bytes& frame) {
  test::MemoryReader in(frame);
  ContainerReader reader(in);
  return error_code([&] {
    reader.next_frame();
    check_header(*reader.next_header());
  });
}

TEST_CASE("MalformedTaps.KindsHaveTheirLayouts") {
  const Layout rgb = pixel_layout(96, 3, 1), deep = pixel_layout(96, 3, 2);
  const Layout table{.stride = 40, .element = 2, .odd_high = true}, code{.form = Form::kCode};
  const auto corrupt = value(ErrorCode::kCorrupt);
  const auto error = [](BlockKind kind, const Layout& layout, const FilterChain& filters,
                        int log2_streams = 0) {
    return header_error(header_of(kind, log2_streams, layout, filters));
  };
  CHECK(error(BlockKind::kMixed, rgb, {}) == 0);
  CHECK(error(BlockKind::kMixed, table, {}, 6) == 0);
  CHECK(error(BlockKind::kNetwork, kSamples, {{Filter::kResiduals}}, 6) == 0);
  CHECK(error(BlockKind::kContexts, deep, {}) == 0);

  CHECK(error(BlockKind::kMixed, deep, {}) == corrupt);
  CHECK(error(BlockKind::kMixed, rgb, {{Filter::kColumns}}) == corrupt);
  CHECK(error(BlockKind::kMixed, kSamples, {{Filter::kSamples}}) == corrupt);
  CHECK(error(BlockKind::kMixed, kSamples, {{Filter::kResiduals}}) == corrupt);
  CHECK(error(BlockKind::kNetwork, table, {}) == corrupt);
  CHECK(error(BlockKind::kNetwork, code, {{Filter::kCalls}}) == corrupt);
  CHECK(error(BlockKind::kNetwork, rgb, {}) == corrupt);
  CHECK(error(BlockKind::kNetwork, rgb, {{Filter::kResiduals}}) == corrupt);
  CHECK(error(BlockKind::kNetwork, kSamples, {{Filter::kSamples}}) == corrupt);
  CHECK(error(BlockKind::kContexts, kSamples, {{Filter::kResiduals}}) == corrupt);

  const FilterStep repeats{Filter::kRepeats, 200}, calls{Filter::kCalls};
  CHECK(error(BlockKind::kContexts, code, {repeats, calls}) == 0);
  CHECK(error(BlockKind::kMixed, code, {calls, repeats}) == 0);
  CHECK(error(BlockKind::kContexts, {}, {repeats}) == 0);
  CHECK(error(BlockKind::kContexts, code, {calls, calls}) == corrupt);
  CHECK(error(BlockKind::kContexts, code, {{Filter::kRepeats, 301}, calls}) == corrupt);
  CHECK(error(BlockKind::kContexts, table, {repeats, calls}) == corrupt);
  CHECK(error(BlockKind::kNetwork, kSamples, {{Filter::kResiduals}, {Filter::kSamples}}) ==
        corrupt);
}

TEST_CASE("MalformedTaps.LayoutsHaveTheirEfforts") {
  const auto error = [](BlockKind kind, const Layout& layout, Effort effort) {
    return header_error(header_of(kind, 0, layout, {}, effort));
  };
  const auto corrupt = value(ErrorCode::kCorrupt);
  const Layout rgb = pixel_layout(96, 3, 1), jpeg = jpeg_layout(10),
               companded{.form = Form::kCompanded};
  const Effort large = Effort::kLarge;
  CHECK(error(BlockKind::kContexts, {}, large) == 0);
  CHECK(error(BlockKind::kMixed, {.form = Form::kCode}, large) == 0);
  CHECK(error(BlockKind::kContexts, kSamples, large) == 0);
  CHECK(error(BlockKind::kContexts, companded, large) == 0);
  CHECK(error(BlockKind::kMixed, kSamples, large) == corrupt);
  CHECK(error(BlockKind::kContexts, rgb, large) == 0);
  CHECK(error(BlockKind::kMixed, rgb, large) == 0);
  CHECK(error(BlockKind::kContexts, jpeg, large) == corrupt);
}

TEST_CASE("MalformedTaps.RowsMustNotWait") {
  for (const std::uint32_t channels : {1u, 3u}) {
    for (int log2_streams = 1; log2_streams <= kMaxLog2Streams; ++log2_streams) {
      const std::uint32_t least = 3 * channels << log2_streams;
      const auto error = [&](std::uint32_t stride) {
        return header_error(
            header_of(BlockKind::kMixed, log2_streams, pixel_layout(stride, channels, 1), {}));
      };
      CHECK(error(least) == 0);
      CHECK(error(least - 1) == value(ErrorCode::kCorrupt));
      CHECK(error(channels) == value(ErrorCode::kCorrupt));
    }
  }
}

TEST_CASE("MalformedTaps.UnusedBitsAreFewerThanANumberHas") {
  for (const std::uint32_t bytes : {1u, 2u, 3u, 4u}) {
    const Layout layout{.form = Form::kSamples, .element = bytes, .low_first = bytes > 1};
    for (const std::uint32_t bits : {0u, 8 * bytes - 1, 8 * bytes, 255u}) {
      const int expected = bits < 8 * bytes ? 0 : value(ErrorCode::kCorrupt);
      CHECK(header_error(header_of(BlockKind::kNetwork, 0, layout,
                                   {{Filter::kResiduals, 0, bits}})) == expected);
    }
  }
}

// Names another model in the frame of one block.
Bytes with_model(Bytes frame, const TinyModel& other) {
  const Bytes id = test::model_field(other);
  std::copy(id.begin(), id.end(), frame.begin() + 5);
  return frame;
}

TEST_CASE("MalformedTaps.ModelsAreForTheirOwnContent") {
  const Bytes of_bytes = frame_of_kind(BlockKind::kNetwork, content(), plain());
  const Bytes mixed = frame_of_kind(BlockKind::kMixed, content(), plain());
  const Bytes table = frame_of_kind(BlockKind::kMixed, content(), plain(), 1, {.stride = 24});
  const auto refused = [](const Bytes& frame, const TinyModel& model) {
    try {
      decompress(with_model(frame, model), options());
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::kCorrupt);
      CHECK_THAT(error.what(), Catch::Contains("not of the kind that its model is for"));
      return true;
    }
    return false;
  };
  for (const Bytes& frame : {of_bytes, mixed, table}) {
    CHECK_FALSE(refused(frame, plain()));
    CHECK(refused(frame, of_pixels()));
    CHECK(refused(frame, of_samples()));
  }
  CHECK(refused(pixel_frame(), plain()));
  CHECK(refused(pixel_frame(), of_samples()));
  CHECK(refused(sample_frame(), plain()));
  CHECK(refused(sample_frame(), of_pixels()));
}

// Only the right content or an error.
TEST_CASE("MalformedTaps.DamageIsFound") {
  const Bytes right = content();
  for (const Bytes& good : {pixel_frame(), sample_frame()}) {
    for (std::size_t size = 0; size < good.size(); size += 7) {
      const Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(error_code([&] { decompress(cut, options()); }) != 0);
    }
    Random random(9);
    for (std::size_t i = 0; i < good.size(); ++i) {
      Bytes bad = good;
      const Bytes bit = random.bytes(1);
      bad[i] = static_cast<std::uint8_t>(bad[i] ^ 1 << bit[0] % 8);
      Bytes got;
      CAPTURE(i);
      const int code = error_code([&] { got = decompress(bad, options()); });
      CHECK((code != 0 || got == right));
    }
  }
}

TEST_CASE("MalformedTaps.ListsSayWhatABlockIs") {
  std::vector<BlockInfo> blocks;
  const auto keep = [&](std::size_t, const BlockInfo& block) { blocks.push_back(block); };
  for (const Bytes& frame : {pixel_frame(), sample_frame()}) {
    test::MemoryReader in(frame);
    list_frames(in, options(), keep);
  }
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].coding == "mixed");
  CHECK(blocks[0].form == "pixels");
  CHECK(blocks[1].coding == "network");
  CHECK(blocks[1].filter == "residuals");
}

}  // namespace
}  // namespace nnzip
