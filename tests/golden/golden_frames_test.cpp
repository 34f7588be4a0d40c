// SPDX-License-Identifier: Apache-2.0
// Frames written by earlier builds still open: tests/golden/frames/VERSION/*.nnz and SHA256SUMS of
// their contents, made by make_frames.sh.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "base/bytes.h"
#include "base/hash.h"
#include "nnzip/nnzip.hpp"

namespace {

namespace fs = std::filesystem;

nnzip::Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Returns how many frames files the folder lists.
int check_folder(const fs::path& folder) {
  std::ifstream sums(folder / "SHA256SUMS");
  int files = 0;
  for (std::string hash, name; sums >> hash >> name; ++files) {
    INFO(folder.filename().string() << " " << name);
    const auto content = nnzip::decompress(read_file(folder / (name + ".nnz")));
    REQUIRE(nnzip::to_hex(nnzip::sha256(content)) == hash);
  }
  return files;
}

}  // namespace

TEST_CASE("GoldenFrames.OpenToTheListedContents", "[golden]") {
  int files = 0;
  for (const auto& folder : fs::directory_iterator(NNZIP_SOURCE_DIR "/tests/golden/frames")) {
    files += check_folder(folder.path());
  }
  REQUIRE(files >= 8);
}

// Only frames whose blocks a model coded: zstd's output may change with its version.
TEST_CASE("GoldenFrames.TheEncoderStillWritesTheSameBytes", "[golden]") {
  for (const char* name : {"license", "two_streams"}) {
    INFO(name);
    const auto frame = read_file(fs::path(NNZIP_SOURCE_DIR "/tests/golden/frames/v0") /
                                 (std::string(name) + ".nnz"));
    REQUIRE((frame.at(4) & 0x20) != 0);  // a model is named
    REQUIRE(nnzip::compress(nnzip::decompress(frame)) == frame);
  }
}
