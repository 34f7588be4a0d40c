// SPDX-License-Identifier: Apache-2.0
// Good frames damaged on purpose and at random: an error or the right content, never anything else.
#include <catch2/catch.hpp>
#include <functional>

#include "container/block_header.h"
#include "unit/block_frames.h"
#include "unit/tiny_models.h"

namespace nnzip {
namespace {

using test::error_code;
using test::MemoryReader;
using test::MemoryWriter;
using test::Random;
using test::TinyModel;
using test::to_bytes;
using test::value;

const TinyModel& tiny() {
  static const TinyModel model(21);
  return model;
}

Bytes typical() { return tiny().typical_content(200, 1); }

// Offsets in a frame with one model block of one stream and 200 bytes of content.
constexpr std::size_t kKind = 13, kContentLength = 14, kCodedLength = 16, kChecksum = 18,
                      kCoded = 22;

Bytes model_frame() {
  Bytes frame = compress(typical(), tiny().options());
  REQUIRE(frame[kKind] == 3);
  REQUIRE((frame[kContentLength] & 3) == 1);  // shorts of two bytes
  REQUIRE((frame[kCodedLength] & 3) == 1);
  return frame;
}

Bytes text_frame() {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "the same words again and " + std::to_string(i) + ", ";
  return test::frame_of_kind(BlockKind::kZstd, to_bytes(text), tiny());
}

// Two stored blocks of the example in FORMAT.md.
Bytes two_block_frame() {
  return {0xF7, 0x4E, 0x5A, 0x1A, 0x10, 0x01, 0x04, 0x47, 0x19, 0x35, 0x5A, 0x6E, 0x6E, 0x01, 0x08,
          0x98, 0x97, 0x85, 0x6C, 0x7A, 0x69, 0x70, 0x00, 0x02, 0x08, 0x02, 0x09, 0x03, 0x01, 0xFD,
          0xB0, 0xB0, 0x9D, 0xAA, 0x60, 0x00, 0xC4, 0xBB, 0x48, 0x0A, 0x0D, 0x00, 0x00, 0x00};
}

struct Edit {
  const char* name;
  std::function<void(Bytes&)> apply;
  ErrorCode expected;
};

void put_short(Bytes& frame, std::size_t at, std::uint32_t number) {
  Bytes bytes;
  write_short_varint(number, bytes);
  REQUIRE(bytes.size() == 2);
  std::copy(bytes.begin(), bytes.end(), frame.begin() + static_cast<std::ptrdiff_t>(at));
}

std::uint32_t coded_length(const Bytes& frame) {
  return (frame[kCodedLength] | frame[kCodedLength + 1] << 8) >> 2;
}

void check_edits(const Bytes& good, const std::vector<Edit>& edits) {
  REQUIRE(error_code([&] { decompress(good, tiny().options()); }) == 0);
  for (const Edit& edit : edits) {
    Bytes bad = good;
    edit.apply(bad);
    CAPTURE(edit.name);
    CHECK(error_code([&] { decompress(bad, tiny().options()); }) == value(edit.expected));
  }
}

TEST_CASE("MalformedFrames.DamagedModelBlockIsRefused") {
  check_edits(
      model_frame(),
      {
          {"another model", [](Bytes& f) { f[5] ^= 1; }, ErrorCode::kModelMissing},
          {"no model named",
           [](Bytes& f) {
             f[4] = 0;
             f.erase(f.begin() + 5, f.begin() + 13);
           },
           ErrorCode::kCorrupt},
          {"zstd said of it", [](Bytes& f) { f[kKind] = 2; }, ErrorCode::kCorrupt},
          {"two streams stated", [](Bytes& f) { f[kKind] = 0x13; }, ErrorCode::kCorrupt},
          {"64 streams stated", [](Bytes& f) { f[kKind] = 0x63; }, ErrorCode::kCorrupt},
          {"content longer", [](Bytes& f) { put_short(f, kContentLength, 299); },
           ErrorCode::kCorrupt},
          {"content shorter", [](Bytes& f) { put_short(f, kContentLength, 99); },
           ErrorCode::kCorrupt},
          {"checksum", [](Bytes& f) { f[kChecksum] ^= 0x80; }, ErrorCode::kCorrupt},
          {"first coded byte", [](Bytes& f) { f[kCoded] ^= 1; }, ErrorCode::kCorrupt},
          {"a zero more in the stream",
           [](Bytes& f) {
             put_short(f, kCodedLength, coded_length(f) + 1);
             f.push_back(0);
           },
           ErrorCode::kCorrupt},
          {"bytes more in the stream",
           [](Bytes& f) {
             put_short(f, kCodedLength, coded_length(f) + 5);
             f.insert(f.end(), 5, 0x55);
           },
           ErrorCode::kCorrupt},
          {"coded length over the end",
           [](Bytes& f) { put_short(f, kCodedLength, coded_length(f) + 1); },
           ErrorCode::kTruncated},
          {"coded length too small",
           [](Bytes& f) { put_short(f, kCodedLength, coded_length(f) - 1); }, ErrorCode::kCorrupt},
      });
}

TEST_CASE("MalformedFrames.DamagedZstdBlockIsRefused") {
  check_edits(
      text_frame(),
      {
          {"content longer by one", [](Bytes& f) { f[6] = static_cast<std::uint8_t>(f[6] + 4); },
           ErrorCode::kCorrupt},
          {"content shorter by one", [](Bytes& f) { f[6] = static_cast<std::uint8_t>(f[6] - 4); },
           ErrorCode::kCorrupt},
          {"checksum", [](Bytes& f) { f[10] ^= 1; }, ErrorCode::kCorrupt},
          {"last coded byte", [](Bytes& f) { f.back() ^= 0x10; }, ErrorCode::kCorrupt},
          {"a coded byte less",
           [](Bytes& f) {
             f[8] = static_cast<std::uint8_t>(f[8] - 4);
             f.pop_back();
           },
           ErrorCode::kCorrupt},
          {"stored said of it", [](Bytes& f) { f[5] = 1; }, ErrorCode::kTruncated},
          {"a model frame behind garbage", [](Bytes& f) { f.push_back(0xF8); },
           ErrorCode::kCorrupt},
      });
}

TEST_CASE("MalformedFrames.DamagedSeveralBlocksAreRefused") {
  check_edits(two_block_frame(),
              {
                  {"content of block 1", [](Bytes& f) { f[11] ^= 1; }, ErrorCode::kCorrupt},
                  {"checksum of the whole", [](Bytes& f) { f[28] ^= 1; }, ErrorCode::kCorrupt},
                  {"blocks exchanged",
                   [](Bytes& f) {
                     std::rotate(f.begin() + 5, f.begin() + 13, f.begin() + 22);
                     std::swap(f[24], f[26]);
                     std::swap(f[25], f[27]);
                   },
                   ErrorCode::kCorrupt},
                  {"block 2 left out", [](Bytes& f) { f.erase(f.begin() + 13, f.begin() + 22); },
                   ErrorCode::kCorrupt},
                  {"one block said of it", [](Bytes& f) { f[4] = 0; }, ErrorCode::kCorrupt},
                  {"index missing", [](Bytes& f) { f.resize(23); }, ErrorCode::kTruncated},
              });
}

TEST_CASE("MalformedFrames.ErrorsSayWhere") {
  Bytes bad = two_block_frame();
  bad[20] ^= 1;
  try {
    decompress(bad, tiny().options());
    FAIL("damage was not found");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::Contains("frame 1, block 2 (at byte 13)"));
  }
}

}  // namespace
}  // namespace nnzip
