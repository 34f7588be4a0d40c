// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <thread>

#include "api/c_status.h"
#include "unit/c_api_helpers.h"

namespace nnzip {
namespace {

using test::c_compress;
using test::c_compressed;
using test::c_decompress;
using test::c_options;
using test::c_options_without_model;
using test::last_error_says;
using test::Random;
using test::TemporaryFolder;
using test::TinyModel;
using test::to_bytes;

const TinyModel& tiny() {
  static const TinyModel model(21);
  return model;
}

constexpr std::size_t kMib = std::size_t{1} << 20;

TEST_CASE("CApi.VersionIsThatOfTheCppApi") {
  CHECK(nnzip_version() == version());
  const std::string header = std::to_string(NNZIP_VERSION_MAJOR) + "." +
                             std::to_string(NNZIP_VERSION_MINOR) + "." +
                             std::to_string(NNZIP_VERSION_PATCH);
  CHECK(header == nnzip_version());
}

TEST_CASE("CApi.NamesEveryCode") {
  CHECK(std::string(nnzip_error_name(NNZIP_OK)) == "NNZIP_OK");
  CHECK(std::string(nnzip_error_name(NNZIP_STREAM_END)) == "NNZIP_STREAM_END");
  CHECK(std::string(nnzip_error_name(NNZIP_ERROR_CANCELLED)) == "NNZIP_ERROR_CANCELLED");
  for (const int unknown : {-1, 2, 9, 64, 91, 1 << 30}) {
    CHECK(std::string(nnzip_error_name(unknown)) == "unknown");
  }
  int errors = 0;
  for (int code = 10; code < 100; ++code) {
    errors += std::string(nnzip_error_name(code)).starts_with("NNZIP_ERROR_");
  }
  CHECK(errors == 19);  // enumerators of nnzip_error
}

TEST_CASE("CApi.BuffersComeBack") {
  for (const nnzip_options& options : {c_options(tiny()), c_options_without_model()}) {
    for (const std::size_t size : {0, 1, 2, 254, 255, 256, 3000}) {
      CAPTURE(size);
      const Bytes content = tiny().typical_content(size, size);
      const Bytes packed = c_compressed(content, options);
      std::uint64_t stated = 1;
      CHECK(nnzip_content_size(packed.data(), packed.size(), &stated) == NNZIP_OK);
      CHECK(stated == size);
      Bytes back(size);
      CHECK(c_decompress(packed, back, options) == NNZIP_OK);
      CHECK(back == content);
      CHECK((compress(
                 content, size == 0 ? Options{} : [&] {
                   Options same = tiny().options();
                   same.model = options.model;
                   return same;
                 }()) == packed));
    }
  }
}

TEST_CASE("CApi.NullOptionsAreTheDefaults") {
  const Bytes content(1000, 'n');
  Bytes packed(nnzip_compress_bound(content.size())), back(content.size());
  std::size_t size = 0;
  // The bundled model must be there: tests link a library that finds it.
  CHECK(nnzip_compress(packed.data(), packed.size(), &size, content.data(), content.size(),
                       nullptr) == NNZIP_OK);
  packed.resize(size);
  CHECK(packed == compress(content));
  CHECK(nnzip_decompress(back.data(), back.size(), &size, packed.data(), packed.size(), nullptr) ==
        NNZIP_OK);
  CHECK(size == content.size());
  CHECK(back == content);
}

TEST_CASE("CApi.NothingGrowsOverTheBound") {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{70000}, 4 * kMib, 4 * kMib + 1, 9 * kMib}) {
    CAPTURE(size);
    const Bytes noise = Random(size).bytes(size);
    Bytes packed(nnzip_compress_bound(size));
    CHECK(packed.size() <= size + 64 + size / 100000);
    CHECK(c_compress(noise, packed, c_options_without_model()) == NNZIP_OK);
    Bytes back(size);
    CHECK(c_decompress(packed, back, c_options_without_model()) == NNZIP_OK);
    CHECK((back == noise));
  }
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  CHECK(nnzip_compress_bound(kMost) == 0);
  CHECK(nnzip_compress_bound(kMost - 1000) == 0);
  CHECK(nnzip_compress_bound(kMost / 2) > kMost / 2);
}

TEST_CASE("CApi.ContentSizeAddsFramesUp") {
  const nnzip_options options = c_options(tiny());
  Bytes frames = c_compressed(tiny().typical_content(500, 1), options);
  for (const Bytes& content : {Bytes{}, to_bytes("second"), Bytes(5 * kMib)}) {
    const Bytes frame = c_compressed(content, c_options_without_model());
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  std::uint64_t size = 0;
  CHECK(nnzip_content_size(frames.data(), frames.size(), &size) == NNZIP_OK);
  CHECK(size == 500 + 6 + 5 * kMib);
  for (const std::size_t kept : {frames.size() - 1, std::size_t{3}, std::size_t{0}}) {
    CAPTURE(kept);
    const int status = nnzip_content_size(frames.data(), kept, &size);
    CHECK(status / 10 == 3);
    CHECK(size == 0);
  }
}

TEST_CASE("CApi.OutputThatIsTooSmall") {
  const nnzip_options options = c_options(tiny());
  const Bytes content = tiny().typical_content(2000, 3);
  const Bytes packed = c_compressed(content, options);
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, packed.size() - 1}) {
    Bytes out(capacity);
    CHECK(c_compress(content, out, options) == NNZIP_ERROR_OUTPUT_TOO_SMALL);
    CHECK(out.empty());  // the size is 0 after an error
    CHECK(last_error_says(std::to_string(capacity) + " bytes"));
  }
  Bytes exact(packed.size());
  CHECK(c_compress(content, exact, options) == NNZIP_OK);
  for (const std::size_t capacity : {std::size_t{0}, content.size() - 1}) {
    Bytes out(capacity);
    CHECK(c_decompress(packed, out, options) == NNZIP_ERROR_OUTPUT_TOO_SMALL);
    CHECK(out.empty());
  }
}

TEST_CASE("CApi.RefusesNullArguments") {
  Bytes out(100), in(10);
  std::size_t size = 7;
  std::uint64_t content_size = 7;
  nnzip_options options = c_options_without_model();
  CHECK(nnzip_options_init(nullptr, sizeof options) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(last_error_says("options is NULL"));
  CHECK(nnzip_compress(nullptr, 100, &size, in.data(), 10, &options) ==
        NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(size == 0);
  CHECK(last_error_says("packed is NULL"));
  CHECK(nnzip_compress(out.data(), 100, nullptr, in.data(), 10, &options) ==
        NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(last_error_says("packed_size is NULL"));
  CHECK(nnzip_compress(out.data(), 100, &size, nullptr, 10, &options) ==
        NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(last_error_says("content is NULL"));
  CHECK(nnzip_compress(out.data(), 100, &size, nullptr, 0, &options) == NNZIP_OK);
  CHECK(nnzip_content_size(nullptr, 10, &content_size) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(content_size == 0);
  CHECK(nnzip_content_size(out.data(), size, nullptr) == NNZIP_ERROR_INVALID_ARGUMENT);
  const std::size_t packed = size;
  CHECK(nnzip_decompress(nullptr, 1, &size, out.data(), packed, &options) ==
        NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_decompress(in.data(), 10, &size, nullptr, 1, &options) ==
        NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_decompress(in.data(), 10, nullptr, out.data(), packed, &options) ==
        NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_decompress(nullptr, 0, &size, out.data(), packed, &options) == NNZIP_OK);
  CHECK(size == 0);
  CHECK(nnzip_decompress(nullptr, 0, &size, nullptr, 0, &options) / 10 == 3);
}

TEST_CASE("CApi.OptionsOfOtherSizes") {
  const Bytes content = to_bytes("nnzip");
  Bytes out(100);
  nnzip_options options = c_options_without_model();
  constexpr std::size_t kFirst = offsetof(nnzip_options, context);
  for (const std::size_t wrong : {std::size_t{0}, std::size_t{8}, kFirst - 1, std::size_t{5000},
                                  std::numeric_limits<std::size_t>::max()}) {
    CAPTURE(wrong);
    options.struct_size = wrong;
    CHECK(c_compress(content, out, options) == NNZIP_ERROR_INVALID_ARGUMENT);
    CHECK(last_error_says("nnzip_options_init"));
    nnzip_stream* stream = reinterpret_cast<nnzip_stream*>(&out);
    CHECK(nnzip_stream_new(&stream, NNZIP_COMPRESS, &options) == NNZIP_ERROR_INVALID_ARGUMENT);
    CHECK(stream == nullptr);
    nnzip_options untouched = options;
    CHECK(nnzip_options_init(&untouched, wrong) == NNZIP_ERROR_INVALID_ARGUMENT);
    CHECK(std::memcmp(&untouched, &options, sizeof options) == 0);
  }

  // An older program: its struct ends where that of the first version did.
  options.struct_size = kFirst;
  options.no_unwrap = 1;
  out.resize(100);
  CHECK(c_compress(content, out, options) == NNZIP_OK);
  out.resize(100);

  options.struct_size = sizeof options;
  options.layout = "pixels:0:u8";
  CHECK(c_compress(content, out, options) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(last_error_says("pixels:0:u8"));
  options.layout = "table:4:u16le";
  out.resize(100);
  CHECK(c_compress(content, out, options) == NNZIP_OK);
  out.resize(100);

  // A newer program: its struct has a tail that this library does not know.
  struct {
    nnzip_options known;
    std::uint64_t tail[4];
  } newer;
  std::memset(&newer, 0xAB, sizeof newer);
  CHECK(nnzip_options_init(&newer.known, sizeof newer) == NNZIP_OK);
  CHECK(newer.known.struct_size == sizeof newer);
  CHECK(newer.known.level == 5);
  for (const std::uint64_t value : newer.tail) CHECK(value == 0);
  newer.known.model = "none";
  out.resize(100);
  CHECK(c_compress(content, out, newer.known) == NNZIP_OK);
  newer.tail[3] = 1;
  out.resize(100);
  CHECK(c_compress(content, out, newer.known) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(last_error_says("does not know"));
}

TEST_CASE("CApi.OptionsOutOfRange") {
  const Bytes content = to_bytes("nnzip");
  Bytes out(100);
  nnzip_options options = c_options_without_model();
  options.level = 10;
  CHECK(c_compress(content, out, options) == NNZIP_ERROR_INVALID_ARGUMENT);
  options = c_options_without_model();
  options.threads = -1;
  out.resize(100);
  CHECK(c_compress(content, out, options) == NNZIP_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("CApi.TakesBlocksOfEarlierFiles") {
  nnzip_options options = c_options_without_model();
  options.level = 1;
  const Bytes content = Random(4).bytes(6 * kMib);  // two blocks
  const Bytes whole = c_compressed(content, options);
  test::AskedFile unfinished{whole}, without_directory{whole};
  unfinished.data.resize(5 * kMib);
  nnzip_source source = unfinished.source();
  options.resume = &source;
  CHECK((c_compressed(content, options) == whole));
  CHECK(unfinished.bytes > 4 * kMib);
  options.resume = nullptr;
  options.reuse = &source;
  source = without_directory.source();
  Bytes packed(nnzip_compress_bound(content.size()));
  CHECK(c_compress(content, packed, options) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(last_error_says("no directory with hashes"));
  source = {nullptr, nullptr, 5};
  CHECK(c_compress(content, packed, options) == NNZIP_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("CApi.PartsGoOnWhereTheyEnded") {
  nnzip_options options = c_options_without_model();
  options.level = 1;
  Bytes content = Random(4).bytes(9 * kMib), made;
  const nnzip_source all{nullptr, content.data(), content.size()};
  const auto write = [](void* to, const void* bytes, size_t size) {
    const auto* const begin = static_cast<const std::uint8_t*>(bytes);
    static_cast<Bytes*>(to)->insert(static_cast<Bytes*>(to)->end(), begin, begin + size);
    return 0;
  };
  REQUIRE(nnzip_compress_part(&all, 1, 1, NNZIP_CUT_BLOCKS, write, &made, &options) == NNZIP_OK);
  test::AskedFile unfinished{made};
  unfinished.data.resize(6 * kMib);
  const nnzip_source source = unfinished.source();
  options.resume = &source;
  Bytes again;
  REQUIRE(nnzip_compress_part(&all, 1, 1, NNZIP_CUT_BLOCKS, write, &again, &options) == NNZIP_OK);
  CHECK((again == made));
  CHECK(unfinished.bytes > 4 * kMib);
}

TEST_CASE("CApi.TheWindowIsAnOption") {
  nnzip_options options = c_options_without_model();
  options.level = 1;
  const Bytes noise = Random(6).bytes(100'000);
  Bytes content = noise;
  content.insert(content.end(), noise.begin(), noise.end());
  for (const int window : {0, 17, 16}) {
    options.log2_window = window;
    const Bytes packed = c_compressed(content, options);
    test::MemoryFile file(packed);
    CHECK(list_frames(file).at(0).copy_blocks == (window == 16 ? 0 : 1));
  }
  options.log2_window = 15;
  Bytes packed(nnzip_compress_bound(content.size()));
  CHECK(c_compress(content, packed, options) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(last_error_says("2^15"));
}

TEST_CASE("CApi.ErrorsOfFrames") {
  const nnzip_options options = c_options_without_model();
  Bytes content = Random(4).bytes(40), out(100);
  const Bytes packed = c_compressed(content, options);  // magic, flags, one stored block
  const auto status = [&](const Bytes& frame) {
    out.resize(100);
    return c_decompress(frame, out, options);
  };
  CHECK(status(to_bytes("this is a text")) == NNZIP_ERROR_NOT_A_FRAME);
  CHECK(status({packed.begin(), packed.end() - 1}) == NNZIP_ERROR_TRUNCATED);
  CHECK(last_error_says("frame 1"));
  Bytes damaged = packed;
  damaged.back() ^= 1;
  CHECK(status(damaged) == NNZIP_ERROR_CORRUPT);
  Bytes newer = packed;
  newer[4] = 0x0F;
  CHECK(status(newer) == NNZIP_ERROR_UNSUPPORTED_VERSION);
  Bytes huge = packed;  // a block of 2^30 bytes
  huge[6] = huge[7] = huge[8] = huge[9] = 0xFF;
  CHECK(status(huge) == NNZIP_ERROR_LIMIT_EXCEEDED);
}

TEST_CASE("CApi.ErrorsOfModelsAndDevices") {
  const TinyModel other(22);
  nnzip_options options = c_options(other);
  const Bytes content = other.typical_content(2000, 1), packed = c_compressed(content, options);
  Bytes out(content.size());

  options.device = "abacus";
  CHECK(c_decompress(packed, out, options) == NNZIP_ERROR_BACKEND_UNAVAILABLE);
  CHECK(last_error_says("abacus"));

  const TemporaryFolder empty;
  options = c_options(other);
  options.model_path = empty.path.c_str();
  out.resize(content.size());
  CHECK(c_decompress(packed, out, options) == NNZIP_ERROR_MODEL_MISSING);
  CHECK(last_error_says(empty.path.string()));

  // Several folders, the right one last; none of them is remembered.
  const std::string path = empty.path.string() + "::/nowhere:" + other.folder.path.string();
  options.model_path = path.c_str();
  out.resize(content.size());
  CHECK(c_decompress(packed, out, options) == NNZIP_OK);
  CHECK(out == content);

  const TinyModel damaged(23);
  std::filesystem::resize_file(damaged.file, std::filesystem::file_size(damaged.file) - 1);
  CHECK(c_compress(content, out, c_options(damaged)) == NNZIP_ERROR_MODEL_CORRUPT);
}

TEST_CASE("CApi.MemoryLimit") {
  nnzip_options options = c_options(tiny());
  options.memory_limit = 1000;
  const Bytes content = tiny().typical_content(2000, 1);
  Bytes out(nnzip_compress_bound(content.size()));
  CHECK(c_compress(content, out, options) == NNZIP_ERROR_MEMORY_LIMIT);
  const Bytes packed = c_compressed(content, c_options(tiny()));
  out.resize(content.size());
  CHECK(c_decompress(packed, out, options) == NNZIP_ERROR_MEMORY_LIMIT);
  options.memory_limit = std::uint64_t{8} << 30;
  out.resize(content.size());
  CHECK(c_decompress(packed, out, options) == NNZIP_OK);
}

TEST_CASE("CApi.WhateverIsThrownBecomesACode") {
  const auto thrown = [](auto exception) { return status_of([&]() -> int { throw exception; }); };
  CHECK(thrown(Error(ErrorCode::kReadFailed, "no file.")) == NNZIP_ERROR_READ_FAILED);
  CHECK(last_error_says("no file."));
  CHECK(thrown(Error(ErrorCode::kBackendMismatch, "5")) == NNZIP_ERROR_BACKEND_MISMATCH);
  CHECK(thrown(Error(ErrorCode::kDeviceFailed, "6")) == NNZIP_ERROR_DEVICE_FAILED);
  CHECK(thrown(std::bad_alloc()) == NNZIP_ERROR_OUT_OF_MEMORY);
  CHECK(thrown(std::logic_error("a defect")) == NNZIP_ERROR_INTERNAL);
  CHECK(last_error_says("a defect"));
  CHECK(thrown(42) == NNZIP_ERROR_INTERNAL);
  CHECK(thrown(Error(ErrorCode::kCorrupt, std::string(5000, 'x'))) == NNZIP_ERROR_CORRUPT);
  CHECK(std::strlen(nnzip_last_error()) == 1023);
}

struct Watched {
  std::uint64_t last = 0;
  int calls = 0;
  int cancel_at = 0;  // the call to be cancelled, from 1
  std::thread::id thread;
};

int watch(void* data, std::uint64_t content_bytes) {
  auto& watched = *static_cast<Watched*>(data);
  watched.last = content_bytes;
  watched.thread = std::this_thread::get_id();
  return ++watched.calls == watched.cancel_at;
}

TEST_CASE("CApi.ProgressIsToldAndMayCancel") {
  const Bytes content = tiny().typical_content(20000, 5);
  nnzip_options options = c_options(tiny());
  options.threads = 2;
  const Bytes packed = c_compressed(content, options);
  Watched watched;
  options.progress = watch;
  options.progress_data = &watched;
  Bytes out(nnzip_compress_bound(content.size()));
  CHECK(c_compress(content, out, options) == NNZIP_OK);
  CHECK(out == packed);
  CHECK(watched.last == content.size());
  CHECK(watched.thread == std::this_thread::get_id());
  const int calls = watched.calls;
  CHECK(calls > 2);
  for (const int at : {1, calls / 2, calls}) {
    CAPTURE(at);
    watched = {};
    watched.cancel_at = at;
    out.resize(nnzip_compress_bound(content.size()));
    CHECK(c_compress(content, out, options) == NNZIP_ERROR_CANCELLED);
    CHECK(watched.calls == at);
    CHECK(out.empty());
    CHECK(last_error_says("cancelled"));
  }
  watched = {};
  watched.cancel_at = 1;
  out.resize(content.size());
  CHECK(c_decompress(packed, out, options) == NNZIP_ERROR_CANCELLED);
}

TEST_CASE("CApi.ThreadsHaveErrorsOfTheirOwn") {
  Bytes out(10);
  CHECK(c_decompress(to_bytes("no frame at all"), out, c_options_without_model()) ==
        NNZIP_ERROR_NOT_A_FRAME);
  const std::string mine = nnzip_last_error();
  CHECK(!mine.empty());
  std::string at_first = "x", later;
  std::thread([&] {
    at_first = nnzip_last_error();
    nnzip_options_init(nullptr, 0);
    later = nnzip_last_error();
  }).join();
  CHECK(at_first.empty());
  CHECK(later == "options is NULL.");
  CHECK(nnzip_last_error() == mine);
}

TEST_CASE("CApi.TwoThreadsAtOnce") {
  const Bytes contents[2] = {tiny().typical_content(6000, 8), Random(9).bytes(6000)};
  bool equal[2] = {false, false};
  const auto work = [&](int i) {
    equal[i] = true;
    for (int round = 0; round < 5; ++round) {
      const nnzip_options options = c_options(tiny());
      Bytes back(contents[i].size());
      const Bytes packed = c_compressed(contents[i], options);
      equal[i] = equal[i] && c_decompress(packed, back, options) == NNZIP_OK && back == contents[i];
    }
  };
  std::thread first(work, 0), second(work, 1);
  first.join();
  second.join();
  CHECK(equal[0]);
  CHECK(equal[1]);
}

}  // namespace
}  // namespace nnzip
