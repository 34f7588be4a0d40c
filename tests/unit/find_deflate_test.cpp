// SPDX-License-Identifier: Apache-2.0
// Streams are found where they are, and only there.
#include <catch2/catch.hpp>

#include "unit/content_samples.h"
#include "unit/deflate_samples.h"
#include "unwrap/find.h"

namespace nnzip::test {
namespace {

constexpr std::size_t kMaxContent = std::size_t{1} << 24;

Bytes zlib_file(const Bytes& content) {
  FileMaker file;
  file.big(0x789C, 2).data(zlib_deflate(content, {}));
  return file.big(adler32(1, content.data(), static_cast<uInt>(content.size())), 4);
}

void demand_one(const Bytes& file, DeflateKind kind, std::size_t offset, const Bytes& stream) {
  const auto found = find_deflate(file, kMaxContent);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == kind);
  CHECK(found[0].pieces == std::vector<Piece>{{offset, stream.size()}});
  const Bytes cut(file.begin(), file.end() - 1);
  if (kind != DeflateKind::kZip) CHECK(find_deflate(cut, kMaxContent).empty());
}

}  // namespace

TEST_CASE("FindDeflate.Gzip") {
  const Bytes content = prose(5000), stream = zlib_deflate(content, {});
  FileMaker file;
  file.text("before").text("\x1F\x8B\x08").little(8 + 4, 1).zeros(6);
  file.little(3, 2).text("abc").text("name").zeros(1);
  const std::size_t offset = file.size();
  file.data(stream).zeros(4).little(content.size(), 4);
  demand_one(file, DeflateKind::kGzip, offset, stream);
}

TEST_CASE("FindDeflate.Zip") {
  const Bytes content = prose(5000), stream = zlib_deflate(content, {});
  for (const bool follows : {false, true}) {
    FileMaker file;
    file.text("PK\x03\x04").little(20, 2).little(follows ? 8 : 0, 2).little(8, 2).zeros(8);
    file.little(follows ? 0 : stream.size(), 4).zeros(4).little(4, 2).little(2, 2);
    file.text("name").zeros(2);
    const std::size_t offset = file.size();
    demand_one(file.data(stream), DeflateKind::kZip, offset, stream);
  }
}

TEST_CASE("FindDeflate.ZlibAnywhere") {
  const Bytes content = prose(5000);
  Bytes file = prose(777);
  const Bytes wrapped = zlib_file(content);
  file.insert(file.end(), wrapped.begin(), wrapped.end());
  demand_one(file, DeflateKind::kZlib, 779, zlib_deflate(content, {}));
}

TEST_CASE("FindDeflate.PngInPieces") {
  const Bytes wrapped = zlib_file(smooth(20000, 1, true));
  FileMaker file;
  file.text("\x89PNG\r\n\x1A\n").big(13, 4).text("IHDR").zeros(17);
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < wrapped.size(); at += 1000) {
    const std::size_t bytes = std::min<std::size_t>(1000, wrapped.size() - at);
    file.big(bytes, 4).text("IDAT");
    pieces.push_back({file.size(), bytes});
    file.data(
        Bytes(wrapped.begin() + std::ptrdiff_t(at), wrapped.begin() + std::ptrdiff_t(at + bytes)));
    file.zeros(4);
  }
  file.zeros(4).text("IEND").zeros(4);
  pieces.front() = {pieces.front().offset + 2, pieces.front().bytes - 2};
  REQUIRE(pieces.back().bytes > 4);
  pieces.back().bytes -= 4;
  const auto found = find_deflate(Bytes(file), kMaxContent);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == DeflateKind::kPng);
  CHECK(found[0].content_bytes == 20000);
  CHECK(found[0].pieces == pieces);
}

TEST_CASE("FindDeflate.NothingWhereNothingIs") {
  CHECK(find_deflate(Random(1).bytes(300000), kMaxContent).empty());
  CHECK(find_deflate(prose(100000), kMaxContent).empty());
  CHECK(find_deflate(Bytes{}, kMaxContent).empty());
  CHECK(find_deflate(zlib_file(prose(5000)), 4999).empty());
}

}  // namespace nnzip::test
