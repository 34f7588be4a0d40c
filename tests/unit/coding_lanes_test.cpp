// SPDX-License-Identifier: Apache-2.0
// What a device codes by itself is what the CPU codes, whatever goes wrong on the way.
#include "codec/lanes/coding_lanes.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

#include "backend/fallback_engine.h"
#include "codec/kinds/kind_network.h"
#include "unit/tiny_models.h"
#include "unit/wrapped_engine.h"

namespace nnzip {
namespace {

using test::Random;
using test::TinyModel;
using test::WrappedEngine;

const TinyModel& tiny() {
  static const TinyModel model(44);
  return model;
}

// A device that codes so many lanes at a time.
std::shared_ptr<WrappedEngine> device_of(int lanes) {
  auto device = std::make_shared<WrappedEngine>(tiny().engine());
  device->lanes_coded = lanes;
  return device;
}

Bytes encoded(const std::shared_ptr<const Engine>& engine, const Bytes& content, int streams,
              int threads = 1) {
  return NetworkCoder(engine, threads).encode(content, stated_plan(content.size(), streams), {});
}

struct Decoded {
  bool good;
  Bytes content;
};

Decoded decoded(const std::shared_ptr<const Engine>& engine, const Bytes& coded, std::size_t bytes,
                int streams) {
  Decoded made{false, Bytes(bytes)};
  made.good = NetworkCoder(engine, 1).decode(coded, stated_plan(bytes, streams), made.content, {});
  return made;
}

// In 1 to 16 streams, two of which have no byte.
std::vector<NetworkBlockToEncode> some_blocks(const std::vector<Bytes>& contents) {
  std::vector<NetworkBlockToEncode> blocks;
  int streams = 1;
  for (const Bytes& content : contents) {
    blocks.push_back({content, stated_plan(content.size(), streams)});
    streams = streams == 16 ? 1 : 2 * streams;
  }
  return blocks;
}

std::vector<Bytes> some_contents() {
  std::vector<Bytes> contents;
  for (const std::size_t bytes : {300, 71, 5, 641, 130, 9}) {
    contents.push_back(tiny().typical_content(bytes, bytes));
  }
  return contents;
}

}  // namespace

TEST_CASE("CodingLanes.GiveTheBytesOfTheCpu") {
  for (const std::size_t bytes : {1, 7, 64, 65, 129, 700}) {
    const Bytes content = Random(bytes).bytes(bytes);
    for (const int streams : {1, 2, 8, 64}) {
      const Bytes expected = encoded(tiny().engine(), content, streams);
      for (const int lanes : {1, 3, 64, 5000}) {
        INFO(bytes << " bytes, " << streams << " streams, " << lanes << " lanes");
        const auto device = device_of(lanes);
        REQUIRE(encoded(device, content, streams, 3) == expected);
        REQUIRE_FALSE(device->calls().empty());
        const auto [good, back] = decoded(device, expected, bytes, streams);
        REQUIRE(good);
        REQUIRE(back == content);
      }
    }
  }
}

TEST_CASE("CodingLanes.AreFewerWhereTheDeviceIsFull") {
  const Bytes content = tiny().typical_content(700, 3);
  const Bytes expected = encoded(tiny().engine(), content, 16);
  const auto device = device_of(1024);
  device->room = 5;
  CHECK(encoded(device, content, 16) == expected);
  for (const WrappedEngine::Call& call : device->calls()) CHECK(call.active <= 4);
  CHECK(decoded(device, expected, content.size(), 16).content == content);
  device->room = 0;
  const std::size_t calls = device->calls().size();
  CHECK(encoded(device, content, 16) == expected);
  CHECK(device->calls().size() > calls);  // by distributions, as sessions do that do not code
}

TEST_CASE("CodingLanes.JudgeDamageAsTheCpuDoes") {
  const Bytes content = tiny().typical_content(600, 4);
  const Bytes coded = encoded(tiny().engine(), content, 4);
  Random random(5);
  int bad = 0;
  for (int i = 0; i < 60; ++i) {
    Bytes damaged = coded;
    const auto at = random.below(static_cast<std::uint32_t>(coded.size()));
    if (i < 20) damaged.resize(at);
    if (i >= 20) damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ (1 << i % 8));
    const Decoded here = decoded(tiny().engine(), damaged, content.size(), 4);
    const Decoded there = decoded(device_of(64), damaged, content.size(), 4);
    CAPTURE(i);
    CHECK(there.good == here.good);
    if (here.good) CHECK(there.content == here.content);
    bad += here.good ? 0 : 1;
  }
  CHECK(bad > 20);
}

TEST_CASE("CodingLanes.TakeTheStreamsOfManyBlocks") {
  const std::vector<Bytes> contents = some_contents();
  for (const int lanes : {2, 64}) {
    const auto device = device_of(lanes);
    auto blocks = some_blocks(contents);
    std::size_t told = 0;
    REQUIRE(encode_together(*device, blocks, [&](std::size_t bytes) { told += bytes; }));
    CHECK(told == 300 + 71 + 5 + 641 + 130 + 9);
    const auto widest = std::ranges::max(device->calls(), {}, &WrappedEngine::Call::active);
    CHECK(widest.active == (lanes == 2 ? 2 : 30));
    std::vector<Bytes> back;
    for (const Bytes& content : contents) back.emplace_back(content.size());
    std::vector<NetworkBlockToDecode> again;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      CHECK(blocks[i].coded == encoded(tiny().engine(), contents[i], blocks[i].plan.streams));
      again.push_back({blocks[i].coded, blocks[i].plan, back[i]});
    }
    // One block that is damaged leaves the others as they are.
    Bytes damaged(again[3].coded.begin(), again[3].coded.end());
    damaged.resize(damaged.size() / 2);
    again[3].coded = damaged;
    REQUIRE(decode_together(*device, again, [](std::size_t) {}));
    for (std::size_t i = 0; i < again.size(); ++i) {
      CHECK(again[i].good == (i != 3));
      if (i != 3) CHECK(back[i] == contents[i]);
    }
  }
}

// Eight that come while a session runs: the next one has the streams of all.
TEST_CASE("CodingLanes.AreSharedByThoseWhoComeMeanwhile") {
  constexpr int kFiles = 8, kStreams = 4;
  const bool fails = GENERATE(false, true);
  const auto device = device_of(64);
  const auto engine = std::make_shared<FallbackEngine>(
      device, [] { return tiny().engine(); }, tiny().model()->config.reach());
  std::atomic<int> come = 0;
  device->before_call = [&] {
    while (come < kFiles) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  };
  if (fails) device->good_calls = 1;
  std::vector<Bytes> contents(kFiles), coded(kFiles);
  std::atomic<int> told_elsewhere = 0;
  std::vector<std::size_t> told(kFiles);
  std::vector<std::thread> files;
  for (std::size_t i = 0; i < kFiles; ++i) {
    contents[i] = tiny().typical_content(300 + i, i);
    files.emplace_back([&, i] {
      const std::thread::id own = std::this_thread::get_id();
      NetworkBlockToEncode block{contents[i], stated_plan(contents[i].size(), kStreams)};
      ++come;
      if (encode_together(*engine, {&block, 1}, [&](std::size_t bytes) {
            told[i] += bytes;
            if (std::this_thread::get_id() != own) ++told_elsewhere;
          })) {
        coded[i] = std::move(block.coded);
      }
    });
  }
  for (std::thread& file : files) file.join();
  CHECK(told_elsewhere == 0);
  for (std::size_t i = 0; i < kFiles; ++i) {
    CAPTURE(i);
    if (coded[i].empty()) continue;
    CHECK(coded[i] == encoded(tiny().engine(), contents[i], kStreams));
    CHECK(told[i] == contents[i].size());
  }
  CHECK(std::ranges::count(coded, Bytes()) == (fails ? kFiles : 0));
  const auto widest = std::ranges::max(device->calls(), {}, &WrappedEngine::Call::active);
  CHECK((fails || widest.active > kStreams));
}

// What one of them throws on the way is its own.
TEST_CASE("CodingLanes.AnErrorOfOneLeavesTheOthers") {
  const auto device = device_of(64);
  const Bytes content = tiny().typical_content(300, 2);
  NetworkBlockToEncode block{content, stated_plan(content.size(), 4)};
  const auto stop = [](std::size_t) { throw Error(ErrorCode::kWriteFailed, "stopped"); };
  CHECK(test::error_code([&] {
          encode_together(*device, {&block, 1}, stop);
        }) == test::value(ErrorCode::kWriteFailed));
  CHECK(encoded(device, content, 4) == encoded(tiny().engine(), content, 4));
}

TEST_CASE("CodingLanes.ADeviceThatFailsIsReplaced") {
  const Bytes content = tiny().typical_content(900, 6);
  const Bytes expected = encoded(tiny().engine(), content, 4);
  for (const bool decoding : {false, true}) {
    for (const long good_calls : {0L, 1L, 3L, 1000L}) {
      CAPTURE(decoding, good_calls);
      const auto device = device_of(64);
      device->good_calls = good_calls;
      const auto engine = std::make_shared<FallbackEngine>(
          device, [] { return tiny().engine(); }, tiny().model()->config.reach());
      CHECK(engine->coding_lanes() == 64);
      if (decoding) {
        const auto [good, back] = decoded(engine, expected, content.size(), 4);
        CHECK(good);
        CHECK(back == content);
      } else {
        CHECK(encoded(engine, content, 4) == expected);
      }
      CHECK(engine->trouble().empty() == (good_calls == 1000));
      CHECK(engine->coding_lanes() == (good_calls == 1000 ? 64 : 0));
    }
  }
}

TEST_CASE("CodingLanes.AFailureWithoutAnotherDeviceIsAnError") {
  const auto device = device_of(64);
  device->good_calls = 1;
  const Bytes content = Random(1).bytes(500);
  CHECK(test::error_code([&] { encoded(device, content, 4); }) ==
        test::value(ErrorCode::kDeviceFailed));
}

TEST_CASE("CodingLanes.CountTheirMemory") {
  const auto device = device_of(16);
  CHECK(coding_memory(*tiny().engine(), 64) == 0);
  CHECK(coding_memory(*device, 64) > device->session_bytes(16));
  CHECK(coding_memory(*device, 64) == coding_memory(*device, 16));
  CHECK(coding_memory(*device, 8) < coding_memory(*device, 16));
}

}  // namespace nnzip
