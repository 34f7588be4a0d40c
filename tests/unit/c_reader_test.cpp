// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstring>
#include <memory>

#include "unit/c_api_helpers.h"
#include "unit/memory_stream.h"
#include "unit/png_samples.h"
#include "unit/wrapped_files.h"

namespace nnzip {
namespace {

using test::c_compressed;
using test::c_options;
using test::c_options_without_model;
using test::operator+;
using test::last_error_says;
using test::Random;
using test::TinyModel;

constexpr std::size_t kMib = std::size_t{1} << 20;

struct Freed {
  void operator()(nnzip_reader* reader) const { nnzip_reader_free(reader); }
};
using Reader = std::unique_ptr<nnzip_reader, Freed>;

nnzip_source memory(const Bytes& data) {
  return {nullptr, const_cast<std::uint8_t*>(data.data()), data.size()};
}

Reader new_reader(const nnzip_source& source,
                  const nnzip_options& options = c_options_without_model()) {
  nnzip_reader* reader = nullptr;
  REQUIRE(nnzip_reader_new(&reader, &source, &options) == NNZIP_OK);
  return Reader(reader);
}

Bytes read(nnzip_reader* reader, std::uint64_t offset, std::size_t capacity) {
  Bytes out(capacity);
  std::size_t size = 1;
  REQUIRE(nnzip_reader_read(reader, offset, out.data(), capacity, &size) == NNZIP_OK);
  out.resize(size);
  return out;
}

Bytes part(const Bytes& all, std::size_t offset, std::size_t size) {
  const std::size_t begin = std::min(offset, all.size());
  const auto from = all.begin() + static_cast<std::ptrdiff_t>(begin);
  return {from, from + static_cast<std::ptrdiff_t>(std::min(size, all.size() - begin))};
}

// A program's file that counts what is asked of it, and can fail.
struct File {
  Bytes data;
  std::size_t calls = 0, bytes = 0;
  std::ptrdiff_t failure = 0;

  static std::ptrdiff_t read(void* file, std::uint64_t offset, void* buffer, std::size_t size) {
    auto& self = *static_cast<File*>(file);
    ++self.calls;
    if (self.failure != 0) return self.failure;
    REQUIRE(offset + size <= self.data.size());
    size = std::min(size, std::size_t{1000});
    self.bytes += size;
    std::memcpy(buffer, self.data.data() + offset, size);
    return static_cast<std::ptrdiff_t>(size);
  }
  nnzip_source source() { return {read, this, data.size()}; }
};

Bytes frames_of(const std::vector<Bytes>& contents, const nnzip_options& options) {
  Bytes all;
  for (const Bytes& content : contents) {
    Bytes frame(nnzip_compress_bound(content.size()) + 256 + content.size() / 100);
    REQUIRE(test::c_compress(content, frame, options) == NNZIP_OK);
    all.insert(all.end(), frame.begin(), frame.end());
  }
  return all;
}

TEST_CASE("CReader.ReadsAnyPart") {
  // Three blocks, two of which have a copy of the first one; an empty frame; one of a single block.
  std::vector<Bytes> contents = {Random(3).bytes(9 * kMib), {}, Bytes(1000, 'x')};
  constexpr std::size_t kCopies[] = {5 * kMib, 8 * kMib + kMib / 2};
  for (const std::size_t at : kCopies) {
    const auto begin = contents[0].begin();
    std::copy_n(begin + kMib, 50'000, begin + static_cast<std::ptrdiff_t>(at));
  }
  Bytes content;
  for (const Bytes& each : contents) content.insert(content.end(), each.begin(), each.end());
  for (const int directory : {0, 1}) {
    CAPTURE(directory);
    nnzip_options options = c_options_without_model();
    options.directory = directory;
    options.fast_decode = 1;  // blocks of 4 MiB
    const Bytes packed = frames_of(contents, options);
    File file{packed};
    for (const nnzip_source& source : {memory(packed), file.source()}) {
      const Reader reader = new_reader(source);
      CHECK(nnzip_reader_content_size(reader.get()) == content.size());
      for (const auto& [offset, size] : {std::pair<std::size_t, std::size_t>{0, 0},
                                         {0, 10},
                                         {5, 4 * kMib},
                                         {4 * kMib - 1, 2},
                                         {4 * kMib, 5 * kMib},
                                         {4 * kMib, 4 * kMib},
                                         {0, content.size()},
                                         {3, content.size()},
                                         {9 * kMib - 1, 5},
                                         {9 * kMib + 5, 100},
                                         {content.size(), 5},
                                         {content.size() - 1, 5}}) {
        CAPTURE(offset, size);
        CHECK((read(reader.get(), offset, size) == part(content, offset, size)));
      }
      CHECK(read(reader.get(), UINT64_MAX, 5).empty());
      if (directory == 0) continue;
      // What the second copy is of has been decoded for the first one.
      const Reader anew = new_reader(source);
      for (const std::size_t at : kCopies) {
        file.bytes = 0;
        CHECK(read(anew.get(), at, 9) == part(content, at, 9));
        CHECK(file.bytes < (at == kCopies[0] ? 9 : 5) * kMib);
      }
    }
  }
}

TEST_CASE("CReader.DecodesNoBlockTwiceInARow") {
  const Bytes content = Random(4).bytes(300000);  // one block
  File file{c_compressed(content, c_options_without_model())};
  const Reader reader = new_reader(file.source());
  CHECK(read(reader.get(), 100, 10) == part(content, 100, 10));
  const std::size_t calls = file.calls;
  for (std::size_t offset = 0; offset < content.size(); offset += 65536) {
    CHECK((read(reader.get(), offset, 65536) == part(content, offset, 65536)));
  }
  CHECK(file.calls == calls);
}

TEST_CASE("CReader.TellsOfFramesAndBlocks") {
  const TinyModel tiny(41);
  const nnzip_options options = c_options(tiny);
  const std::vector<Bytes> contents = {
      tiny.typical_content(3000, 1), Random(3).bytes(25 << 12) + Bytes(100'000, 'n'), {}};
  const Bytes packed = frames_of(contents, options);
  const Reader reader = new_reader(memory(packed), options);
  std::size_t frames = 0;
  CHECK(nnzip_reader_frames(reader.get(), &frames) == NNZIP_OK);
  CHECK(frames == 3);

  std::uint64_t coded = 0;
  std::size_t blocks[3];
  for (std::size_t i = 0; i < 3; ++i) {
    nnzip_frame_info frame{};
    frame.struct_size = sizeof frame;
    REQUIRE(nnzip_reader_frame(reader.get(), i, &frame) == NNZIP_OK);
    CHECK(frame.content_bytes == contents[i].size());
    CHECK(frame.has_checksum == (i == 1));
    coded += frame.coded_bytes;
    blocks[i] = frame.blocks;
    if (i == 0) CHECK(frame.models == tiny.name);
    if (i == 2) CHECK(std::string(frame.models).empty());
    nnzip_block_info block{};
    block.struct_size = sizeof block;
    CHECK(nnzip_reader_block(reader.get(), i, blocks[i], &block) == NNZIP_ERROR_INVALID_ARGUMENT);
  }
  CHECK(coded == packed.size());
  CHECK(blocks[0] == 1);
  CHECK(blocks[1] >= 2);
  CHECK(blocks[2] == 0);

  nnzip_block_info block{};
  block.struct_size = sizeof block;
  REQUIRE(nnzip_reader_block(reader.get(), 0, 0, &block) == NNZIP_OK);
  CHECK(block.model == tiny.name);
  CHECK(block.content_offset == 0);
  REQUIRE(nnzip_reader_block(reader.get(), 1, 0, &block) == NNZIP_OK);
  CHECK(block.coding == std::string("stored"));
  CHECK(block.content_offset == 3000);
  CHECK(std::string(block.model).empty());

  // Programs of other versions.
  struct {
    nnzip_frame_info info;
    std::uint64_t later = 7;
  } newer{};
  newer.info.struct_size = sizeof newer;
  REQUIRE(nnzip_reader_frame(reader.get(), 1, &newer.info) == NNZIP_OK);
  CHECK(newer.later == 0);
  CHECK(newer.info.struct_size == sizeof newer);
  for (const std::size_t size : {std::size_t{0}, std::size_t{8}, SIZE_MAX}) {
    nnzip_frame_info frame{};
    frame.struct_size = size;
    CHECK(nnzip_reader_frame(reader.get(), 0, &frame) == NNZIP_ERROR_INVALID_ARGUMENT);
  }
  CHECK(nnzip_reader_frame(reader.get(), 3, &newer.info) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_reader_frame(reader.get(), 0, nullptr) == NNZIP_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("CReader.TellsOfGroups") {
  const Bytes content = test::gzip_file(test::prose(20000)) + test::prose(500) +
                        test::png_file({}, test::png_rows({}));
  for (const bool closed : {false, true}) {
    Options options;
    options.model = "none";
    options.unwrap = !closed;
    const Bytes packed = compress(content, options);
    const Reader reader = new_reader(memory(packed));
    nnzip_frame_info frame{};
    frame.struct_size = sizeof frame;
    REQUIRE(nnzip_reader_frame(reader.get(), 0, &frame) == NNZIP_OK);
    CHECK(frame.group_blocks == (closed ? 0 : 1));
    nnzip_block_info block{};
    block.struct_size = sizeof block;
    REQUIRE(nnzip_reader_block(reader.get(), 0, 0, &block) == NNZIP_OK);
    CHECK((block.coding == std::string("group")) == !closed);
    CHECK(block.wrappers == std::string(closed ? "" : "deflate,PNG"));
    CHECK((block.opened_bytes > 20000) == !closed);
  }
}

TEST_CASE("CReader.TellsErrors") {
  const Bytes content = Random(5).bytes(100000);
  Bytes packed = c_compressed(content, c_options_without_model());
  nnzip_reader* reader = nullptr;
  const auto opens = [&](const nnzip_source& source) {
    return nnzip_reader_new(&reader, &source, nullptr);
  };
  CHECK(opens(memory(content)) == NNZIP_ERROR_NOT_A_FRAME);
  CHECK(opens(memory({})) == NNZIP_ERROR_TRUNCATED);
  CHECK(opens({nullptr, nullptr, 5}) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(opens(memory(part(packed, 0, packed.size() - 1))) == NNZIP_ERROR_TRUNCATED);
  CHECK(reader == nullptr);

  File file{packed};
  for (const std::ptrdiff_t failure : {std::ptrdiff_t{-1}, std::ptrdiff_t{1} << 40}) {
    file.failure = failure;
    CHECK(opens(file.source()) == NNZIP_ERROR_READ_FAILED);
  }
  packed[packed.size() / 2] ^= 1;
  const Reader damaged = new_reader(memory(packed));
  Bytes out(10);
  for (int again = 0; again < 2; ++again) {
    std::size_t size = 1;
    CHECK(nnzip_reader_read(damaged.get(), 0, out.data(), out.size(), &size) ==
          NNZIP_ERROR_CORRUPT);
    CHECK(size == 0);
  }
}

int append(void* out, const void* bytes, std::size_t size) {
  auto* const from = static_cast<const std::uint8_t*>(bytes);
  auto& to = *static_cast<Bytes*>(out);
  to.insert(to.end(), from, from + size);
  return 0;
}

TEST_CASE("CJoin.MakesOneFile") {
  nnzip_options options = c_options_without_model();
  options.directory = 1;
  const Bytes contents[] = {Bytes(500, 'a'), Random(6).bytes(700)};
  const Bytes first = frames_of({contents[0]}, options), second = frames_of({contents[1]}, options);
  const nnzip_source inputs[] = {memory(first), memory(second)};
  Bytes joined;
  REQUIRE(nnzip_join(inputs, 2, append, &joined) == NNZIP_OK);
  const Reader reader = new_reader(memory(joined));
  Bytes all = contents[0];
  all.insert(all.end(), contents[1].begin(), contents[1].end());
  CHECK(read(reader.get(), 0, 5000) == all);

  CHECK(nnzip_join(
            inputs, 2, [](void*, const void*, std::size_t) { return 1; }, nullptr) ==
        NNZIP_ERROR_WRITE_FAILED);
  CHECK(nnzip_join(nullptr, 0, append, &joined) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_join(inputs, 2, nullptr, nullptr) == NNZIP_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("C parts: each is made alone, and they are joined in any order") {
  const nnzip_options options = c_options_without_model();
  const Bytes content = Bytes(3000, '\n') + Random(7).bytes(2000);
  const nnzip_source source = memory(content);
  const auto status = [&](std::uint64_t number, int cut, Bytes& out) {
    return nnzip_compress_part(&source, number, 3, cut, append, &out, &options);
  };
  Bytes parts[3], joined;
  for (std::size_t i = 0; i < 3; ++i) REQUIRE(status(i + 1, NNZIP_CUT_LINES, parts[i]) == NNZIP_OK);
  const nnzip_source inputs[] = {memory(parts[2]), memory(parts[0]), memory(parts[1])};
  REQUIRE(nnzip_join(inputs, 3, append, &joined) == NNZIP_OK);
  const Reader reader = new_reader(memory(joined));
  CHECK(read(reader.get(), 0, 9000) == content);
  std::size_t frames = 0;
  CHECK(nnzip_reader_frames(reader.get(), &frames) == NNZIP_OK);
  CHECK(frames == 3);

  Bytes none;
  CHECK(nnzip_join(inputs, 2, append, &none) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(status(0, NNZIP_CUT_LINES, none) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(status(4, NNZIP_CUT_LINES, none) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(status(1, 3, none) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(last_error_says("cut, 3, is none of enum nnzip_cut"));
  CHECK(nnzip_compress_part(nullptr, 1, 3, NNZIP_CUT_BLOCKS, append, &none, &options) ==
        NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_compress_part(&source, 1, 3, NNZIP_CUT_BLOCKS, nullptr, nullptr, &options) ==
        NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(none.empty());
}

TEST_CASE("C estimates: all of short content is the sample, so sizes are nearly real") {
  const Bytes content = Random(5).bytes(3000) + Bytes(50000, 'a');
  nnzip_options options = c_options_without_model();
  nnzip_source source = memory(content);
  nnzip_estimate_info info{};
  CHECK(nnzip_estimate(&source, &options, &info) == NNZIP_ERROR_INVALID_ARGUMENT);
  info.struct_size = sizeof info;
  CHECK(nnzip_estimate(nullptr, &options, &info) == NNZIP_ERROR_INVALID_ARGUMENT);
  REQUIRE(nnzip_estimate(&source, &options, &info) == NNZIP_OK);
  CHECK(info.content_bytes == content.size());
  for (int level = 1; level <= 9; ++level) {
    options.level = level;
    const std::size_t real = c_compressed(content, options).size();
    CHECK(info.coded_bytes[level - 1] + 60 > real);
    CHECK(info.coded_bytes[level - 1] < real + 60);
    CHECK(info.seconds[level - 1] > 0);
    CHECK(info.memory_bytes[level - 1] > content.size());
  }
  source.read = [](void*, std::uint64_t, void*, std::size_t) { return std::ptrdiff_t{-1}; };
  CHECK(nnzip_estimate(&source, &options, &info) == NNZIP_ERROR_READ_FAILED);
}

}  // namespace
}  // namespace nnzip
