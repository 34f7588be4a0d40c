// SPDX-License-Identifier: Apache-2.0
// What drives sessions: calls of any width give the same bytes, and a device that fails is an
// error.
#include <catch2/catch.hpp>
#include <climits>

#include "codec/block_coder.h"
#include "codec/kinds/kind_mixed.h"
#include "codec/lanes/lane_team.h"
#include "unit/pixel_layouts.h"
#include "unit/sound_samples.h"
#include "unit/tiny_models.h"
#include "unit/wrapped_engine.h"

namespace nnzip {
namespace {

using test::Random;
using test::TinyModel;
using test::WrappedEngine;

// A block as it is coded, of each kind that needs a network and of each form.
struct Sample {
  const char* name;
  const TinyModel& tiny;
  BlockHeader header;
  Bytes filtered;
};

BlockHeader header_of(BlockKind kind, int log2_streams, std::size_t bytes, const Layout& layout) {
  BlockHeader header;
  header.kind = kind;
  header.log2_streams = log2_streams;
  header.content_bytes = static_cast<std::uint32_t>(bytes);
  header.layout = layout;
  return header;
}

const std::vector<Sample>& samples() {
  static const TinyModel plain(41), of_pixels(42, tiny_tap_config(Form::kPixels)),
      of_samples(43, tiny_tap_config(Form::kSamples));
  static const std::vector<Sample> all = [] {
    const Layout pixels = test::pixel_layout(96, 3, 1), sound = test::sound_layout(2, 2, true);
    const Bytes bytes = Random(7).bytes(700), image = test::sample_photograph(pixels, 7);
    BlockHeader residuals = header_of(BlockKind::kNetwork, 2, bytes.size(), sound);
    residuals.filters = {{Filter::kResiduals}};
    return std::vector<Sample>{
        {"network", plain, header_of(BlockKind::kNetwork, 3, bytes.size(), {}), bytes},
        {"mixed", plain, header_of(BlockKind::kMixed, 4, bytes.size(), {}), bytes},
        {"one stream", plain, header_of(BlockKind::kMixed, 0, bytes.size(), {}), bytes},
        {"pixels", of_pixels, header_of(BlockKind::kMixed, 3, image.size(), pixels), image},
        {"residuals", of_samples, residuals, bytes}};
  }();
  return all;
}

Bytes encoded(const Sample& sample, std::shared_ptr<const Engine> engine, int threads) {
  const Kind& kind = kind_of(sample.header.kind);
  REQUIRE(kind.fits(sample.header, engine.get()));
  return kind.encode(sample.header, sample.filtered, {std::move(engine), threads, {}}).back().data;
}

bool decodes(const Sample& sample, const Bytes& coded, std::shared_ptr<const Engine> engine,
             int threads) {
  Bytes back(sample.filtered.size());
  return kind_of(sample.header.kind)
             .decode(sample.header, coded, {std::move(engine), threads, {}}, back) &&
         back == sample.filtered;
}

TEST_CASE("Lanes.WidthsDoNotChangeCodedBytes") {
  const Width widths[] = {{1, 1},  {3, 7},        {64, 64},  {1, 64},           {256, 4},
                          {0, -1}, {INT_MIN, 64}, {8, 5000}, {INT_MAX, INT_MAX}};
  for (const Sample& sample : samples()) {
    const Bytes expected = encoded(sample, sample.tiny.engine(), 1);
    for (const Width& width : widths) {
      for (const int threads : {1, 2, 5}) {
        INFO(sample.name << ", " << width.lanes << " x " << width.positions << ", " << threads
                         << " threads");
        const auto engine = std::make_shared<WrappedEngine>(sample.tiny.engine());
        engine->width = width;
        CHECK(encoded(sample, engine, threads) == expected);
        CHECK(decodes(sample, expected, engine, threads));
      }
    }
  }
}

TEST_CASE("Lanes.CallsAreAsWideAsTheEngineLikes") {
  const Sample& sample = samples()[1];
  const auto calls_of = [&](Width width, int threads) {
    const auto engine = std::make_shared<WrappedEngine>(sample.tiny.engine());
    engine->width = width;
    encoded(sample, engine, threads);
    return engine->calls();
  };
  // 16 streams of 44 positions, the last one of 40.
  const std::vector<WrappedEngine::Call> whole = calls_of({16, 44}, 1);
  REQUIRE(whole.size() == 2);
  CHECK(whole[0].active == 16);
  CHECK(whole[0].count == 40);
  CHECK(calls_of({1, 1}, 1).size() == 44);
  CHECK(calls_of({0, 0}, 1).size() == 44);
  for (const WrappedEngine::Call& call : calls_of({3, 7}, 1)) CHECK(call.count <= 7);
  // All lanes in one call where the device is wide, else a group for some each.
  for (const WrappedEngine::Call& call : calls_of({1024, 16}, 4)) CHECK(call.active >= 15);
  for (const WrappedEngine::Call& call : calls_of({8, 64}, 4)) CHECK(call.active == 1);
}

TEST_CASE("Lanes.GroupsAreBounded") {
  const auto engine = std::make_shared<WrappedEngine>(samples()[0].tiny.engine());
  for (const int lanes : {INT_MIN, 0, 1, 2, 8, 100, INT_MAX}) {
    for (const int positions : {-1, 1, 64, INT_MAX}) {
      engine->width = {lanes, positions};
      const CallShape shape(*engine);
      CHECK(shape.lanes >= 1);
      CHECK(shape.rows() <= CallShape::kMaxRows);
      for (std::size_t n = 1; n <= 64; ++n) {
        CHECK(shape.window(n) >= 1);
        CHECK(n * shape.window(n) <= std::max(shape.rows(), n));
        for (const LaneTeam::Use use : {LaneTeam::Use::kAhead, LaneTeam::Use::kInTurns}) {
          for (const int threads : {0, 1, 2, 16}) {
            const std::size_t groups = LaneTeam::group_count(shape, threads, n, use);
            CHECK((groups >= 1 && groups <= n));
          }
        }
      }
    }
  }
}

TEST_CASE("Lanes.ADeviceThatFailsIsAnError") {
  for (const Sample& sample : samples()) {
    const Bytes coded = encoded(sample, sample.tiny.engine(), 1);
    for (const int threads : {1, 2, 5}) {
      // The number of calls that all of it takes.
      const auto calls = [&](bool decoding) {
        const auto engine = std::make_shared<WrappedEngine>(sample.tiny.engine());
        engine->width = {3, 7};
        if (decoding) {
          decodes(sample, coded, engine, threads);
        } else {
          encoded(sample, engine, threads);
        }
        return static_cast<long>(engine->calls().size());
      };
      for (const bool decoding : {false, true}) {
        const long all = calls(decoding);
        for (const long good : {0L, 1L, 2L, all / 2, all - 1}) {
          INFO(sample.name << ", " << threads << " threads, " << good << " of " << all
                           << (decoding ? ", decoding" : ", encoding"));
          const auto engine = std::make_shared<WrappedEngine>(sample.tiny.engine());
          engine->width = {3, 7};
          engine->good_calls = good;
          try {
            if (decoding) {
              decodes(sample, coded, engine, threads);
            } else {
              encoded(sample, engine, threads);
            }
            FAIL("nothing was thrown");
          } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::kDeviceFailed);
            CHECK_THAT(error.what(), Catch::Contains("the device wrapped failed"));
          }
        }
      }
    }
  }
}

// Where an encoder could take another kind instead, it is told as well.
TEST_CASE("Lanes.AnEncoderDoesNotHideThatTheDeviceFailed") {
  const TinyModel& tiny = samples()[0].tiny;
  const Bytes content = tiny.typical_content(3000, 5);
  const auto engine = std::make_shared<WrappedEngine>(tiny.engine());
  engine->good_calls = 10;
  Segment segment;
  segment.bytes = content.size();
  for (const int threads : {1, 3}) {
    CHECK(test::error_code([&] {
            encode_block(content, segment, FrameModels(engine), level_meaning(5), true, threads);
          }) == test::value(ErrorCode::kDeviceFailed));
  }
}

}  // namespace
}  // namespace nnzip
