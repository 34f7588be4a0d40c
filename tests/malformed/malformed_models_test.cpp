// SPDX-License-Identifier: Apache-2.0
// Models that are gone, exchanged or damaged while they are needed, and files that claim to be
// large ones.
#include <catch2/catch.hpp>

#include "malformed/frame_parts.h"
#include "model/model_file.h"
#include "unit/packed_content.h"

namespace nnzip {
namespace {

using test::error_code;
using test::TinyModel;
using test::value;

namespace fs = std::filesystem;

TEST_CASE("MalformedModels.ARemovedModelIsNamed") {
  const TinyModel model(51);
  const Bytes packed = compress(model.typical_content(300, 1), model.options());
  fs::remove(model.file);
  // The engine is still in memory from compressing, but what is not installed is not used.
  try {
    decompress(packed, model.options());
    FAIL("decoded without its model");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kModelMissing);
    CHECK_THAT(error.what(), Catch::Contains(to_hex(short_id(model.hash))) &&
                                 Catch::Contains(model.folder.path.string()));
  }
}

TEST_CASE("MalformedModels.AModelMayChangeAfterItWasFound") {
  const TinyModel model(52), other(53);
  const ModelStore store({model.folder.path});
  const ModelEntry& entry = store.find(model.name);
  CHECK(error_code([&] { store.load(entry); }) == 0);
  SECTION("to another one") {
    fs::copy_file(other.file, model.file, fs::copy_options::overwrite_existing);
    CHECK(error_code([&] { store.load(entry); }) == value(ErrorCode::kModelMissing));
  }
  SECTION("to a shorter one") {
    fs::resize_file(model.file, fs::file_size(model.file) - 1);
    CHECK(error_code([&] { store.load(entry); }) == value(ErrorCode::kModelCorrupt));
  }
  SECTION("to a longer one") {
    fs::resize_file(model.file, fs::file_size(model.file) + 1);
    CHECK(error_code([&] { store.load(entry); }) == value(ErrorCode::kModelCorrupt));
  }
  SECTION("to a file of holes that no memory could hold") {
    fs::resize_file(model.file, std::uintmax_t{1} << 42);
    CHECK(error_code([&] { store.load(entry); }) == value(ErrorCode::kModelCorrupt));
  }
  SECTION("to an empty one") {
    fs::resize_file(model.file, 0);
    CHECK(error_code([&] { store.load(entry); }) == value(ErrorCode::kModelCorrupt));
  }
  SECTION("to nothing") {
    fs::remove(model.file);
    CHECK(error_code([&] { store.load(entry); }) == value(ErrorCode::kReadFailed));
  }
  SECTION("to a folder") {
    fs::remove(model.file);
    fs::create_directory(model.file);
    CHECK(error_code([&] { store.load(entry); }) != 0);
  }
}

// The right name and header, but other weights: its own checksum tells.
TEST_CASE("MalformedModels.WrongWeightsAreNotUsed") {
  const TinyModel model(54);
  const Bytes packed = compress(model.typical_content(300, 1), model.options());
  std::fstream file(model.file, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(fs::file_size(model.file) / 2));
  file.put('\x5A');
  file.close();
  const ModelStore store({model.folder.path});
  CHECK(error_code([&] { store.load(store.find(model.name)); }) == value(ErrorCode::kModelCorrupt));
}

// Content of all zeros: zstd packs it a thousand times and more.
TEST_CASE("MalformedModels.AHollowFileDoesNotUnpackToManyTimesItsSize") {
  const Bytes file = test::packed_content(Bytes(std::size_t{64} << 20));
  REQUIRE(file.size() < std::size_t{64} << 10);
  try {
    unpack_model(file, "hollow");
    FAIL("unpacked");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kModelCorrupt);
    CHECK_THAT(error.what(), Catch::Contains("hollow") && Catch::Contains("times"));
  }
}

}  // namespace
}  // namespace nnzip
