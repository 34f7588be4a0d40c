// SPDX-License-Identifier: Apache-2.0
// Coded data of the model's blocks that contradict their layout, or are too short for the content.
#include <bit>
#include <catch2/catch.hpp>

#include "malformed/frame_parts.h"

namespace nnzip {
namespace {

using test::long_number;
using test::Random;
using test::short_number;
using test::TinyModel;
using test::operator+;

const TinyModel& tiny() {
  static const TinyModel model(42);
  return model;
}

NetworkCoder& coder() {
  static NetworkCoder shared(tiny().engine(), 1);
  return shared;
}

// Whether a block with these coded data is taken for one with this content. It must then be.
bool accepted(const Bytes& coded, const Bytes& content, int streams) {
  const auto kind = static_cast<std::uint8_t>(3 | std::countr_zero(unsigned(streams)) << 4);
  const auto length = static_cast<std::uint32_t>(content.size());
  const Bytes frame = test::frame_start(test::kModelFlag, test::model_field(tiny())) +
                      Bytes(1, kind) + short_number(length - 1) +
                      short_number(static_cast<std::uint32_t>(coded.size())) +
                      test::little_endian(xxh32(content), 4) + coded;
  test::MemoryReader in(frame);
  test::MemoryWriter out;
  const int code = test::error_code([&] { decompress(in, out, tiny().options()); });
  CHECK((code == 0 || code == test::value(ErrorCode::kCorrupt)));
  if (code == 0) CHECK(out.out == content);
  return code == 0;
}

// Two streams with their lengths known.
struct Pair {
  Bytes content = tiny().typical_content(300, 1);
  Bytes first, second;
  Pair() {
    const Bytes coded = coder().encode(content, stated_plan(300, 2), {});
    std::size_t at = 0;
    bool shortest = false;
    const std::size_t size = read_short_varint([&] { return coded[at++]; }, shortest);
    const auto middle = coded.begin() + static_cast<std::ptrdiff_t>(at + size);
    first = Bytes(coded.begin() + static_cast<std::ptrdiff_t>(at), middle);
    second = Bytes(middle, coded.end());
  }
  static Bytes joined(const Bytes& a, const Bytes& b) {
    return short_number(static_cast<std::uint32_t>(a.size())) + a + b;
  }
};

TEST_CASE("MalformedStreams.LengthsMustFit") {
  const Pair pair;
  const auto length = static_cast<std::uint32_t>(pair.first.size());
  const Bytes both = pair.first + pair.second;
  CHECK(accepted(Pair::joined(pair.first, pair.second), pair.content, 2));
  CHECK_FALSE(accepted(Pair::joined(pair.second, pair.first), pair.content, 2));
  CHECK_FALSE(accepted(short_number(length - 1) + both, pair.content, 2));
  CHECK_FALSE(accepted(short_number(length + 1) + both, pair.content, 2));
  CHECK_FALSE(accepted(short_number(0) + both, pair.content, 2));
  CHECK_FALSE(
      accepted(short_number(static_cast<std::uint32_t>(both.size())) + both, pair.content, 2));
  CHECK_FALSE(
      accepted(short_number(static_cast<std::uint32_t>(both.size() + 1)) + both, pair.content, 2));
  CHECK_FALSE(accepted(short_number(kMaxShortVarint) + both, pair.content, 2));
  for (std::size_t size = short_number(length).size() + 1; size <= 4; ++size) {
    CHECK_FALSE(accepted(long_number(length, size) + both, pair.content, 2));
  }
}

TEST_CASE("MalformedStreams.TheListOfLengthsMayNotBeCut") {
  for (const int streams : {2, 8, 64}) {
    for (std::size_t size = 0; size + 1 < static_cast<std::size_t>(streams); ++size) {
      CHECK_FALSE(accepted(Bytes(size), Bytes(100, 7), streams));
    }
  }
  CHECK_FALSE(accepted({0x01}, Bytes(100, 7), 2));        // a number of two bytes
  CHECK_FALSE(accepted({0x03, 0, 0}, Bytes(100, 7), 2));  // of four
}

TEST_CASE("MalformedStreams.NoStreamMayBeMissing") {
  const Pair pair;
  CHECK_FALSE(accepted(Pair::joined({}, pair.second), pair.content, 2));
  CHECK_FALSE(accepted(Pair::joined(pair.first, {}), pair.content, 2));
  CHECK_FALSE(accepted(Pair::joined({}, {}), pair.content, 2));
  CHECK_FALSE(accepted({}, pair.content, 1));
}

TEST_CASE("MalformedStreams.NothingMayStandBehindAStream") {
  const Pair pair;
  for (const Bytes& more : {Bytes{0}, Bytes(4), Bytes(9), Bytes(4, 9), Random(1).bytes(50)}) {
    CHECK_FALSE(accepted(Pair::joined(pair.first + more, pair.second), pair.content, 2));
    CHECK_FALSE(accepted(Pair::joined(pair.first, pair.second + more), pair.content, 2));
  }
  // One byte more may be within what the decoder reads anyway, but no more than four.
  accepted(Pair::joined(pair.first + Bytes{1}, pair.second), pair.content, 2);
}

TEST_CASE("MalformedStreams.EmptyStreamsHoldNothing") {
  // Three bytes of content in eight streams: one each in the first three.
  const Bytes content = tiny().typical_content(3, 2);
  const Bytes coded = coder().encode(content, stated_plan(3, 8), {});
  CHECK(accepted(coded, content, 8));
  CHECK_FALSE(accepted(coded + Bytes{7}, content, 8));  // the last one would hold it
  Bytes fifth = coded;
  REQUIRE(fifth[4] == 0);
  fifth[4] = 1 << 2;
  CHECK_FALSE(accepted(fifth + Bytes{7}, content, 8));
}

TEST_CASE("MalformedStreams.EveryTruncationOfAStreamIsFound") {
  const Bytes content = tiny().typical_content(300, 3);
  const Bytes coded = coder().encode(content, stated_plan(300, 1), {});
  REQUIRE(accepted(coded, content, 1));
  for (std::size_t size = 0; size < coded.size(); ++size) {
    CAPTURE(size);
    const Bytes cut(coded.begin(), coded.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(accepted(cut, content, 1));
  }
}

// Up to 16 MiB are claimed for a few bytes: most of it is never computed.
TEST_CASE("MalformedStreams.DamageIsNotedSoon") {
  Bytes content(kMaxContentBytes);
  for (const std::size_t size : {1, 20, 300}) {
    for (const int streams : {1, 8, 64}) {
      Bytes coded;
      for (int i = 0; i + 1 < streams; ++i) {
        coded = coded + short_number(static_cast<std::uint32_t>(size));
      }
      coded = coded + Random(size).bytes(size * static_cast<std::size_t>(streams));
      std::size_t done = 0;
      CAPTURE(size, streams);
      CHECK_FALSE(coder().decode(coded, stated_plan(content.size(), streams), content,
                                 [&](std::size_t bytes) { done = bytes; }));
      // A symbol of this model takes a bit at the least, and progress is told every 64 steps.
      CHECK(done <= (8 * (size + 16) + 64) * static_cast<std::size_t>(streams));
    }
  }
}

}  // namespace
}  // namespace nnzip
