// SPDX-License-Identifier: Apache-2.0
// Long repeats anywhere in a frame: what finds them, what the container says of them, and what
// ranges and damage make of blocks that copy from others.
#include <catch2/catch.hpp>

#include "container/container_reader.h"
#include "container/copy_data.h"
#include "container/frame_table.h"
#include "repeats/copy_finder.h"
#include "unit/memory_stream.h"

namespace nnzip {
namespace {

using test::error_code;
using test::MemoryFile;
using test::MemoryReader;
using test::MemoryWriter;
using test::Random;
using test::value;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes part(const Bytes& bytes, std::size_t begin, std::size_t size) {
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(begin);
  return {from, from + static_cast<std::ptrdiff_t>(size)};
}

// Literals and copies as one block of each stretch would have them.
struct Found {
  Bytes literals, content;
  std::size_t copies = 0, stretches = 0;
};

Found find(const Bytes& content, int log2_window, std::size_t piece) {
  MemoryReader in(content, piece);
  CopyFinder finder(in, log2_window);
  Found found;
  do {
    Bytes literals;
    Bytes buffer(1000);
    while (const std::size_t size = finder.read(buffer)) {
      literals.insert(literals.end(), buffer.begin(), buffer.begin() + size);
    }
    const auto copies = finder.take(static_cast<std::uint32_t>(literals.size()));
    found.content = found.content +
                    splice(literals, copies, [&](std::int64_t source, std::span<std::uint8_t> out) {
                      finder.read_source(source, out);
                    });
    found.literals = found.literals + literals;
    found.copies += copies.size();
    ++found.stretches;
  } while (finder.next_stretch());
  return found;
}

Bytes compressed(const Bytes& content, int threads = 1, int log2_window = 0) {
  Options options;
  options.model = "none";
  options.threads = threads;
  options.log2_window = log2_window;
  options.log2_block = 22;
  MemoryReader in(content, 4321);
  MemoryWriter out;
  compress(in, out, options);
  return out.out;
}

Bytes range_of(Reader& reader, std::uint64_t offset, std::uint64_t length) {
  MemoryWriter out;
  decompress_range(reader, out, offset, length);
  return out.out;
}

TEST_CASE("Copies.FinderDependsOnContentAlone") {
  const Bytes noise = Random(1).bytes(300'000);
  const Bytes content = noise + part(noise, 100'000, 50'000) + Random(2).bytes(20'000) +
                        part(noise, 20'000, 150'000) + noise;
  const Found found = find(content, 20, SIZE_MAX);
  CHECK((found.content == content));
  CHECK(found.literals.size() < 321'000);
  CHECK(found.copies >= 3);
  for (const std::size_t piece : {1000, 77777}) {
    const Found other = find(content, 20, piece);
    CHECK((other.literals == found.literals));
    CHECK(other.copies == found.copies);
  }
}

TEST_CASE("Copies.NothingBeyondTheWindowOrShort") {
  const Bytes noise = Random(3).bytes(200'000);
  CHECK((find(noise + part(noise, 0, 8'000) + noise, 16, SIZE_MAX).literals.size() > 400'000));
  CHECK(find(Bytes(300'000, 7), 20, SIZE_MAX).copies == 0);
  for (const std::size_t size : {0, 1, 31, 32, 1000}) {
    const Bytes content = part(noise, 0, size);
    CHECK((find(content, 20, SIZE_MAX).literals == content));
  }
}

TEST_CASE("Copies.ListsComeBack") {
  const std::vector<Copy> copies = {{0, 32, -500}, {10, 4000, -5000}, {10, 33, -900}};
  BlockHeader header;
  header.kind = BlockKind::kCopies;
  header.copied_bytes = 4065;
  header.content_bytes = 4065 + 12;
  BlockHeader literals;
  literals.kind = BlockKind::kStored;
  literals.content_bytes = literals.coded_bytes = 12;
  Bytes coded;
  write_copies(copies, coded);
  write_block_header(literals, 0, coded);
  coded.resize(coded.size() + 12);
  const CopyData data = read_copies(header, coded, 0, 16);
  CHECK(data.copies == copies);
  CHECK(data.literals == literals);
  CHECK(data.coded.size() == 12);
  const std::size_t list_end = coded.size() - 12 - block_header_bytes(literals, 0);
  for (std::size_t bit = 0; bit < 8 * list_end; ++bit) {
    Bytes damaged = coded;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    CHECK(error_code([&] { read_copies(header, damaged, 0, 16); }) == value(ErrorCode::kCorrupt));
  }
  const auto refuses = [&](const std::vector<Copy>& list) {
    Bytes bad;
    write_copies(list, bad);
    bad.insert(bad.end(), coded.end() - 20, coded.end());
    return error_code([&] { read_copies(header, bad, 0, 16); }) == value(ErrorCode::kCorrupt);
  };
  CHECK(refuses({{0, 32, -500}, {10, 4000, -5000}}));                     // holds less
  CHECK(refuses({{0, 32, -500}, {10, 4000, -5000}, {10, 34, -900}}));     // more
  CHECK(refuses({{0, 32, -500}, {10, 4000, -3989}, {10, 33, -900}}));     // of what follows it
  CHECK(refuses({{0, 32, -500}, {13, 4000, -5000}, {13, 33, -900}}));     // behind the block
  CHECK(refuses({{0, 32, -66'000}, {10, 4000, -5000}, {10, 33, -900}}));  // beyond the window
}

// Three stored blocks of noise and one of copies of the first, of some noise more, and of the
// third.
struct Sample {
  Bytes content, frame;
};

const Sample& sample() {
  static const Sample sample = [] {
    const Bytes noise = Random(4).bytes(9'000'000);
    Sample made;
    made.content = noise + part(noise, 1'000'000, 200'000) + Random(5).bytes(5'000) +
                   part(noise, 8'500'000, 300'000);
    made.frame = compressed(made.content);
    return made;
  }();
  return sample;
}

TEST_CASE("Copies.CostLittleInNoiseForAnyThreads") {
  const auto& [content, frame] = sample();
  CHECK(frame.size() < 9'000'000 + 5'000 + 300);
  CHECK((decompress(frame) == content));
  CHECK((compressed(content, 3) == frame));
  const Bytes small_window = compressed(content, 1, 20);
  CHECK(small_window.size() > frame.size() + 190'000);
  CHECK(small_window.size() < frame.size() + 210'000);
  CHECK((decompress(small_window) == content));
}

TEST_CASE("Copies.RangesReadTheBlocksThatAreCopied") {
  const auto& [content, frame] = sample();
  MemoryFile file(frame);
  for (const std::uint64_t offset :
       {1'000'000, 8'999'999, 9'100'000, 9'199'990, 9'203'000, 9'504'990}) {
    CAPTURE(offset);
    CHECK((range_of(file, offset, 20) ==
           part(content, offset, std::min<std::size_t>(20, content.size() - offset))));
  }
  MemoryReader pipe(frame, 1'000'000);
  CHECK((range_of(pipe, 9'199'990, 1'000) == part(content, 9'199'990, 1'000)));
}

TEST_CASE("Copies.DamageOfASourceIsFoundAndOthersStillCome") {
  const auto& [content, frame] = sample();
  Bytes damaged = frame;
  damaged[1'050'000] ^= 1;
  MemoryFile file(damaged);
  const std::uint64_t last = content.size() - 100'000;
  CHECK((range_of(file, 5'000'000, 100) == part(content, 5'000'000, 100)));
  CHECK(error_code([&] { range_of(file, 1'050'000, 1); }) == value(ErrorCode::kCorrupt));
  CHECK(error_code([&] { range_of(file, 9'100'000, 1); }) == value(ErrorCode::kCorrupt));
  CHECK(error_code([&] { decompress(damaged); }) == value(ErrorCode::kCorrupt));
  CHECK((range_of(file, 8'400'000, 100) == part(content, 8'400'000, 100)));
  MemoryFile whole(frame);
  CHECK((range_of(whole, last, 9) == part(content, last, 9)));
}

TEST_CASE("Copies.DirectoryAndIndexSayHowMuchIsCopied") {
  Options options;
  options.model = "none";
  options.directory = true;
  const Bytes noise = Random(6).bytes(100'000);
  const Bytes content = noise + noise + noise;
  MemoryReader in(content);
  MemoryWriter out;
  const Summary summary = compress(in, out, options);
  CHECK(summary.copy_blocks == 1);
  CHECK(out.out.size() < 100'300);
  MemoryFile file(out.out);
  options.reuse = &file;  // its literals are found again
  MemoryReader again(content);
  MemoryWriter reused;
  CHECK(compress(again, reused, options).reused_blocks == 1);
  CHECK((reused.out == out.out));
  const FrameTable table = frame_table(file);
  REQUIRE(table.frames.size() == 1);
  REQUIRE(table.frames[0].blocks.size() == 1);
  CHECK(table.frames[0].blocks[0].copied_bytes > 199'900);
  CHECK((range_of(file, 250'000, 50) == part(content, 250'000, 50)));
  MemoryFile long_file(sample().frame);
  const FrameTable index = frame_table(long_file);
  REQUIRE(index.frames.size() == 1);
  std::uint64_t copied = 0;
  for (const ListedBlock& block : index.frames[0].blocks) copied += block.copied_bytes;
  CHECK(copied > 499'900);
  CHECK(copied <= 500'000);
}

// One noise again and again, so that copies fill blocks that have no literals.
TEST_CASE("Copies.OfManyTimesTheContent") {
  const Bytes noise = Random(7).bytes(1'000'000);
  Bytes content;
  for (int i = 0; i < 40; ++i) content.insert(content.end(), noise.begin(), noise.end());
  const Found found = find(content, 22, SIZE_MAX);
  CHECK(found.stretches == 2);
  const Bytes frame = compressed(content);
  CHECK(frame.size() < 1'010'000);
  CHECK((decompress(frame) == content));
}

}  // namespace
}  // namespace nnzip
