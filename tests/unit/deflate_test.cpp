// SPDX-License-Identifier: Apache-2.0
// Deflate streams open and close to the same bytes, whoever made them.
#include "unwrap/deflate.h"

#include <array>
#include <catch2/catch.hpp>
#include <ctime>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "unit/deflate_samples.h"
#include "unwrap/deflate_parameters.h"
#include "unwrap/deflate_tokens.h"
#include "unwrap/deflate_writer.h"

namespace nnzip::test {
namespace {

constexpr std::size_t kMaxContent = std::size_t{1} << 24;
constexpr std::size_t kMaxSide = 32;

// The bytes of side data.
std::size_t demand_exact(const Bytes& stream, const Bytes& content) {
  Bytes followed = stream;
  followed.insert(followed.end(), 11, 0xFF);
  const auto opened = open_deflate(followed, kMaxContent);
  REQUIRE(opened);
  REQUIRE(opened->bytes == stream.size());
  REQUIRE(opened->content == content);
  Bytes closed{1, 2};
  REQUIRE(close_deflate(opened->side, content, stream.size(), closed));
  REQUIRE(std::equal(stream.begin(), stream.end(), closed.begin() + 2, closed.end()));
  REQUIRE_FALSE(close_deflate(opened->side, content, stream.size() - 1, closed));
  return opened->side.size();
}

void demand_cheap(const Bytes& content, const ZlibSettings& settings) {
  INFO("level " << settings.level << ", window " << settings.window_bits << ", memory "
                << settings.memory_level << ", strategy " << settings.strategy << ", "
                << content.size() << " bytes");
  const std::size_t side = demand_exact(zlib_deflate(content, settings), content);
  CHECK(side <= kMaxSide);
}

std::vector<Bytes> contents(std::size_t bytes) {
  return {prose(bytes), mixture(bytes), Random(3).bytes(bytes), Bytes(bytes, 0),
          {},           {'a'},          {'a', 'b', 'a', 'b'}};
}

}  // namespace

TEST_CASE("Deflate.ZlibLevelsAndStrategiesCostLittle") {
  for (const Bytes& content : contents(40000))
    for (int level = 0; level <= 9; ++level)
      for (int strategy = Z_DEFAULT_STRATEGY; strategy <= Z_FIXED; ++strategy)
        demand_cheap(content, {.level = level, .strategy = strategy});
}

TEST_CASE("Deflate.ZlibWindowsAndMemoryLevelsCostLittle") {
  for (const Bytes& content : {prose(30000), mixture(20000)})
    for (const int level : {1, 6, 9})
      for (int window_bits = 9; window_bits <= 15; ++window_bits)
        for (int memory_level = 1; memory_level <= 9; ++memory_level)
          demand_cheap(content, {level, window_bits, memory_level});
}

// What shows only together: four letters at random, short matches refused, a small window.
TEST_CASE("Deflate.SmallWindowsOfFilteredStreamsCostLittle") {
  Bytes content = Random(9).bytes(5000);
  for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>('a' + byte % 4);
  for (int level = 1; level <= 9; ++level)
    for (const int memory_level : {1, 5, 9})
      demand_cheap(content, {level, 9, memory_level, Z_FILTERED});
}

TEST_CASE("Deflate.LongZlibStreamsCostLittle") {
  Bytes content;
  while (content.size() < 1000000) {
    const Bytes part = mixture(60000 + content.size() / 7);
    content.insert(content.end(), part.begin(), part.end());
  }
  for (const int level : {0, 1, 4, 6, 9}) demand_cheap(content, {.level = level});
}

TEST_CASE("Deflate.FlushedStreamsAreExact") {
  const Bytes content = prose(50000);
  for (const int flush : {Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK})
    for (const int level : {1, 6}) {
      const ZlibSettings settings{.level = level, .flush = flush, .flush_every = 5000};
      CHECK(demand_exact(zlib_deflate(content, settings), content) < 400);
    }
}

// Of no file, since files change.
Bytes ever_the_same() {
  Bytes content(70000);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < content.size(); ++i) {
    state = state * 1664525 + 1013904223;
    content[i] = static_cast<std::uint8_t>(state >> 24 & (i % 30000 < 9000 ? 0xFF : 0x13));
  }
  return content;
}

// Closing without corrections is an encoder: what it writes must stay as it is for ever.
TEST_CASE("Deflate.ClosesAsEver") {
  const Bytes content = ever_the_same();
  Bytes all;
  for (std::uint8_t matcher = 0; matcher <= kLiteralsOnly; ++matcher) {
    DeflateParameters parameters;
    parameters.matcher = matcher;
    parameters.filtered = matcher == 5;
    parameters.early = matcher == 7;
    parameters.hash_bits = static_cast<std::uint8_t>(9 + matcher % 8);
    parameters.window_bits = static_cast<std::uint8_t>(9 + matcher % 7);
    parameters.block_bits = static_cast<std::uint8_t>(matcher == 0 ? 0 : 7 + matcher % 9);
    Bytes side;
    put_parameters(parameters, side);
    side.insert(side.end(), 3, 0);
    if (matcher == kNoMatcher) continue;
    REQUIRE(close_deflate(side, content, 2 * content.size(), all));
  }
  CHECK(xxh64(all) == 899849023565168366U);
}

TEST_CASE("Deflate.ShortestClosesAsEver") {
  const Bytes content = ever_the_same();
  Bytes all;
  for (const std::uint8_t matcher : {kShortestLonger, kShortestShorter, kShortestLiteral}) {
    DeflateParameters parameters;
    parameters.matcher = matcher;
    Bytes side, blocks;
    put_parameters(parameters, side);
    // One block of all bytes, where one of 1 is predicted.
    ByteWriter(blocks).varint(0);
    ByteWriter(blocks).varint(2 * (content.size() - 2));
    ByteWriter out(side);
    out.varint(blocks.size());
    out.varint(0);
    out.varint(0);
    out.bytes(blocks);
    REQUIRE(close_deflate(side, content, 2 * content.size(), all));
  }
  CHECK(xxh64(all) == 16373114302518933027U);
}

TEST_CASE("Deflate.TruncatedStreamsAreRefused") {
  for (const int level : {0, 1, 6}) {
    const Bytes stream = zlib_deflate(mixture(3000), {.level = level});
    for (std::size_t size = 0; size < stream.size(); ++size)
      REQUIRE_FALSE(open_deflate(std::span(stream).first(size), kMaxContent));
  }
}

TEST_CASE("Deflate.DamagedStreamsAreRefusedOrExact") {
  const Bytes good = zlib_deflate(prose(1500), {});
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    Bytes stream = good;
    stream[bit / 8] = static_cast<std::uint8_t>(stream[bit / 8] ^ 1U << bit % 8);
    const auto opened = open_deflate(stream, kMaxContent);
    if (!opened) continue;
    Bytes closed;
    REQUIRE(close_deflate(opened->side, opened->content, stream.size(), closed));
    REQUIRE(std::equal(closed.begin(), closed.end(), stream.begin(),
                       stream.begin() + static_cast<std::ptrdiff_t>(opened->bytes)));
  }
}

TEST_CASE("Deflate.LimitsHold") {
  const Bytes content(5000, 'x'), stream = zlib_deflate(content, {});
  CHECK(open_deflate(stream, 5000));
  CHECK_FALSE(open_deflate(stream, 4999));
}

TEST_CASE("Deflate.HostileSideDataIsRefused") {
  const Bytes content = prose(2000);
  const auto opened =
      open_deflate(zlib_deflate(content, {.flush = Z_SYNC_FLUSH, .flush_every = 300}), kMaxContent);
  REQUIRE(opened);
  const Bytes& good = opened->side;
  Random random(5);
  Bytes closed;
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(close_deflate(std::span(good).first(size), content, 4000, closed));
  for (int i = 0; i < 3000; ++i) {
    Bytes side = good;
    const Bytes where = random.bytes(4);
    side[where[0] % side.size()] = where[1];
    side[where[2] % side.size()] = where[3];
    closed.clear();
    close_deflate(side, content, 4000, closed);
    REQUIRE(closed.size() <= 4000);
  }
  CHECK_FALSE(close_deflate(Bytes{0xFF, 0xFF, 0xFF, 0, 0, 0}, content, 4000, closed));
}

// Any of the places with the same three bytes, and any length: no encoder of any kind.
Bytes hopeless_stream(const Bytes& content) {
  Random random(11);
  std::array<std::vector<std::size_t>, 64> places;
  const auto key = [&](std::size_t at) {
    return content[at] % 4U | content[at + 1] % 4U << 2 | content[at + 2] % 4U << 4;
  };
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < content.size();) {
    Token token;
    const std::size_t left = content.size() - at;
    if (left >= kMaxMatch && !places[key(at)].empty()) {
      const auto& same = places[key(at)];
      const Bytes choice = random.bytes(3);
      const std::size_t near = std::min<std::size_t>(same.size(), 256);
      const std::size_t place = same[same.size() - 1 - choice[0] % near];
      std::size_t most = kMinMatch;
      while (most < kMaxMatch && content[place + most] == content[at + most]) ++most;
      token.length = static_cast<std::uint16_t>(kMinMatch + choice[1] % (most - kMinMatch + 1));
      token.distance = static_cast<std::uint16_t>(at - place);
    }
    tokens.push_back(token);
    for (std::size_t i = at; i < at + token.length && i + kMinMatch <= content.size(); ++i)
      places[key(i)].push_back(i);
    at += token.length;
  }
  Bytes stream;
  DeflateWriter writer(stream);
  writer.begin_block(true, BlockType::kFixed);
  REQUIRE(writer.fixed_tokens(tokens, content));
  writer.finish(0);
  return stream;
}

TEST_CASE("Deflate.WhatIsHopelessIsGivenUpSoon") {
  Bytes content = Random(10).bytes(1000000);
  for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>('a' + byte % 4);
  const auto time_to_open = [](const Bytes& stream, bool opens) {
    const std::clock_t begin = std::clock();
    CHECK(open_deflate(stream, kMaxContent).has_value() == opens);
    return std::clock() - begin;
  };
  const std::clock_t usual = time_to_open(zlib_deflate(content, {}), true);
  CHECK(time_to_open(hopeless_stream(content), false) < usual / 2);
}

TEST_CASE("Deflate.ABeginningIsLikeAStream") {
  const Bytes content = mixture(40000);
  const Bytes stream = zlib_deflate(content, {.flush = Z_FULL_FLUSH, .flush_every = 9000});
  for (const std::size_t most : {0, 1, 100, 9000, 17000, 40000, 50000}) {
    const InflatedDeflate begin = inflate_beginning(stream, most);
    const std::size_t size = begin.content.size();
    REQUIRE(size <= most);
    REQUIRE(std::equal(begin.content.begin(), begin.content.end(), content.begin()));
    REQUIRE(begin.blocks.empty() == (size == 0));
    if (size == 0) continue;
    CHECK(begin.blocks.back().final);
    CHECK(begin.blocks.back().content_end == size);
    CHECK(begin.blocks.back().tokens_end == begin.tokens.size());
    CHECK((begin.bytes == stream.size()) == (size == content.size()));
  }
}

// A place exactly as far back as the chains reach shares its link with the position itself.
TEST_CASE("Deflate.HostileRanksEnd") {
  Bytes content(33000, 0);
  const auto put = [&](std::size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), content.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, "uabcX");
  put(32699, "vabcZ");
  put(kMaxDistance, "wabcYYYY");
  // After 140 tokens: one byte longer than predicted, which no place of the chain is.
  const Bytes side{6, 0x77, 14, 0, 3, 0, 140, 1, 0};
  Bytes closed;
  CHECK_FALSE(close_deflate(side, content, 40000, closed));
}

}  // namespace nnzip::test
