// SPDX-License-Identifier: Apache-2.0
// Frames written by earlier builds still open: tests/golden/frames/VERSION/*.nnz and SHA256SUMS of
// their contents, made by make_frames.sh.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>

#include "base/bytes.h"
#include "base/hash.h"
#include "nnzip/nnzip.hpp"
#include "unit/memory_stream.h"

namespace {

namespace fs = std::filesystem;

nnzip::Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What a file holds, decoded once for all tests.
const nnzip::Bytes& content_of(const fs::path& file) {
  static std::map<fs::path, nnzip::Bytes> contents;
  const auto [entry, is_new] = contents.try_emplace(file);
  if (is_new) entry->second = nnzip::decompress(read_file(file));
  return entry->second;
}

// Two streams take 128 KiB at least, which are minutes for a slow core without vector instructions.
// The conformance tests compare such kernels with the others.
bool skips(std::string_view name) {
  const char* target = std::getenv("NNZIP_CPU_TARGET");
  return name == "two_streams" && target != nullptr && std::string_view(target) == "scalar";
}

// Returns how many frames files the folder lists.
int check_folder(const fs::path& folder) {
  std::ifstream sums(folder / "SHA256SUMS");
  int files = 0;
  for (std::string hash, name; sums >> hash >> name; ++files) {
    INFO(folder.filename().string() << " " << name);
    if (skips(name)) continue;
    REQUIRE(nnzip::to_hex(nnzip::sha256(content_of(folder / (name + ".nnz")))) == hash);
  }
  return files;
}

}  // namespace

TEST_CASE("GoldenFrames.OpenToTheListedContents", "[golden]") {
  int files = 0;
  for (const auto& folder : fs::directory_iterator(NNZIP_SOURCE_DIR "/tests/golden/frames")) {
    files += check_folder(folder.path());
  }
  REQUIRE(files >= 10);
}

// Of each kind that nnzip itself codes there is a frame.
TEST_CASE("GoldenFrames.HoldEveryKindOfBlock", "[golden]") {
  nnzip::BlockCounts all;
  for (const auto& file : fs::directory_iterator(NNZIP_SOURCE_DIR "/tests/golden/frames/v0")) {
    if (file.path().extension() != ".nnz") continue;
    const nnzip::Bytes bytes = read_file(file.path());
    nnzip::test::MemoryReader reader(bytes);
    for (const nnzip::FrameInfo& frame : nnzip::list_frames(reader)) {
      all.mixed_blocks += frame.mixed_blocks;
      all.network_blocks += frame.network_blocks;
      all.context_blocks += frame.context_blocks;
      all.bwt_blocks += frame.bwt_blocks;
      all.lean_blocks += frame.lean_blocks;
      all.zstd_blocks += frame.zstd_blocks;
      all.stored_blocks += frame.stored_blocks;
      all.group_blocks += frame.group_blocks;
    }
  }
  CHECK(all.mixed_blocks > 0);
  CHECK(all.network_blocks > 0);
  CHECK(all.context_blocks > 0);
  CHECK(all.bwt_blocks > 0);
  CHECK(all.lean_blocks > 0);
  CHECK(all.zstd_blocks > 0);
  CHECK(all.stored_blocks > 0);
  CHECK(all.group_blocks > 0);
}

// Only frames whose blocks the mixer or a model coded: zstd's output may change with its version.
TEST_CASE("GoldenFrames.TheEncoderStillWritesTheSameBytes", "[golden]") {
  for (const char* name : {"license", "sorted", "lean", "lean_sound", "lean_more", "lean_photo",
                           "lean_samples", "two_streams", "network", "photo", "pixels", "samples",
                           "wrapped_gzip", "wrapped_page", "wrapped_zip"}) {
    INFO(name);
    if (skips(name)) continue;
    const auto file =
        fs::path(NNZIP_SOURCE_DIR "/tests/golden/frames/v0") / (std::string(name) + ".nnz");
    const auto frame = read_file(file);
    nnzip::test::MemoryReader reader(frame);
    REQUIRE(nnzip::list_frames(reader).at(0).zstd_blocks == 0);
    nnzip::Options options;
    if (std::string(name) == "sorted") options.level = 1;
    if (std::string(name).starts_with("lean_")) options.level = 3;
    if (std::string(name) == "lean" || std::string(name) == "lean_sound") options.level = 2;
    REQUIRE(nnzip::compress(content_of(file), options) == frame);
  }
}

TEST_CASE("GoldenFrames.EachKindOfContentTakesItsModel", "[golden]") {
  // First parts of the models' names: those that the frame lists, then those of the blocks.
  const auto models_of = [](const nnzip::Bytes& content) {
    const nnzip::Bytes frame = nnzip::compress(content);
    REQUIRE((nnzip::decompress(frame) == content));
    std::string names;
    const auto add = [&](const std::string& name) {
      names += name.substr(0, name.find('-')) + " ";
    };
    nnzip::test::MemoryReader reader(frame);
    std::string of_blocks;
    const auto info = nnzip::list_frames(reader, {}, [&](std::size_t, const auto& block) {
      of_blocks += block.model.name.substr(0, block.model.name.find('-')) + " ";
    });
    for (const auto& model : info.at(0).models) add(model.name);
    return names + "| " + of_blocks;
  };
  const fs::path frames = NNZIP_SOURCE_DIR "/tests/golden/frames/v0";
  const auto& photo = content_of(frames / "photo.nnz");
  const auto& text = content_of(frames / "license.nnz");
  CHECK(models_of(photo) == "image |  image ");
  nnzip::Bytes both = text;
  both.insert(both.end(), photo.begin(), photo.end());
  CHECK(models_of(both) == "text image | text image ");
}
