// SPDX-License-Identifier: Apache-2.0
// Groups that lie: about what is in them, how deep, and how long.
#include <catch2/catch.hpp>

#include "container/group_data.h"
#include "malformed/frame_parts.h"
#include "unit/wrapped_files.h"

namespace nnzip {
namespace {

using test::error_code;
using test::little_endian;
using test::operator+;
using test::short_number;
using test::value;

constexpr int kCorruptCode = static_cast<int>(ErrorCode::kCorrupt);

Bytes stored(const Bytes& content) {
  return Bytes{1} + short_number(static_cast<std::uint32_t>(content.size() - 1)) +
         little_endian(xxh32(content), 4) + content;
}

// A group's fields, each of which may lie.
struct Group {
  Bytes content;
  Bytes wrappers{1, 1, 1};
  Bytes blocks;
  std::uint32_t opened = 0;

  Bytes block() const {
    const Bytes coded = wrappers + blocks;
    return Bytes{6} + short_number(static_cast<std::uint32_t>(content.size() - 1)) +
           short_number(opened) + short_number(static_cast<std::uint32_t>(coded.size())) +
           little_endian(xxh32(content), 4) + coded;
  }
  Bytes frame() const { return test::frame_start(0) + block(); }
  int error() const {
    return error_code([&] { decompress(frame()); });
  }
};

Bytes opened_of(const Bytes& content) {
  const auto group =
      open_group(content, find_wrapped(content, 1 << 20), {1 << 20, 1 << 20},
                 [](std::size_t count, const std::function<void(std::size_t)>& task) {
                   for (std::size_t i = 0; i < count; ++i) task(i);
                 });
  REQUIRE(group);
  REQUIRE(group->runs.size() == 1);
  return group->runs[0].content;
}

// What is wrapped is small enough that blocks are not longer than the content: noise.
Group good() {
  Group group{test::gzip_file(test::Random(4).bytes(500) + Bytes(90)), {1, 1, 1}, {}, 0};
  const Bytes opened = opened_of(group.content);
  group.blocks = stored(opened);
  group.opened = static_cast<std::uint32_t>(opened.size());
  REQUIRE((decompress(group.frame()) == group.content));
  return group;
}

TEST_CASE("MalformedGroups.LengthsThatLie") {
  for (const int change : {-1, 1, 1000}) {
    Group group = good();
    group.opened += static_cast<std::uint32_t>(change);
    CHECK(group.error() == kCorruptCode);
  }
  Group group = good();
  group.opened = 0;
  CHECK(group.error() == kCorruptCode);
  group.opened = kMaxOpenedBytes;
  CHECK(group.error() == kCorruptCode);
  group.opened = kMaxOpenedBytes + 1;
  CHECK(group.error() == value(ErrorCode::kLimitExceeded));
  group = good();
  group.content.pop_back();
  CHECK(group.error() == kCorruptCode);
  group = good();
  group.blocks.pop_back();
  CHECK(group.error() == kCorruptCode);
  group = good();
  group.blocks.push_back(0);
  CHECK(group.error() == kCorruptCode);
  group = good();
  group.blocks.clear();
  CHECK(group.error() == kCorruptCode);
}

TEST_CASE("MalformedGroups.WrappersThatLie") {
  const auto error = [](const Bytes& wrappers) {
    Group group = good();
    group.wrappers = wrappers;
    return group.error();
  };
  CHECK(error({0}) == kCorruptCode);
  CHECK(error({1, 1, 0}) == kCorruptCode);
  CHECK(error({1, 1, 2}) == kCorruptCode);
  CHECK(error({1, 2, 1}) == kCorruptCode);
  CHECK(error({2, 1, 1, 1, 1}) == kCorruptCode);
  CHECK(error({2, 2, 1, 1, 1}) == kCorruptCode);
  CHECK(error({1, 1, 0xFF, 0xFF, 0x7F}) == kCorruptCode);
  CHECK(error({1, 255, 1}) == value(ErrorCode::kUnsupportedVersion));
  CHECK(error({1, 0, 1}) == value(ErrorCode::kUnsupportedVersion));
}

// A group around a group, each with the same stretch twice wrapped.
Group around(const Group& inner) {
  Group outer{test::gzip_file(inner.content), {1, 1, 1}, {}, 0};
  const Bytes opened = opened_of(outer.content);
  const auto begin = opened.end() - static_cast<std::ptrdiff_t>(inner.content.size());
  REQUIRE(std::equal(begin, opened.end(), inner.content.begin()));
  outer.blocks = stored(Bytes(opened.begin(), begin)) + inner.block();
  outer.opened = static_cast<std::uint32_t>(opened.size()) + inner.opened;
  return outer;
}

TEST_CASE("MalformedGroups.TooDeep") {
  Group group = good();
  for (int depth = 2; depth <= kMaxGroupDepth; ++depth) {
    group = around(group);
    CHECK((decompress(group.frame()) == group.content));
  }
  CHECK(around(group).error() == kCorruptCode);
}

TEST_CASE("MalformedGroups.BlocksWithin") {
  Group group = good();
  group.blocks[0] = 0;  // the end
  CHECK(group.error() == kCorruptCode);
  group.blocks[0] = 7;  // copies
  CHECK(group.error() == kCorruptCode);
  group.blocks[0] = 15;
  CHECK(group.error() == value(ErrorCode::kUnsupportedVersion));
  group.blocks[0] = 3;  // needs a model
  CHECK(group.error() == kCorruptCode);
  group = good();
  group.blocks[5] ^= 1;  // the checksum
  CHECK(group.error() == kCorruptCode);
  Group many = good();
  many.blocks.clear();
  for (std::size_t i = 0; i <= kMaxGroupBlocks; ++i)
    many.blocks = std::move(many.blocks) + stored({'x'});
  many.opened = kMaxGroupBlocks + 1;
  many.content.resize(many.blocks.size());
  CHECK(many.error() == kCorruptCode);
}

TEST_CASE("MalformedGroups.EveryDamagedByteIsFound") {
  const Group group = good();
  const Bytes frame = group.frame();
  for (std::size_t i = 5; i < frame.size(); ++i) {
    for (const int change : {1, 0x80, 0xFF}) {
      Bytes bad = frame;
      bad[i] = static_cast<std::uint8_t>(bad[i] ^ change);
      const int error = error_code([&] { decompress(bad); });
      CAPTURE(i, change);
      CHECK((error >= 30 && error < 40));
    }
  }
}

TEST_CASE("MalformedGroups.FlagsOfSeveralModels") {
  const Bytes models = Bytes{2} + Bytes(8, 'a') + Bytes(8, 'b');
  const Group group = good();
  // Both are named, and no block needs them.
  CHECK((decompress(test::frame_start(0x60) + models + group.block()) == group.content));
  const auto error = [&](std::uint8_t flags, const Bytes& names, const Bytes& block) {
    return error_code([&] { decompress(test::frame_start(flags) + names + block); });
  };
  CHECK(error(0x60, models, stored({'x'})) == kCorruptCode);
  CHECK(error(0x40, models, group.block()) == kCorruptCode);
  CHECK(error(0x70, models, group.block()) == kCorruptCode);
  CHECK(error(0x60, Bytes{1} + Bytes(8, 'a'), group.block()) == kCorruptCode);
  CHECK(error(0x60, Bytes{2} + Bytes(16, 'a'), group.block()) == kCorruptCode);
  CHECK(error(0xA0, models, group.block()) == value(ErrorCode::kUnsupportedVersion));
}

}  // namespace
}  // namespace nnzip
