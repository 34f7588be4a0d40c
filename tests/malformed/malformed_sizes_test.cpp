// SPDX-License-Identifier: Apache-2.0
// Sizes that lie, and files that end too early: memory and time follow what is there, not what is
// claimed.
#include <malloc.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "malformed/frame_parts.h"

namespace {

// Everything that this program takes by new; the library takes nothing else, but for zstd's
// contexts, whose size does not depend on the input.
std::atomic<std::size_t> taken{0}, peak{0};

void* count(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  const std::size_t now = taken += malloc_usable_size(memory);
  std::size_t before = peak;
  while (before < now && !peak.compare_exchange_weak(before, now)) {
  }
  return memory;
}

void give_back(void* memory) noexcept {
  if (memory != nullptr) taken -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return count(std::malloc(size != 0 ? size : 1)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return count(std::aligned_alloc(unit, (size / unit + 1) * unit));
}
// The sanitizers' own would not go together with the deletes below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  void* const memory = std::malloc(size != 0 ? size : 1);
  return memory != nullptr ? count(memory) : nullptr;
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }

namespace nnzip {
namespace {

using test::claiming;
using test::error_code;
using test::Random;
using test::TinyModel;
using test::value;
using test::operator+;

constexpr std::uint32_t kMost = kMaxContentBytes;
constexpr std::size_t kMiB = std::size_t{1} << 20;

const TinyModel& tiny() {
  static const TinyModel model(41);
  return model;
}

struct Outcome {
  int code = 0;
  std::size_t memory = 0;  // taken beside what was there before
};

Outcome decode(const Bytes& frames, int threads = 1) {
  Options options = tiny().options();
  options.threads = threads;
  test::MemoryReader in(frames);
  test::MemoryWriter out;
  const std::size_t before = taken;
  peak = before;
  Outcome outcome;
  outcome.code = error_code([&] { decompress(in, out, options); });
  outcome.memory = peak - before;
  return outcome;
}

TEST_CASE("MalformedSizes.TheMeterMeters") {
  const std::size_t before = taken;
  peak = before;
  { const Bytes some(5 * kMiB); }
  CHECK(peak - before >= 5 * kMiB);
  CHECK(taken == before);
}

TEST_CASE("MalformedSizes.EveryTruncationIsFound") {
  for (const auto& good : test::good_files(tiny())) {
    // A file of several frames may end between two of them: no one can tell.
    std::vector<std::size_t> ends;
    if (std::string_view(good.name) == "joined") {
      const auto files = test::good_files(tiny());
      ends = {files[0].frames.size(), files[0].frames.size() + files[1].frames.size()};
    }
    for (std::size_t size = 0; size < good.frames.size(); ++size) {
      CAPTURE(good.name, size);
      const Bytes cut(good.frames.begin(), good.frames.begin() + static_cast<std::ptrdiff_t>(size));
      const bool whole = std::find(ends.begin(), ends.end(), size) != ends.end();
      CHECK(decode(cut).code == (whole ? 0 : value(ErrorCode::kTruncated)));
    }
    CHECK(decode(good.frames).code == 0);
  }
}

TEST_CASE("MalformedSizes.ClaimsOfOneBlockTakeTheMemoryOfOneBlock") {
  decode(test::good_files(tiny())[0].frames);  // the engine stays in memory
  const Bytes some = Random(1).bytes(20);
  for (const int threads : {1, 8}) {
    for (const int kind : {1, 2, 3, 0x33, 0x63}) {
      for (const std::uint32_t coded : {20U, 21U, kMost, kMost + kMaxExpansion}) {
        CAPTURE(threads, kind, coded);
        const Outcome found =
            decode(claiming(static_cast<std::uint8_t>(kind), kMost, coded, some, tiny()), threads);
        const bool complete = coded == some.size() && kind != 1;
        CHECK(found.code == value(complete ? ErrorCode::kCorrupt : ErrorCode::kTruncated));
        CHECK(found.memory <= 2 * std::size_t{kMost} + 2 * kMiB);
      }
    }
  }
}

TEST_CASE("MalformedSizes.ClaimsOverTheLimitTakeNoMemory") {
  decode(test::good_files(tiny())[0].frames);
  for (const int kind : {1, 2, 3, 0x63}) {
    const auto byte = static_cast<std::uint8_t>(kind);
    for (const std::uint32_t content : {kMost + 1, 2 * kMost, kMaxShortVarint}) {
      CAPTURE(kind, content);
      const Outcome found = decode(claiming(byte, content, 20, Bytes(20), tiny()));
      CHECK(found.code == value(ErrorCode::kLimitExceeded));
      CHECK(found.memory <= kMiB);
    }
    if (kind == 1) continue;  // it states no coded length
    for (const std::uint32_t coded : {101 + kMaxExpansion, kMost, kMaxShortVarint}) {
      CAPTURE(kind, coded);
      const Outcome found = decode(claiming(byte, 100, coded, Bytes(20), tiny()));
      CHECK(found.code == value(ErrorCode::kCorrupt));
      CHECK(found.memory <= kMiB);
    }
  }
}

// Without an end to it, this would be a gigabyte of content to decode.
TEST_CASE("MalformedSizes.ManyClaimsEndAtTheFirst") {
  Bytes frame = test::frame_start(test::kSeveralFlag | test::kModelFlag, test::model_field(tiny()));
  for (int i = 0; i < 64; ++i) {
    frame = frame + Bytes{0x63} + test::short_number(kMost - 1) + test::short_number(100) +
            test::little_endian(1, 4) + Random(static_cast<std::uint64_t>(i)).bytes(100);
  }
  const Outcome found = decode(frame);
  CHECK(found.code == value(ErrorCode::kCorrupt));
  CHECK(found.memory <= 2 * std::size_t{kMost} + 2 * kMiB);
}

TEST_CASE("MalformedSizes.NumbersOfTheBlockHeaderAreShortest") {
  const auto good = test::good_files(tiny())[2];  // stored, 100 bytes
  REQUIRE(good.frames[5] == 1);
  REQUIRE(test::short_number(99).size() == 2);
  const auto with_length = [&](const Bytes& number) {
    return Bytes(good.frames.begin(), good.frames.begin() + 6) + number +
           Bytes(good.frames.begin() + 8, good.frames.end());
  };
  CHECK(decode(with_length(test::short_number(99))).code == 0);
  CHECK(decode(with_length(test::long_number(99, 3))).code == value(ErrorCode::kCorrupt));
  CHECK(decode(with_length(test::long_number(99, 4))).code == value(ErrorCode::kCorrupt));
  for (const std::size_t size : {2, 3, 4}) {
    const Bytes frame = test::frame_start(0) + Bytes{2} + test::short_number(99) +
                        test::long_number(20, size) + Bytes(24);
    CHECK(decode(frame).code == value(ErrorCode::kCorrupt));
  }
}

// One file after another costs what one costs: nothing is kept of those before.
TEST_CASE("MalformedSizes.ManyFramesTakeTheMemoryOfOne") {
  const auto files = test::good_files(tiny());
  Bytes frames;
  for (int i = 0; i < 2000; ++i) frames = frames + files[3].frames;  // empty ones
  frames = frames + files[4].frames;
  decode(files[4].frames);
  const std::size_t single = decode(files[4].frames).memory;
  const Outcome many = decode(frames);
  CHECK(many.code == 0);
  CHECK(many.memory <= single + kMiB / 4);
}

}  // namespace
}  // namespace nnzip
