// SPDX-License-Identifier: Apache-2.0
// Wrapped files through the whole codec.
#include <catch2/catch.hpp>

#include "codec/block_source.h"
#include "codec/decompressor.h"
#include "container/group_data.h"
#include "unit/directory_files.h"
#include "unit/tiny_models.h"
#include "unit/wrapped_files.h"

namespace nnzip {
namespace {

using test::gzip_file;
using test::MemoryReader;
using test::MemoryWriter;
using test::mixture;
using test::operator+;
using test::prose;
using test::to_bytes;

Options without_model(int threads = 2) {
  Options options;
  options.model = "none";
  options.threads = threads;
  return options;
}

std::vector<BlockInfo> blocks_of(const Bytes& frames) {
  std::vector<BlockInfo> blocks;
  MemoryReader in(frames);
  list_frames(in, {}, [&](std::size_t, const BlockInfo& block) { blocks.push_back(block); });
  return blocks;
}

int depth_of(const BlockInfo& block) {
  int deepest = -1;
  for (const BlockInfo& inner : block.inner) deepest = std::max(deepest, depth_of(inner));
  return deepest + 1;
}

TEST_CASE("GroupBlock.AGzipCostsWhatItsContentCosts") {
  const Bytes text = prose(60000), file = gzip_file(text, {9});
  const Bytes packed = compress(file, without_model());
  CHECK((decompress(packed) == file));
  CHECK(packed.size() < compress(text, without_model()).size() + 100);
  const auto blocks = blocks_of(packed);
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].coding == "group");
  CHECK(blocks[0].opened_bytes > text.size());
  REQUIRE(blocks[0].wrappers.size() == 1);
  CHECK(blocks[0].wrappers[0].name == "deflate");
  CHECK(blocks[0].wrappers[0].stretches == 1);
  std::uint64_t offset = 0;
  for (const BlockInfo& inner : blocks[0].inner) {
    CHECK(inner.content_offset == offset);
    offset += inner.content_bytes;
  }
  CHECK(offset == blocks[0].opened_bytes);
}

TEST_CASE("GroupBlock.CanBeTurnedOff") {
  const Bytes file = gzip_file(prose(60000));
  Options options = without_model();
  options.unwrap = false;
  const Bytes packed = compress(file, options);
  CHECK((decompress(packed) == file));
  CHECK(packed.size() > file.size());
  CHECK(blocks_of(packed).at(0).inner.empty());
}

TEST_CASE("GroupBlock.MembersLearnFromEachOther") {
  const Bytes text = prose(50000);
  std::vector<Bytes> members;
  for (std::size_t i = 0; i < 20; ++i) {
    members.emplace_back(text.begin() + std::ptrdiff_t(1000 * i),
                         text.begin() + std::ptrdiff_t(1000 * i + 6000));
  }
  const Bytes file = test::zip_file(members);
  const Bytes packed = compress(file, without_model());
  CHECK((decompress(packed) == file));
  CHECK(packed.size() < file.size() / 4);
  CHECK(blocks_of(packed).size() == 1);
}

TEST_CASE("GroupBlock.BytesDependOnNeitherThreadsNorReader") {
  const Bytes file = prose(30000) + gzip_file(mixture(300'000)) + prose(200'000) +
                     test::zip_file({prose(9000), mixture(40000)}) +
                     test::nested_gzip(prose(8000), 2);
  const Bytes packed = compress(file, without_model(1));
  CHECK((decompress(packed) == file));
  for (const int threads : {2, 5}) {
    CHECK((compress(file, without_model(threads)) == packed));
    MemoryReader in(packed);
    MemoryWriter out;
    decompress(in, out, without_model(threads));
    CHECK((out.out == file));
  }
  for (const std::size_t piece : {997, 100'000}) {
    MemoryReader pieces(file, piece);
    MemoryWriter again;
    compress(pieces, again, without_model());
    CHECK((again.out == packed));
  }
}

TEST_CASE("GroupBlock.FourDeepAndNoDeeper") {
  for (const int times : {1, 4, 6}) {
    const Bytes file = test::nested_gzip(prose(20000), times);
    const Bytes packed = compress(file, without_model());
    CHECK((decompress(packed) == file));
    int deepest = 0;
    for (const BlockInfo& block : blocks_of(packed)) deepest = std::max(deepest, depth_of(block));
    CHECK(deepest == std::min(times, kMaxGroupDepth));
  }
}

// Digits as in an address: blocks that are cut for them learn less.
TEST_CASE("GroupBlock.FewDigitsOfBase64AreNoReasonToCut") {
  const std::string kinds = "QwAx3";
  Bytes digits(400);
  for (std::size_t i = 0; i < digits.size(); ++i)
    digits[i] = static_cast<std::uint8_t>(kinds[i * i % 5] + static_cast<int>(i % 3));
  const Bytes text = prose(20000);
  CHECK(blocks_of(compress(text + digits + text, without_model())).size() == 1);
  CHECK(find_wrapped(digits, digits.size()).size() == 1);
}

// A flushed stream costs some bytes beside its content.
TEST_CASE("GroupBlock.LowLevelsOpenWhatClosesExactly") {
  const Bytes text = prose(30000), exact = gzip_file(text, {.level = 9});
  const Bytes flushed = gzip_file(text, {.flush = Z_SYNC_FLUSH, .flush_every = 1500});
  for (const int level : {1, 2, 3}) {
    Options options = without_model();
    options.level = level;
    CHECK(blocks_of(compress(exact, options))[0].coding == "group");
    const Bytes packed = compress(flushed, options);
    CHECK((blocks_of(packed)[0].coding == "group") == (level > 2));
    CHECK((decompress(packed) == flushed));
  }
}

TEST_CASE("GroupBlock.ALongStreamMakesTheWindowLonger") {
  const Bytes content = test::Random(3).bytes(1'000'000) + prose(30000), file = gzip_file(content);
  constexpr std::size_t kBlockBytes = 100'000;
  for (const std::size_t piece : {std::size_t{997}, SIZE_MAX}) {
    MemoryReader in(file, piece);
    BlockSource source(in, kBlockBytes, {std::size_t{1} << 26, std::size_t{1} << 20});
    const auto group = source.next();
    REQUIRE(group);
    REQUIRE(group->is_group());
    CHECK((group->content == file));
    CHECK(group->inner.size() >= content.size() / kBlockBytes);
    CHECK(group->opened_bytes() > content.size());
    CHECK_FALSE(source.next());
  }
}

TEST_CASE("GroupBlock.WhatDoesNotFitStaysClosed") {
  const Bytes text = prose(30000), file = gzip_file(text) + prose(500'000);
  const auto groups = [&](const Unwrapping& unwrapping) {
    MemoryReader in(file);
    BlockSource source(in, std::size_t{1} << 20, unwrapping);
    Bytes all;
    int count = 0;
    while (const auto block = source.next()) {
      all = std::move(all) + block->content;
      count += block->is_group() ? 1 : 0;
    }
    CHECK((all == file));
    return count;
  };
  CHECK(groups({std::size_t{1} << 20, 1000}) == 1);
  CHECK(groups({}) == 0);
  CHECK(groups({text.size() - 1, 1000}) == 0);
  CHECK(groups({std::size_t{1} << 20, 1}) == 0);
  CHECK(groups({std::size_t{1} << 20, 1000, 1,
                [](std::uint64_t bytes, std::size_t) { return bytes < 100'000; }}) == 0);
}

TEST_CASE("GroupBlock.AGroupThatSavesNothingIsGivenUp") {
  const Bytes noise = test::Random(8).bytes(90000);
  const Bytes file = gzip_file(noise, {0});
  const Bytes packed = compress(file, without_model());
  CHECK((decompress(packed) == file));
  CHECK(packed.size() <= file.size() + 64);
}

TEST_CASE("GroupBlock.RangesAndDirectories") {
  const Bytes file =
      prose(3000) + gzip_file(prose(60000)) + prose(200'000) + gzip_file(mixture(40000));
  Options options = without_model();
  options.directory = true;
  const Bytes packed = compress(file, options);
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{5000}, file.size() / 2, file.size() - 100}) {
    test::MemoryFile in(packed);
    MemoryWriter out;
    decompress_range(in, out, at, 100, without_model());
    CHECK((out.out ==
           Bytes(file.begin() + std::ptrdiff_t(at), file.begin() + std::ptrdiff_t(at + 100))));
  }
  test::MemoryFile in(packed), again(packed);
  const auto by_directory = list_frames(in);
  REQUIRE(by_directory.size() == 1);
  CHECK(by_directory[0].group_blocks > 0);
  MemoryWriter out;
  const Summary summary = join(
      1,
      [&](std::size_t) -> SeekableReader& {
        again.seek(0);
        return again;
      },
      out);
  CHECK(summary.group_blocks == by_directory[0].group_blocks);
  CHECK((decompress(out.out) == file));
}

TEST_CASE("GroupBlock.BlocksWithinUseTheFramesModels") {
  static const test::TinyModel tiny(71);
  const Bytes typical = tiny.typical_content(6000, 1);
  const Bytes file = gzip_file(typical);
  const Bytes packed = compress(file, tiny.options());
  MemoryReader in(packed);
  MemoryWriter out;
  const Summary summary = decompress(in, out, tiny.options());
  CHECK((out.out == file));
  CHECK(summary.model == tiny.name);
  CHECK(test::error_code([&] { decompress(packed); }) == test::value(ErrorCode::kModelMissing));
}

TEST_CASE("GroupBlock.MemoryIsCountedAndObeyed") {
  const Bytes text = prose(30000), file = gzip_file(text);
  Options options = without_model(1);
  MemoryReader in(file);
  MemoryWriter out;
  const Summary free = compress(in, out, options);
  CHECK(free.group_blocks == 1);
  MemoryReader packed(out.out);
  MemoryWriter back;
  const Summary there = decompress(packed, back, options);
  CHECK(there.memory_bytes > 2 * file.size() + text.size());
  options.memory_limit = there.memory_bytes - 1;
  MemoryReader again(out.out);
  CHECK(test::error_code([&] { decompress(again, back, options); }) ==
        test::value(ErrorCode::kMemoryLimit));
}

}  // namespace
}  // namespace nnzip
