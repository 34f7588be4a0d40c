// SPDX-License-Identifier: Apache-2.0
// Ranges, lists and memory limits: what a frame gives beside its whole content.
#include <zstd.h>

#include <catch2/catch.hpp>

#include "codec/kinds/kind_zstd.h"
#include "codec/memory_budget.h"
#include "container/container_writer.h"
#include "container/frame_index.h"
#include "unit/tiny_models.h"

namespace nnzip {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

using test::error_code;
using test::MemoryFile;
using test::MemoryReader;
using test::MemoryWriter;
using test::Random;
using test::TinyModel;
using test::value;

Options without_model() {
  Options options;
  options.model = "none";
  return options;
}

// A frame of one stored block for each of the lengths.
Bytes stored_frame(const Bytes& content, const std::vector<std::size_t>& lengths) {
  MemoryWriter out;
  ContainerWriter writer(out);
  writer.begin({lengths.size() > 1, {}});
  std::size_t at = 0;
  for (const std::size_t length : lengths) {
    const auto part = std::span(content).subspan(at, length);
    writer.block({BlockKind::kStored, 0, 0, 0, 0}, part, part);
    at += length;
  }
  writer.end();
  return out.out;
}

Bytes range_of(Reader& reader, std::uint64_t offset, std::uint64_t length) {
  MemoryWriter out;
  const Summary summary = decompress_range(reader, out, offset, length, without_model());
  CHECK(summary.content_bytes == out.out.size());
  return out.out;
}

Bytes part_of(const Bytes& content, std::uint64_t offset, std::uint64_t length) {
  const auto begin = std::min<std::uint64_t>(offset, content.size());
  const auto end = std::min<std::uint64_t>(begin + length, content.size());
  return {content.begin() + static_cast<std::ptrdiff_t>(begin),
          content.begin() + static_cast<std::ptrdiff_t>(end)};
}

std::optional<FoundIndex> index_of(const Bytes& data) {
  MemoryFile file(data);
  TailReader tail(file);
  return find_frame_index(tail, data.size());
}

TEST_CASE("Range.EqualsThatPartOfTheContent") {
  const Bytes content = Random(1).bytes(1000);
  Bytes joined = stored_frame(part_of(content, 0, 400), {100, 1, 299});
  const Bytes more = stored_frame(part_of(content, 400, 600), {600});
  joined.insert(joined.end(), more.begin(), more.end());
  const Bytes several = stored_frame(content, {300, 1, 1, 500, 198});
  for (const Bytes& frames : {stored_frame(content, {1000}), several, joined}) {
    for (const std::uint64_t offset : {0, 1, 99, 100, 300, 301, 399, 400, 802, 999, 1000, 5000}) {
      for (const std::uint64_t length : {0, 1, 2, 300, 700, 1000, 9999}) {
        CAPTURE(offset, length);
        MemoryReader pipe(frames, 7);
        CHECK((range_of(pipe, offset, length) == part_of(content, offset, length)));
        MemoryFile file(frames);
        CHECK((range_of(file, offset, length) == part_of(content, offset, length)));
      }
    }
    MemoryFile file(frames);
    CHECK((range_of(file, 500, UINT64_MAX) == part_of(content, 500, 500)));
  }
}

TEST_CASE("Range.ReadsOnlyTheBlocksThatItNeeds") {
  constexpr std::size_t kLength = 200'000;
  const Bytes content = Random(2).bytes(20 * kLength);
  const Bytes frame = stored_frame(content, std::vector<std::size_t>(20, kLength));
  MemoryFile file(frame);
  CHECK((range_of(file, 11 * kLength + 5, 10) == part_of(content, 11 * kLength + 5, 10)));
  // The block, and 64 KiB for each place that is looked at.
  CHECK(file.bytes_read < kLength + 5 * 65536);
}

TEST_CASE("Range.FindsDamageInItsBlocksAlone") {
  const Bytes content = Random(3).bytes(1000);
  Bytes frame = stored_frame(content, {500, 500});
  frame[frame.size() - 100] ^= 1;  // in block 2
  MemoryFile file(frame);
  CHECK((range_of(file, 0, 500) == part_of(content, 0, 500)));
  CHECK(error_code([&] { range_of(file, 499, 2); }) == value(ErrorCode::kCorrupt));
}

TEST_CASE("Range.TrustsNoIndexThatLies") {
  const Bytes content = Random(4).bytes(1000);
  const Bytes good = stored_frame(content, {400, 600});
  FrameIndex index = *index_of(good);
  index.blocks[0].content_bytes = 500;
  index.blocks[1].content_bytes = 500;
  Bytes lying(good.begin(), good.end() - 8);
  lying.erase(lying.end() - (1 + 2 * 4 + 8), lying.end());
  write_frame_index(index, lying);
  REQUIRE(lying.size() == good.size());
  REQUIRE(index_of(lying));
  MemoryFile liar(lying);
  for (const std::uint64_t offset : {0, 450, 600}) {
    CHECK(error_code([&] { range_of(liar, offset, 10); }) == value(ErrorCode::kCorrupt));
  }
}

TEST_CASE("FrameIndex.IsFoundOnlyWhereItIsWhole") {
  const Bytes content = Random(5).bytes(1000);
  const Bytes good = stored_frame(content, {400, 600});
  const auto found = index_of(good);
  REQUIRE(found);
  CHECK(found->blocks.size() == 2);
  CHECK(found->blocks[1].content_bytes == 600);
  for (std::size_t i = good.size() - 25; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] = static_cast<std::uint8_t>(bad[i] + 1);
    CAPTURE(i);
    CHECK(!index_of(bad));
  }
  Bytes twice = good;
  twice.insert(twice.end(), good.begin(), good.end());
  const Bytes single = stored_frame(content, {1000});
  for (const Bytes& other : {twice, single, Bytes{}, Bytes(good.begin(), good.begin() + 9)}) {
    CHECK(!index_of(other));
  }
}

TEST_CASE("List.TellsWhatFramesHold") {
  const TinyModel tiny(11);
  const Bytes typical = tiny.typical_content(100'000, 8);
  Bytes frames = compress(typical, tiny.options());
  const std::size_t first = frames.size();
  const Bytes stored = stored_frame(typical, {60'000, 40'000});
  frames.insert(frames.end(), stored.begin(), stored.end());
  MemoryReader reader(frames, 1000);
  const auto infos = list_frames(reader, tiny.options());
  REQUIRE(infos.size() == 2);
  CHECK(infos[0].content_bytes == typical.size());
  CHECK(infos[0].coded_bytes == first);
  CHECK(infos[0].blocks == 1);
  CHECK(infos[0].network_blocks == 1);
  CHECK(infos[0].models == std::vector<ModelName>{{to_hex(short_id(tiny.hash)), tiny.name}});
  CHECK(!infos[0].checksum);
  CHECK(infos[1].coded_bytes == stored.size());
  CHECK(infos[1].stored_blocks == 2);
  CHECK(infos[1].models.empty());
  REQUIRE(infos[1].checksum);
  CHECK(*infos[1].checksum == xxh64(typical));
  frames.pop_back();
  MemoryReader truncated(frames);
  CHECK(error_code([&] { list_frames(truncated); }) == value(ErrorCode::kTruncated));
}

TEST_CASE("MemoryLimit.RefusesWhatIsTooMuchAndSaysHowMuch") {
  const TinyModel tiny(11);
  const Bytes typical = tiny.typical_content(100'000, 8);
  Options options = tiny.options();
  MemoryReader in(typical);
  MemoryWriter out;
  const Summary free = compress(in, out, options);
  REQUIRE(free.network_blocks == 1);
  options.memory_limit = free.memory_bytes;
  CHECK(compress(typical, options) == out.out);
  options.memory_limit = free.memory_bytes - 1;
  try {
    compress(typical, options);
    FAIL("the limit was not kept");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kMemoryLimit);
    CHECK_THAT(error.what(), Catch::Contains(std::to_string(options.memory_limit)));
  }
  MemoryReader frame(out.out);
  MemoryWriter content;
  options.memory_limit = 0;
  const Summary back = decompress(frame, content, options);
  options.memory_limit = back.memory_bytes;
  CHECK((decompress(out.out, options) == typical));
  options.memory_limit = 100'000;
  CHECK(error_code([&] { decompress(out.out, options); }) == value(ErrorCode::kMemoryLimit));
}

TEST_CASE("MemoryLimit.ChangesNoByteOfTheOutput") {
  const Bytes content = Random(6).bytes(5 * kBlockBytes / 2);
  Options options = without_model();
  options.log2_window = 16;  // else the limit may shorten it
  options.log2_block = 22;   // likewise
  options.threads = 1;
  const Bytes free = compress(content, options);
  MemoryReader in(content);
  MemoryWriter out;
  options.memory_limit = compress(in, out, options).memory_bytes;
  options.threads = 3;  // for which there is not memory enough
  CHECK((compress(content, options) == free));
  CHECK((decompress(free, options) == content));
}

TEST_CASE("MemoryLimit.BlocksSideBySideHaveOneOfTheirOwn") {
  const Bytes content = Random(6).bytes(2'100'000);
  Options options = without_model();
  options.log2_window = 16;
  options.log2_block = 18;
  const auto coded = [&](int threads, std::uint64_t at_once, std::uint64_t& memory) {
    options.threads = threads;
    options.memory_at_once = at_once;
    MemoryReader in(content);
    MemoryWriter out, back;
    memory = compress(in, out, options).memory_bytes;
    MemoryReader frame(out.out);
    const std::uint64_t there = decompress(frame, back, options).memory_bytes;
    CHECK((back.out == content));
    CHECK((at_once <= 1 || there <= at_once));
    return out.out;
  };
  std::uint64_t alone = 0, least = 0, two = 0, all = 0;
  const Bytes free = coded(1, 0, alone);
  CHECK((coded(4, 1, least) == free));
  CHECK((coded(4, 2 * alone, two) == free));
  CHECK((coded(4, 0, all) == free));
  CHECK(least <= alone);
  CHECK(two <= 2 * alone);
  CHECK(all > 2 * alone);
}

TEST_CASE("MemoryLimit.MakesBlocksShorterUnlessTheyAreAskedFor") {
  const Bytes content = Random(8).bytes(kBlockBytes + 1000);
  const auto blocks = [&](std::uint64_t memory_limit, int log2_block) {
    Options options = without_model();
    options.memory_limit = memory_limit;
    options.log2_block = log2_block;
    MemoryReader in(content);
    MemoryWriter out;
    const Summary summary = compress(in, out, options);
    CHECK((memory_limit == 0 || summary.memory_bytes <= memory_limit));
    CHECK((decompress(out.out, without_model()) == content));
    return summary.blocks;
  };
  CHECK(blocks(0, 0) == 1);
  CHECK(blocks(300'000'000, 0) == 2);
  CHECK(blocks(0, 21) == 3);
  CHECK(error_code([&] { blocks(100'000'000, 24); }) == value(ErrorCode::kMemoryLimit));
  CHECK(error_code([&] { blocks(0, 15); }) == value(ErrorCode::kInvalidArgument));
  CHECK(error_code([&] { blocks(0, 29); }) == value(ErrorCode::kInvalidArgument));
}

TEST_CASE("MemoryLimit.CountsEnoughForZstd") {
  for (const std::size_t size : {1'000, 40'000, 300'000, 1 << 20, 4 << 20}) {
    const Bytes content = Random(7).bytes(size);
    Bytes coded(ZSTD_compressBound(size));
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_compress2(context, coded.data(), coded.size(), content.data(), size);
    CAPTURE(size);
    CHECK(zstd_pack_memory(size) >= ZSTD_sizeof_CCtx(context));
    ZSTD_freeCCtx(context);
  }
}

}  // namespace
}  // namespace nnzip
