// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <catch2/catch.hpp>
#include <numeric>
#include <thread>

#include "codec/levels.h"
#include "nnzip/diagnostics.hpp"
#include "unit/tiny_models.h"

namespace nnzip {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

using test::error_code;
using test::MemoryReader;
using test::MemoryWriter;
using test::Random;
using test::TinyModel;
using test::to_bytes;
using test::value;

const TinyModel& tiny() {
  static const TinyModel model(11);
  return model;
}

Options without_model() {
  Options options;
  options.model = "none";
  return options;
}

Options in_short_blocks(Options options) {
  options.log2_block = std::countr_zero(kBlockBytes);
  return options;
}

// Compresses, decompresses, compares; returns what compress() says.
Summary round_trip(const Bytes& content, const Options& options) {
  MemoryReader in(content);
  MemoryWriter packed, unpacked;
  const Summary there = compress(in, packed, options);
  CHECK(there.content_bytes == content.size());
  CHECK(there.coded_bytes == packed.out.size());
  CHECK(there.blocks == there.mixed_blocks + there.network_blocks + there.context_blocks +
                            there.zstd_blocks + there.stored_blocks);
  MemoryReader frames(packed.out);
  const Summary back = decompress(frames, unpacked, options);
  CHECK((unpacked.out == content));  // not printed: it may be large
  CHECK(back.coded_bytes == there.coded_bytes);
  CHECK(back.content_bytes == there.content_bytes);
  CHECK(back.blocks == there.blocks);
  CHECK(back.network_blocks == there.network_blocks);
  CHECK(back.model == there.model);
  CHECK(back.device == there.device);
  return there;
}

Bytes all_bytes() {
  Bytes bytes(256);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

// Four MiB that zstd packs at once, then a little more.
Bytes two_blocks(const Bytes& tail) {
  Bytes content(kBlockBytes, 'n');  // no long repeat but of itself
  content.insert(content.end(), tail.begin(), tail.end());
  return content;
}

TEST_CASE("Codec.ReturnsContentsOfEdgeSizes") {
  const Bytes text =
      to_bytes(std::string(5, 'n') + "zip in a few words, some of them in a few words");
  for (const std::size_t size : {0, 1, 2, 255, 256, 257}) {
    CAPTURE(size);
    for (const Options& options : {tiny().options(), without_model()}) {
      Bytes repeated(size);
      for (std::size_t i = 0; i < size; ++i) repeated[i] = text[i % text.size()];
      CHECK(round_trip(repeated, options).coded_bytes <= size + 24);
      CHECK(round_trip(Bytes(size), options).coded_bytes <= size + 24);
      CHECK(round_trip(Random(size).bytes(size), options).coded_bytes <= size + 24);
    }
    CHECK(round_trip(tiny().typical_content(size, 1), tiny().options()).coded_bytes <= size + 24);
  }
  round_trip(all_bytes(), tiny().options());
}

TEST_CASE("Codec.TakesTheModelWhereItHelps") {
  const Bytes content = tiny().typical_content(3000, 2);
  const Summary with = round_trip(content, tiny().options());
  CHECK(with.network_blocks == 1);
  CHECK(with.model == tiny().name);
  CHECK(with.device == tiny().engine()->description());
  CHECK(with.coded_bytes < round_trip(content, without_model()).coded_bytes);
}

TEST_CASE("Codec.NamesNoModelThatIsNotUsed") {
  for (const Bytes& content : {Bytes(50000), two_blocks({})}) {
    const Summary easy = round_trip(content, in_short_blocks(tiny().options()));
    CHECK(easy.zstd_blocks + easy.context_blocks == 1);
    CHECK(easy.coded_bytes < content.size() / 1000);
    CHECK(easy.model.empty());
    CHECK(easy.device.empty());
    // Such frames open where there is no model at all.
    const Bytes packed = compress(content, tiny().options());
    CHECK((decompress(packed, without_model()) == content));
  }
  const Summary noise = round_trip(Random(3).bytes(40000), tiny().options());
  CHECK(noise.stored_blocks == 1);
  CHECK(noise.coded_bytes == 40000 + 13);
}

TEST_CASE("Codec.CodesSeveralBlocks") {
  const Bytes content = two_blocks(tiny().typical_content(2000, 3));
  const Summary summary = round_trip(content, in_short_blocks(tiny().options()));
  CHECK(summary.frames == 1);
  CHECK(summary.blocks == 2);
  CHECK(summary.context_blocks == 1);
  CHECK(summary.network_blocks == 1);
  const Summary full = round_trip(two_blocks({}), in_short_blocks(without_model()));
  CHECK(full.blocks == 1);
}

TEST_CASE("Codec.GivesEqualBytesForEveryThreadCount") {
  Options options = tiny().options();
  options.level = 5;  // the one with a network that has the shortest streams
  const Bytes content =
      tiny().typical_content(2 * level_meaning(options.level).min_stream_bytes + 5, 4);
  const Bytes single = compress(content, options);
  CHECK((single[13] & 0x7F) == 0x13);  // a model block of two streams
  options.threads = 2;
  CHECK((compress(content, options) == single));
  options.threads = 4;
  CHECK((decompress(single, options) == content));
}

TEST_CASE("Codec.GivesEqualBytesForEveryReader") {
  const Bytes tail = tiny().typical_content(3000, 4), content = two_blocks(tail);
  Options options = in_short_blocks(tiny().options());
  const Bytes single = compress(tail, options), several = compress(content, options);
  for (const int threads : {2, 4}) {
    options.threads = threads;
    MemoryReader bytes(tail, 1), pieces(content, 4097);
    MemoryWriter single_again, several_again, back;
    compress(bytes, single_again, options);
    CHECK((single_again.out == single));
    compress(pieces, several_again, options);
    CHECK((several_again.out == several));
    MemoryReader frame_pieces(several, 1);
    decompress(frame_pieces, back, options);
    CHECK((back.out == content));
  }
}

TEST_CASE("Codec.LanesDoNotDependOnTheirGrouping") {
  const Bytes content = tiny().typical_content(1001, 5);
  for (const int streams : {1, 2, 8, 64}) {
    CAPTURE(streams);
    const BlockPlan plan = stated_plan(content.size(), streams);
    NetworkCoder one(tiny().engine(), 1);
    const Bytes coded = one.encode(content, plan, {});
    for (const int threads : {1, 2, 3, 64}) {
      NetworkCoder coder(tiny().engine(), threads);
      CHECK(coder.encode(content, plan, {}) == coded);
      Bytes back(content.size());
      CHECK(coder.decode(coded, plan, back, {}));
      CHECK(back == content);
    }
  }
}

TEST_CASE("Codec.StreamsMayBeEmpty") {
  const Bytes content = tiny().typical_content(65, 6);  // 33 streams of two bytes or less, 31 empty
  const BlockPlan plan = stated_plan(content.size(), 64);
  NetworkCoder coder(tiny().engine(), 2);
  const Bytes coded = coder.encode(content, plan, {});
  Bytes back(content.size());
  CHECK(coder.decode(coded, plan, back, {}));
  CHECK(back == content);
}

TEST_CASE("Codec.DecodesJoinedFrames") {
  const Bytes first = tiny().typical_content(500, 7), second = to_bytes("second");
  Bytes frames = compress(first, tiny().options());
  for (const Bytes& frame :
       {compress(Bytes{}, tiny().options()), compress(second, without_model())}) {
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  Bytes both = first;
  both.insert(both.end(), second.begin(), second.end());
  CHECK(decompress(frames, tiny().options()) == both);
}

TEST_CASE("Codec.SaysWhichModelIsMissing") {
  const Bytes packed = compress(tiny().typical_content(500, 8), tiny().options());
  const TinyModel other(12);
  Options options = other.options();
  try {
    decompress(packed, options);
    FAIL("decoded without its model");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kModelMissing);
    CHECK_THAT(error.what(), Catch::Contains(to_hex(short_id(tiny().hash))) &&
                                 Catch::Contains(other.folder.path.string()));
  }
  options.model = "no-such-model";
  CHECK(error_code([&] { compress(to_bytes("some"), options); }) ==
        value(ErrorCode::kModelMissing));
}

TEST_CASE("Codec.RefusesADamagedModelFile") {
  const TinyModel model(13);
  std::fstream file(model.file, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-9, std::ios::end);
  file.put('\x55');
  file.put('\xAA');
  file.close();
  CHECK(error_code([&] { compress(to_bytes("some"), model.options()); }) ==
        value(ErrorCode::kModelCorrupt));
}

TEST_CASE("Codec.WritesTheGoodBlocksBeforeAnError") {
  const Bytes content = two_blocks(to_bytes("the second block"));
  Bytes packed = compress(content, in_short_blocks(without_model()));
  for (const int threads : {1, 4}) {
    Options options = without_model();
    options.threads = threads;
    const Bytes cut(packed.begin(), packed.end() - 35);
    MemoryReader in(cut);
    MemoryWriter out;
    CHECK(error_code([&] { decompress(in, out, options); }) == value(ErrorCode::kTruncated));
    CHECK((out.out == Bytes(content.begin(), content.begin() + kBlockBytes)));
  }
}

TEST_CASE("Codec.ReportsProgressFromTheCallingThread") {
  const Bytes content = tiny().typical_content(30000, 9);
  Options options = tiny().options();
  options.threads = 4;
  std::vector<std::uint64_t> reports;
  const auto caller = std::this_thread::get_id();
  bool foreign = false;
  options.progress = [&](std::uint64_t done) {
    reports.push_back(done);
    foreign = foreign || std::this_thread::get_id() != caller;
  };
  const Bytes packed = compress(content, options);
  for (int pass = 0; pass < 2; ++pass) {
    CHECK_FALSE(foreign);
    CHECK(reports.size() > 5);
    CHECK(std::is_sorted(reports.begin(), reports.end()));
    CHECK((!reports.empty() && reports.back() == content.size()));
    reports.clear();
    if (pass == 0) decompress(packed, options);
  }
}

TEST_CASE("Codec.RefusesArgumentsOutOfRange") {
  const auto with = [](auto change) {
    Options options = without_model();
    change(options);
    return error_code([&] { compress(to_bytes("some"), options); });
  };
  CHECK(with([](Options& o) { o.level = 0; }) == value(ErrorCode::kInvalidArgument));
  CHECK(with([](Options& o) { o.level = 10; }) == value(ErrorCode::kInvalidArgument));
  CHECK(with([](Options& o) { o.threads = -1; }) == value(ErrorCode::kInvalidArgument));
  CHECK(with([](Options& o) { o.level = 9; }) == 0);
  Options options = tiny().options();
  options.device = "abacus";
  CHECK(error_code([&] { compress(to_bytes("some"), options); }) ==
        value(ErrorCode::kBackendUnavailable));
}

TEST_CASE("Codec.PassesOnWhatReadersThrow") {
  class Broken : public Reader {
   public:
    std::size_t read(std::span<std::uint8_t>) override {
      throw Error(ErrorCode::kReadFailed, "the disk is gone.");
    }
  };
  Broken in;
  MemoryWriter out;
  CHECK(error_code([&] { compress(in, out, without_model()); }) == value(ErrorCode::kReadFailed));
  CHECK(error_code([&] { decompress(in, out, without_model()); }) == value(ErrorCode::kReadFailed));
}

TEST_CASE("Api.ListsAndVerifiesModels") {
  const auto found = models(tiny().options());
  const auto model = std::find_if(found.begin(), found.end(),
                                  [](const ModelInfo& info) { return info.name == tiny().name; });
  REQUIRE(model != found.end());
  CHECK(model->file == tiny().file);
  CHECK(model->sha256 == to_hex(tiny().hash));
  CHECK(model->file_bytes == std::filesystem::file_size(tiny().file));
  CHECK(model->macs_per_byte == tiny_config().macs_per_byte());
  CHECK(error_code([&] { verify_model(*model); }) == 0);
  ModelInfo wrong = *model;
  wrong.sha256[0] = wrong.sha256[0] == '0' ? '1' : '0';
  CHECK(error_code([&] { verify_model(wrong); }) == value(ErrorCode::kModelCorrupt));
  wrong = *model;
  wrong.file /= "nowhere";
  CHECK(error_code([&] { verify_model(wrong); }) == value(ErrorCode::kReadFailed));
}

TEST_CASE("Api.ComparesBackends") {
  const Bytes sample = to_bytes("a short sample for two backends");
  CHECK(check_backends("reference", "reference", sample, tiny().options()) > sample.size());
  CHECK(error_code([&] { check_backends("reference", "abacus", sample, tiny().options()); }) ==
        value(ErrorCode::kBackendUnavailable));
  const auto all = backends();
  CHECK(std::any_of(all.begin(), all.end(), [](const BackendInfo& info) {
    return info.name == "reference" && info.unavailable.empty();
  }));
}

}  // namespace
}  // namespace nnzip
