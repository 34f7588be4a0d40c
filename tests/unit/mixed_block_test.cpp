// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "codec/block_coder.h"
#include "codec/lane_team.h"
#include "unit/block_frames.h"

namespace nnzip {
namespace {

using test::error_code;
using test::frame_of_kind;
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
      const BlockPlan plan = stated_plan(size, streams);
      const Layout layout{12, 2, 1};
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
  CHECK(alone == ModelCoder(tiny().engine(), 1).encode(content, plan, {}));
}

TEST_CASE("MixedBlock.FramesOfEveryKindDecode") {
  const Bytes content = words(2000);
  for (const auto kind : {BlockKind::kStored, BlockKind::kZstd, BlockKind::kModel,
                          BlockKind::kMixed, BlockKind::kContexts}) {
    const Bytes frame = frame_of_kind(kind, content, tiny());
    CHECK(decompress(frame, tiny().options()) == content);
  }
  const Bytes laid_out = frame_of_kind(BlockKind::kContexts, content, tiny(), 1, {300, 4, 0});
  CHECK(decompress(laid_out, tiny().options()) == content);
}

TEST_CASE("MixedBlock.RefusesALayoutThatIsNone") {
  const Bytes good = frame_of_kind(BlockKind::kContexts, words(40), tiny(), 1, {300, 4, 0});
  constexpr std::size_t kStride = 12,
                        kElement = 14;  // behind magic, flags, kind, two lengths, checksum
  REQUIRE(good[5] == 0x85);
  REQUIRE((good[kStride] | good[kStride + 1] << 8) >> 2 == 300);
  REQUIRE(good[kElement] == 3);
  Bytes bad = good;
  bad[kElement] = 0x0B;  // a reserved bit
  CHECK(error_code([&] { decompress(bad); }) == value(ErrorCode::kCorrupt));
  bad = good;
  bad[kStride] = 0;  // no stride, and then a byte of elements that is not 0 either
  CHECK(error_code([&] { decompress(bad); }) == value(ErrorCode::kCorrupt));
  bad = frame_of_kind(BlockKind::kContexts, words(40), tiny());
  bad[5] = 0x85;
  bad.insert(bad.begin() + static_cast<std::ptrdiff_t>(12), {0, 0});  // states what holds anyway
  CHECK(error_code([&] { decompress(bad); }) == value(ErrorCode::kCorrupt));
}

TEST_CASE("EncodeBlock.TakesTheSmallestKind") {
  const auto kind_of = [](const Bytes& content, bool with_network) {
    return encode_block(content, with_network ? tiny().engine() : nullptr, 1, 8, {}).kind;
  };
  CHECK(kind_of(words(20000), false) == BlockKind::kContexts);
  CHECK(kind_of(tiny().typical_content(5000, 3), true) == BlockKind::kModel);
  CHECK(kind_of(Random(4).bytes(300'000), true) == BlockKind::kStored);
  CHECK(kind_of(Bytes(1 << 20), true) == BlockKind::kZstd);
  // Half of it is known to the network, half to contexts.
  Bytes both = tiny().typical_content(6000, 3);
  const Bytes plain = words(6000);
  both.insert(both.end(), plain.begin(), plain.end());
  CHECK(kind_of(both, true) == BlockKind::kMixed);
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
