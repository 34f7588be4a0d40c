// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "codec/block_coder.h"
#include "codec/kinds/kind_mixed.h"
#include "codec/lanes/lane_team.h"
#include "codec/sample_trials.h"
#include "container/container_reader.h"
#include "unit/block_frames.h"
#include "unit/wrapped_engine.h"

namespace nnzip {
namespace {

using test::error_code;
using test::frame_of_kind;
using test::MemoryReader;
using test::Random;
using test::TinyModel;
using test::to_bytes;
using test::value;

const TinyModel& tiny() {
  static const TinyModel model(11);
  return model;
}

Bytes words(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) {
    text += "line " + std::to_string(i * 7919 % 1000) + " of the same words\n";
  }
  text.resize(size);
  return to_bytes(text);
}

TEST_CASE("MixedBlock.ReturnsItsContentForEveryPlanAndThreadCount") {
  for (const std::size_t size : {1, 2, 63, 64, 65, 1000, 3001}) {
    const Bytes content = words(size);
    for (const int streams : {1, 2, 16, 64}) {
      CAPTURE(size, streams);
      BlockPlan plan = stated_plan(size, streams);
      plan.effort = streams == 2 ? Effort::kLarge : Effort::kUsual;
      const Layout layout{.stride = 12, .element = 2, .odd_high = true};
      const Bytes coded = MixedCoder(tiny().engine(), 1).encode(content, plan, layout, {});
      for (const int threads : {1, 2, 5}) {
        const MixedCoder coder(tiny().engine(), threads);
        CHECK(coder.encode(content, plan, layout, {}) == coded);
        Bytes back(size);
        CHECK(coder.decode(coded, plan, layout, back, {}));
        CHECK(back == content);
      }
    }
  }
}

TEST_CASE("MixedBlock.IsTheSameFromTheReference") {
  const Bytes content = words(700);
  const BlockPlan plan = stated_plan(content.size(), 4);
  const std::shared_ptr<const Engine> reference = find_backend("reference").load(tiny().model());
  CHECK(MixedCoder(reference, 1).encode(content, plan, {}, {}) ==
        MixedCoder(tiny().engine(), 1).encode(content, plan, {}, {}));
}

TEST_CASE("MixedBlock.GivesTheNetworkAloneOnTheWay") {
  const Bytes content = words(5000);
  const BlockPlan plan = stated_plan(content.size(), 8);
  Bytes alone;
  MixedCoder(tiny().engine(), 2).encode(content, plan, {}, {}, &alone);
  CHECK(alone == NetworkCoder(tiny().engine(), 1).encode(content, plan, {}));
}

TEST_CASE("MixedBlock.FramesOfEveryKindDecode") {
  const Bytes content = words(2000);
  for (const auto kind :
       {BlockKind::kStored, BlockKind::kZstd, BlockKind::kNetwork, BlockKind::kMixed,
        BlockKind::kContexts, BlockKind::kBwt, BlockKind::kLean}) {
    const Bytes frame = frame_of_kind(kind, content, tiny());
    CHECK(decompress(frame, tiny().options()) == content);
  }
  for (const auto kind : {BlockKind::kMixed, BlockKind::kContexts}) {
    Bytes twice = content;
    twice.insert(twice.end(), content.begin(), content.end());
    const Bytes folded = frame_of_kind(kind, twice, tiny(), 1, {}, {{Filter::kRepeats}});
    CHECK(decompress(folded, tiny().options()) == twice);
  }
  const Bytes laid_out =
      frame_of_kind(BlockKind::kContexts, content, tiny(), 1, {.stride = 300, .element = 4});
  CHECK(decompress(laid_out, tiny().options()) == content);
}

// A frame whose block states these bytes as its layout, in place of a stride of 300 and an element
// of 4.
Bytes with_layout(const Bytes& layout) {
  Bytes frame =
      frame_of_kind(BlockKind::kContexts, words(40), tiny(), 1, {.stride = 300, .element = 4});
  constexpr std::ptrdiff_t kForm = 12;  // behind magic, flags, kind, two lengths, checksum
  REQUIRE(frame[5] == 0x85);
  REQUIRE(Bytes(frame.begin() + kForm, frame.begin() + kForm + 4) == Bytes{0, 0xB1, 0x04, 3});
  frame.erase(frame.begin() + kForm, frame.begin() + kForm + 4);
  frame.insert(frame.begin() + kForm, layout.begin(), layout.end());
  return frame;
}

TEST_CASE("MixedBlock.RefusesALayoutThatIsNone") {
  const auto error_of = [](const Bytes& layout) {
    return error_code([&] { decompress(with_layout(layout)); });
  };
  CHECK(error_of({0, 0xB1, 0x04, 3}) == 0);
  const Bytes corrupt[] = {
      {0, 0, 0},                       // what holds anyway
      {8, 0xB1, 0x04, 2},              // high bytes first in numbers of three
      {0, 0x0C, 3},                    // rows shorter than an element
      {0, 0xB1, 0x04, 4},              // an element of five bytes
      {0, 0xB1, 0x04, 0x21},           // bytes of two channels
      {0x30, 0xB1, 0x04, 3},           // calls in a table
      {0x50, 0, 3},                    // columns without rows
      {0x80, 0xB1, 0x04, 2},           // curves of numbers of three bytes
      {0x80, 0xA9, 0x04, 3},           // curves in rows that end amid a number
      {1, 0xB1, 0x04, 0x43},           // pixels of four bytes and three channels
      {1, 0x08, 0x42},                 // rows shorter than a pixel
      {9, 0xB1, 0x04, 0x42},           // low bytes first in numbers of one byte
      {1, 0xB1, 0x04, 0x9F},           // pixels of five channels
      {2, 0x22},                       // samples of three bytes and two channels
      {2, 0xDF},                       // frames of 32 bytes and seven channels
      {6, 0x01},                       // companded samples of two bytes
      {3, 1},                          // instructions of two bytes
      {11, 0},                         // code with high bytes
      {0x33, 3},                       // calls in instructions of four bytes
      {0x43, 0},                       // branches in x86
      {0xA3, 0},                       // calls of SPARC in x86
      {0xC3, 0},                       // words turned in x86
      {0xB0, 0xB1, 0x04, 3},           // calls of PowerPC in a table
      {4},                             // nothing at all
      {0x6C, 0x50},                    // a flag of nothing
      {0x64, 0},                       // repeats that leave nothing
      {0x64, 0xA4},                    // or more than the content
      {0x60, 0, 0, 0x50},              // repeats and what holds anyway
      {0x61, 0xB1, 0x04, 0x42, 0x50},  // repeats of pixels
      {0x14, 1, 6, 0x50},              // a chain of one filter
      {0x14, 5, 6, 6, 6, 6, 6, 0x50},  // of five
      {0x13, 0, 2, 3, 3},              // of one filter twice
      {0x13, 0, 2, 3, 4},              // of filters for different code
      {0x10, 0xB1, 0x04, 3, 2, 5, 3},  // calls in a table
  };
  for (const Bytes& layout : corrupt) {
    CAPTURE(layout);
    CHECK(error_of(layout) == value(ErrorCode::kCorrupt));
  }
  // Forms and filters that there are not.
  for (const Bytes& layout : {Bytes{7, 0},
                              {0xD3, 0},
                              {0xF4},
                              {0x13, 0, 2, 3, 13},
                              {0x14, 2, 6, 1, 0x50},
                              {0x14, 2, 0, 6, 0x50}}) {
    CAPTURE(layout);
    CHECK(error_of(layout) == value(ErrorCode::kUnsupportedVersion));
  }
}

TEST_CASE("MixedBlock.LayoutsOfAllFormsComeBack") {
  const auto content = Random(8).bytes(3000);
  const Layout layouts[] = {
      {.stride = 40, .element = 2, .odd_high = true},
      {.stride = 40, .element = 8},
      {.stride = 40, .element = 8, .high_first = true},
      {.form = Form::kCompanded, .element = 2, .channels = 2, .a_law = true},
      {.form = Form::kPixels, .stride = 90, .element = 6, .channels = 3, .low_first = true},
      {.form = Form::kPixels, .stride = 2999, .element = 4, .channels = 4},
      {.form = Form::kSamples, .element = 32, .channels = 8, .low_first = true},
      {.form = Form::kCode},
      {.form = Form::kCode, .element = 4},
  };
  for (const Layout& layout : layouts) {
    REQUIRE(layout.is_valid());
    const Bytes frame = frame_of_kind(BlockKind::kContexts, content, tiny(), 1, layout);
    CHECK((decompress(frame) == content));
    MemoryReader in(frame);
    ContainerReader reader(in);
    reader.next_frame();
    CHECK(reader.next_block()->header.layout == layout);
  }
}

TEST_CASE("EncodeBlock.TakesTheSmallestKind") {
  const auto kind_of = [](const Bytes& content, bool with_network) {
    const FrameModels models = with_network ? FrameModels(tiny().engine()) : FrameModels();
    return encode_block(content, {}, models, level_meaning(5), true, 1).header.kind;
  };
  CHECK(kind_of(words(20000), false) == BlockKind::kContexts);
  CHECK(kind_of(tiny().typical_content(5000, 3), true) == BlockKind::kNetwork);
  CHECK(kind_of(Random(4).bytes(300'000), true) == BlockKind::kStored);
  CHECK(kind_of(Bytes(1 << 20), true) == BlockKind::kContexts);
  // Half of it is known to the network, half to contexts.
  Bytes both = tiny().typical_content(6000, 3);
  const Bytes plain = words(6000);
  both.insert(both.end(), plain.begin(), plain.end());
  CHECK(kind_of(both, true) == BlockKind::kMixed);
}

// Else one of bytes; what is no code never takes a network of code.
TEST_CASE("MixedBlock.MachineCodeTakesANetworkOfItsOwn") {
  Config config = tiny_config();
  config.content = Form::kCode;
  const TinyModel of_code(12, config);
  const Layout code{.form = Form::kCode, .element = 1};
  CHECK(FrameModels(of_code.engine()).find_for(code) == 0);
  CHECK_FALSE(FrameModels(of_code.engine()).find_for({}));
  CHECK(FrameModels(tiny().engine()).find_for(code) == 0);
  const Bytes content = words(3000);
  for (const Layout& layout : {code, Layout{}}) {
    const View view{.layout = layout};
    const BlockHeader header = header_as(BlockKind::kMixed, content, view, level_meaning(5));
    const Means means{of_code.engine(), 1, {}};
    REQUIRE(header_fits(header, means.engine.get()) == (layout.form == Form::kCode));
    if (layout.form != Form::kCode) continue;
    const Coded coded = encode_as(header, content, view, means).back();
    CHECK(decode_block(coded.header, coded.data, means) == content);
  }
}

TEST_CASE("EncodeBlock.TriesTheKindsOfTheLevelAlone") {
  const Bytes content = tiny().typical_content(5000, 3), text = words(20000);
  const auto kind_of = [](const Bytes& bytes, const KindsTried& kinds) {
    Level level = level_meaning(5);
    level.kinds = kinds;
    return encode_block(bytes, {}, FrameModels(tiny().engine()), level, true, 1).header.kind;
  };
  CHECK(kind_of(content, {true, true, true}) == BlockKind::kNetwork);
  CHECK_FALSE(needs_model(kind_of(content, {true, true, false})));
  CHECK(kind_of(text, {true, true, true}) == BlockKind::kContexts);
  CHECK(kind_of(text, {true, false, false}) == BlockKind::kZstd);
  CHECK(needs_model(kind_of(text, {false, false, true})));
  CHECK(kind_of(text, {false, false, false}) == BlockKind::kStored);
  CHECK(kind_of(Bytes(1 << 20), {false, false, false}) == BlockKind::kStored);
}

// Content of one line again and again, with some bytes changed.
Bytes repeated(std::uint32_t size, int changes) {
  const Bytes line = words(60);
  Bytes content;
  while (content.size() < size) content.insert(content.end(), line.begin(), line.end());
  Random random(5);
  for (int i = 0; i < changes; ++i) content[random.below(size)] ^= 1;
  content.resize(size);
  return content;
}

TEST_CASE("EncodeBlock.LosesAtMostEightBytesToTheBestWhereContentIsEasy") {
  constexpr std::size_t kModelBytes = 8;
  const Level level = level_meaning(5);
  for (const Bytes& content :
       {Bytes(200000), repeated(200000, 0), repeated(200000, 1), repeated(200000, 12)}) {
    const Means means{tiny().engine(), 1, {}};
    const Coded coded = encode_block(content, {}, FrameModels(means.engine), level, true, 1);
    const auto cost = [](const Coded& made) {
      return block_header_bytes(made.header, 1) + made.data.size() +
             (needs_model(made.header.kind) ? kModelBytes : 0);
    };
    const View view = choose_view(content, {}, level.sampling);
    std::size_t best = content.size();
    // The network alone, which knows nothing of such content, is far behind.
    for (const auto kind : {BlockKind::kContexts, BlockKind::kMixed}) {
      const BlockHeader header = header_as(kind, content, view, level);
      best = std::min(best, cost(encode_as(header, content, view, means).back()));
    }
    CHECK(cost(coded) <= best + 8);
  }
}

TEST_CASE("EncodeBlock.TakesNoTimeForOneCopy") {
  const Coded coded = encode_block(repeated(4 << 20, 0), {}, FrameModels(tiny().engine()),
                                   level_meaning(5), true, 1);
  REQUIRE(coded.header.filters.size() == 1);
  CHECK(coded.header.filters[0].filter == Filter::kRepeats);
  CHECK(coded.header.filters[0].made_bytes < 80);
}

// Calls, each of some bytes, that a network of bytes gets while samples of the content are judged.
std::size_t calls_of_trial(const Bytes& content, NetworkGain gain, std::size_t clear = 4) {
  const auto engine = std::make_shared<test::WrappedEngine>(tiny().engine());
  NetworkTrial rule = level_meaning(5).network_trial;
  rule.clear = clear;
  CHECK(gain_of_network(content, {}, engine, 1, rule) == gain);
  return engine->calls().size();
}

TEST_CASE("SampleTrials.TellWhereANetworkHelps") {
  constexpr std::size_t kBytes = 64 << 10;
  const Bytes typical = tiny().typical_content(kBytes, 3);
  CHECK(calls_of_trial(typical, NetworkGain::kMaybe) > 0);
  CHECK(calls_of_trial(typical, NetworkGain::kMaybe, 0) > 0);
  CHECK(calls_of_trial(typical, NetworkGain::kClear, 1000) > 0);
  const std::size_t calls = calls_of_trial(words(kBytes), NetworkGain::kNone);
  CHECK(calls > 0);
  CHECK(calls_of_trial(words(kBytes - 1), NetworkGain::kMaybe) == 0);
  // The block takes no more calls than its samples: the rest of it is coded by contexts alone.
  const auto engine = std::make_shared<test::WrappedEngine>(tiny().engine());
  const Coded coded =
      encode_block(words(kBytes), {}, FrameModels(engine), level_meaning(5), true, 1);
  CHECK(coded.header.kind == BlockKind::kContexts);
  CHECK(engine->calls().size() == calls);
}

TEST_CASE("LaneTeam.GroupsHoldAllLanesOnce") {
  const auto engine = tiny().engine();
  for (const int threads : {1, 2, 3, 64}) {
    for (const std::size_t lanes : {1, 2, 7, 8, 17, 64}) {
      for (const auto use : {LaneTeam::Use::kAhead, LaneTeam::Use::kInTurns}) {
        LaneTeam team(*engine, threads, lanes, use);
        std::size_t next = 0;
        for (std::size_t g = 0; g < team.groups(); ++g) {
          CHECK(team.first_lane(g) == next);
          CHECK(team.lanes(g) > 0);
          next += team.lanes(g);
        }
        CHECK(next == lanes);
      }
    }
  }
}

}  // namespace
}  // namespace nnzip
