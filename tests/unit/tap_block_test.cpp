// SPDX-License-Identifier: Apache-2.0
// Blocks whose network has taps: pixels in wavefront order, residuals of sound.
#include <catch2/catch.hpp>
#include <sstream>

#include "codec/block_coder.h"
#include "codec/kinds/kind_mixed.h"
#include "codec/lanes/lockstep.h"
#include "filter/samples.h"
#include "mixer/mixer.h"
#include "nnzip/diagnostics.hpp"
#include "unit/block_frames.h"
#include "unit/pixel_layouts.h"
#include "unit/sound_samples.h"

namespace nnzip {
namespace {

using test::pixel_layout;
using test::Random;
using test::TinyModel;

const TinyModel& of_pixels() {
  static const TinyModel model(31, tiny_tap_config(Form::kPixels));
  return model;
}

const TinyModel& of_samples() {
  static const TinyModel model(32, tiny_tap_config(Form::kSamples));
  return model;
}

std::shared_ptr<const Engine> by_reference(const TinyModel& tiny) {
  return find_backend("reference").load(tiny.model());
}

// Of whole rows and a part of one more.
Bytes photograph(const Layout& layout, std::size_t size) {
  Bytes image =
      test::sample_photograph(layout, static_cast<std::uint32_t>(size / layout.stride + 1));
  image.resize(size);
  return image;
}

// With a row whose last pixels have padding behind them, and without.
std::vector<Layout> layouts() {
  return {pixel_layout(48, 1, 1), pixel_layout(100, 3, 1), pixel_layout(101, 4, 1),
          pixel_layout(7, 2, 1)};
}

std::vector<int> plans_of(const Layout& layout) {
  std::vector<int> streams;
  for (int s = 1; s <= kMaxStreams && BlockOrder::fits(layout, s); s *= 2) streams.push_back(s);
  return streams;
}

TEST_CASE("TapBlock.PixelsComeBackForEveryPlanAndThreadCount") {
  for (const Layout& layout : layouts()) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{layout.stride}, std::size_t{2011}}) {
      const Bytes content = photograph(layout, size);
      for (const int streams : plans_of(layout)) {
        CAPTURE(layout.stride, layout.channels, size, streams);
        const BlockPlan plan = stated_plan(size, streams);
        const Bytes coded = MixedCoder(of_pixels().engine(), 1).encode(content, plan, layout, {});
        for (const int threads : {1, 2, 5}) {
          const MixedCoder coder(of_pixels().engine(), threads);
          CHECK(coder.encode(content, plan, layout, {}) == coded);
          Bytes back(size);
          CHECK(coder.decode(coded, plan, layout, back, {}));
          CHECK((back == content));
        }
      }
    }
  }
}

TEST_CASE("TapBlock.PixelsAreTheSameFromTheReference") {
  for (const Layout& layout : layouts()) {
    const Bytes content = photograph(layout, 700);
    const BlockPlan plan = stated_plan(content.size(), plans_of(layout).back());
    CHECK(MixedCoder(by_reference(of_pixels()), 1).encode(content, plan, layout, {}) ==
          MixedCoder(of_pixels().engine(), 2).encode(content, plan, layout, {}));
  }
}

// FORMAT.md in other words: taps of the whole image in raster order first, then each stream's
// distributions by a network of its own, then the mixer, with a list of turns that is sorted.
Bytes encode_plainly(const Bytes& content, int streams, const Layout& layout) {
  const auto engine = of_pixels().engine();
  const std::size_t count = engine->taps().size(), lag = streams > 1 ? 3 * layout.element : 0;
  PixelTaps pixel_taps(layout, content, engine->taps());
  std::vector<Bytes> taps(content.size(), Bytes(count));
  Bytes predictions;
  for (std::size_t i = 0; i < content.size(); ++i) {
    predictions.push_back(pixel_taps.prepare(i, taps[i]));
  }
  struct Turn {
    std::size_t step;
    int stream;
    std::size_t position;
    Distribution network;
  };
  std::vector<Turn> turns;
  for (int stream = 0; stream < streams; ++stream) {
    const auto session = engine->session(1);
    std::uint8_t symbol = 0;
    std::size_t step = static_cast<std::size_t>(stream) * lag;
    for (std::size_t i = 0; i < content.size(); ++i) {
      const std::size_t row = i / layout.stride;
      if (static_cast<int>(row % static_cast<std::size_t>(streams)) != stream) continue;
      Distribution next;
      session->score({&symbol, 1}, taps[i], 1, 1, {&next, 1});
      Turn turn{step++, stream, i, {}};
      std::uint32_t sum = 0;
      for (std::uint32_t v = 0; v < 256; ++v) {
        const auto of_symbol = static_cast<std::uint8_t>(v - predictions[i]);
        turn.network.cumulative[v] = sum;
        sum += next.high(of_symbol) - next.low(of_symbol);
      }
      turn.network.cumulative[256] = sum;
      turns.push_back(turn);
      symbol = static_cast<std::uint8_t>(content[i] - predictions[i]);
    }
  }
  std::stable_sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) {
    return std::pair(a.step, a.stream) < std::pair(b.step, b.stream);
  });
  Mixer mixer({content.size(), streams, layout, true, Effort::kUsual, {}});
  RangeEncoder coder;
  for (const Turn& turn : turns) {
    mixer.encode(turn.stream, content[turn.position], &turn.network, coder);
  }
  return coder.finish();
}

TEST_CASE("TapBlock.PixelsAreCodedAsTheFormatSays") {
  for (const Layout& layout : layouts()) {
    for (const int streams : plans_of(layout)) {
      CAPTURE(layout.stride, layout.channels, streams);
      const Bytes content = photograph(layout, 1500);
      CHECK(MixedCoder(of_pixels().engine(), 1)
                .encode(content, stated_plan(content.size(), streams), layout, {}) ==
            encode_plainly(content, streams, layout));
    }
  }
}

TEST_CASE("TapBlock.DistributionsTurn") {
  Distribution from, to;
  std::uint32_t sum = 0;
  for (std::uint32_t i = 0; i < 256; ++i) {
    from.cumulative[i] = sum;
    sum += 1 + i * i % 97;
  }
  // What is left to the last one.
  from.cumulative[256] = Distribution::kTotal;
  for (int prediction = 0; prediction < 256; ++prediction) {
    rotate(from, static_cast<std::uint8_t>(prediction), to);
    bool right = to.cumulative[0] == 0 && to.cumulative[256] == Distribution::kTotal;
    for (int v = 0; v < 256; ++v) {
      const auto byte = static_cast<std::uint8_t>(v);
      const auto symbol = static_cast<std::uint8_t>(v - prediction);
      right = right && to.high(byte) - to.low(byte) == from.high(symbol) - from.low(symbol);
    }
    CAPTURE(prediction);
    CHECK(right);
  }
}

// What filter residuals makes of sounds of every width, and the layout that states it.
struct Residuals {
  Bytes sound, content;
  Layout layout;
  FilterChain filters{{Filter::kResiduals}};
};

std::vector<Residuals> residuals() {
  std::vector<Residuals> all;
  for (const test::Sound& sound : test::sounds()) {
    Residuals r{sound.content, {}, sound.layout};
    r.sound.resize(std::min<std::size_t>(r.sound.size(), 1501));
    r.content = apply_filters(r.filters, r.layout, r.sound);
    all.push_back(std::move(r));
  }
  return all;
}

TEST_CASE("TapBlock.ResidualsComeBackForEveryPlanAndThreadCount") {
  for (const Residuals& r : residuals()) {
    REQUIRE(revert_filters(r.filters, r.layout, r.content, r.sound.size()) == r.sound);
    for (const int streams : {1, 4, 64}) {
      CAPTURE(r.layout.element, r.layout.channels, streams);
      const BlockPlan plan = stated_plan(r.content.size(), streams);
      const Bytes coded =
          NetworkCoder(of_samples().engine(), 1).encode(r.content, plan, {}, r.layout);
      for (const int threads : {1, 3}) {
        NetworkCoder coder(of_samples().engine(), threads);
        CHECK(coder.encode(r.content, plan, {}, r.layout) == coded);
        Bytes back(r.content.size());
        CHECK(coder.decode(coded, plan, back, {}, r.layout));
        CHECK((back == r.content));
      }
    }
  }
}

// As FORMAT.md says: each stream by a network and taps of its own, symbol by symbol.
TEST_CASE("TapBlock.ResidualsAreCodedAsTheFormatSays") {
  const auto reference = by_reference(of_samples());
  for (const Residuals& r : residuals()) {
    constexpr std::size_t kStreams = 4;
    const BlockPlan plan = stated_plan(r.content.size(), kStreams);
    std::vector<RangeEncoder> streams(kStreams);
    for (std::size_t stream = 0; stream < kStreams; ++stream) {
      const std::size_t begin = stream * plan.length;
      const std::size_t end = std::min(begin + plan.length, r.content.size());
      const auto session = reference->session(1);
      SampleTaps taps(r.layout, begin, reference->taps());
      Bytes values(reference->taps().size());
      std::uint8_t symbol = 0;
      for (std::size_t i = begin; i < end; ++i) {
        Distribution next;
        taps.prepare(values);
        session->score({&symbol, 1}, values, 1, 1, {&next, 1});
        symbol = r.content[i];
        streams[stream].encode(next, symbol);
        taps.push(symbol);
      }
    }
    CAPTURE(r.layout.element, r.layout.channels);
    CHECK(NetworkCoder(of_samples().engine(), 2).encode(r.content, plan, {}, r.layout) ==
          join_streams(streams));
  }
}

// What the network takes random bits for: nothing else gets as far with it.
Bytes typical_image(const Layout& layout, std::size_t size) {
  Bytes content(size);
  const Bytes bits = Random(3).bytes(2 * size + 64);
  RangeDecoder coder(bits);
  const BlockOrder order(size, 1, layout);
  Lockstep(*of_pixels().engine(), 1, content, order, layout, Lockstep::Content::kBecomesKnown)
      .run([&](std::size_t, std::size_t position, const Distribution& network) {
        content[position] = coder.decode(network);
        return true;
      });
  return content;
}

Bytes typical_sound(const Layout& layout, std::size_t size) {
  Bytes content(size);
  NetworkCoder(of_samples().engine(), 1)
      .decode(Random(4).bytes(2 * size + 64), stated_plan(size, 1), content, {}, layout);
  return revert_filters({{Filter::kResiduals}}, layout, content, size);
}

Segment segment_of(const Bytes& content, const Layout& layout) {
  Segment segment;
  segment.bytes = content.size();
  segment.layout = layout;
  return segment;
}

TEST_CASE("TapBlock.EncoderTakesTheNetworkWhereItHelps") {
  const Layout pixels = pixel_layout(96, 3, 1);
  const Layout samples{.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true};
  const Bytes image = typical_image(pixels, 6000), sound = typical_sound(samples, 6000);
  const auto choose = [](const Bytes& content, const Layout& layout, const TinyModel& tiny) {
    const Means means{tiny.engine(), 2, {}};
    const Coded coded = encode_block(content, segment_of(content, layout),
                                     FrameModels(means.engine), level_meaning(5), true, 2);
    for (const std::size_t models : {1, 2}) {
      Bytes written;
      write_block_header(coded.header, models, written);
      CHECK(written.size() == block_header_bytes(coded.header, models));
    }
    CHECK((decode_block(coded.header, coded.data, means) == content));
    return coded.header;
  };
  const BlockHeader of_image = choose(image, pixels, of_pixels());
  CHECK(of_image.kind == BlockKind::kMixed);
  CHECK(of_image.layout == pixels);
  const BlockHeader of_sound = choose(sound, samples, of_samples());
  CHECK(of_sound.kind == BlockKind::kNetwork);
  CHECK(of_sound.filters == FilterChain{{Filter::kResiduals}});
  // Networks of something else have no part in it.
  const TinyModel plain(33);
  CHECK_FALSE(needs_model(choose(image, pixels, of_samples()).kind));
  CHECK_FALSE(needs_model(choose(image, pixels, plain).kind));
  CHECK_FALSE(needs_model(choose(sound, samples, of_pixels()).kind));
  CHECK_FALSE(needs_model(choose(sound, samples, plain).kind));
}

TEST_CASE("TapBlock.StagesAreThoseThatThereAre") {
  const Layout pixels = pixel_layout(96, 3, 1);
  const Layout samples{.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true};
  const Bytes image = photograph(pixels, 6000), sound = typical_sound(samples, 6000);
  const TinyModel plain(33);
  const auto there_is = [](BlockKind kind, const Bytes& content, const Layout& layout,
                           const TinyModel& tiny) {
    const Means means{tiny.engine(), 1, {}};
    const bool as_it_is = kind == BlockKind::kNetwork && tiny.engine()->taps().empty();
    const Level& level = level_meaning(5);
    const View view =
        as_it_is ? View{} : choose_view(content, segment_of(content, layout), level.sampling);
    const BlockHeader header = header_as(kind, content, view, level);
    if (!header_fits(header, tiny.engine().get())) return false;
    const Coded coded = encode_as(header, content, view, means, content.size()).back();
    CHECK(coded.header.kind == kind);
    CHECK((decode_block(coded.header, coded.data, means) == content));
    return true;
  };
  for (const TinyModel* tiny : {&of_pixels(), &of_samples(), &plain}) {
    CHECK(there_is(BlockKind::kContexts, image, pixels, *tiny));
    CHECK(there_is(BlockKind::kMixed, image, pixels, *tiny) == (tiny == &of_pixels()));
    CHECK(there_is(BlockKind::kNetwork, image, pixels, *tiny) == (tiny == &plain));
    CHECK_FALSE(there_is(BlockKind::kMixed, sound, samples, *tiny));
    CHECK(there_is(BlockKind::kNetwork, sound, samples, *tiny) == (tiny != &of_pixels()));
  }
}

Bytes with_header(const std::string& header, const Bytes& content) {
  Bytes file = test::to_bytes(header);
  file.insert(file.end(), content.begin(), content.end());
  return file;
}

// From a file's header to the stages that its content has, and to a file and back.
TEST_CASE("TapBlock.FilesOfImagesGoThroughNetworksOfPixels") {
  const std::string header = "P6\n64 64\n255\n";
  const Bytes file = with_header(header, photograph(pixel_layout(192, 3, 1), 192 * 64));
  const auto stages = measure_stages(file, of_pixels().options());
  REQUIRE(stages.size() == 2);
  CHECK(stages[0].name == "contexts");
  CHECK(stages[0].content_bytes == file.size());
  CHECK(stages[1].name == "mixed");
  CHECK(stages[1].content_bytes == 192 * 64);
  CHECK(stages[1].coded_bytes > 0);
  Options options = of_pixels().options();
  const Bytes coded = compress(file, options);
  CHECK((decompress(coded, options) == file));
  options.threads = 3;
  CHECK((compress(file, options) == coded));
}

TEST_CASE("TapBlock.PlansOfPixelsFit") {
  constexpr std::size_t kLeast = 1000;
  CHECK(plan_block(64 * kLeast, kLeast, pixel_layout(900, 3, 1)).streams == kPlannedStreams);
  CHECK(plan_block(64 * kLeast, kLeast, pixel_layout(100, 3, 1)).streams == 8);
  CHECK(plan_block(64 * kLeast, kLeast, pixel_layout(17, 3, 1)).streams == 1);
  CHECK(plan_block(64 * kLeast, kLeast, pixel_layout(16000, 3, 1)).streams == 4);
  CHECK(plan_block(64 * kLeast, kLeast, {}).streams == kPlannedStreams);
  CHECK(plan_block(3 * kLeast, kLeast, pixel_layout(900, 3, 1)).streams == 2);
}

}  // namespace
}  // namespace nnzip
