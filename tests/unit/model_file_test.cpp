// SPDX-License-Identifier: Apache-2.0
// .nnzm files: round trip, identity, hostile content.
#include "model/model_file.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/model_store.h"
#include "model/synthetic.h"

namespace nnzip {
namespace {

namespace fs = std::filesystem;

ErrorCode code_of(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode{};
}

Bytes forge(Bytes file, const std::function<void(Bytes&)>& edit) {
  edit(file);
  return file;
}

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("nnzip-model-test-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  void write(const std::string& name, const Bytes& data) const {
    std::ofstream(path_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(data.data()),
               static_cast<std::streamsize>(data.size()));
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("ModelFile.RoundTripsEveryTensor", "[model]") {
  for (const auto kind : {SyntheticKind::kPlain, SyntheticKind::kExtreme}) {
    const Model model = synthetic_model(tiny_config(), 5, kind);
    const Bytes file = pack_model(model);
    REQUIRE(unpack_model(file, "test") == model);
    REQUIRE(verify_model_file(file, "test") == model);
  }
}

TEST_CASE("ModelFile.IsNamedByItsContent", "[model]") {
  const Model model = synthetic_model(tiny_config(), 5);
  const auto header = read_model_header(pack_model(model), "test");
  REQUIRE(header.hash == sha256(model_content(model)));
  REQUIRE(model_name("text", model.config, header.hash) ==
          "text-d64l2-" + to_hex(header.hash).substr(0, 12));
  Model other = model;
  other.weights.head.weights[0] ^= 1;
  REQUIRE(read_model_header(pack_model(other), "test").hash != header.hash);
}

TEST_CASE("ModelFile.TruncationIsAnErrorEverywhere", "[model]") {
  const Bytes file = pack_model(synthetic_model(tiny_config(), 5));
  for (std::size_t size = 0; size < file.size(); size += size < 200 ? 1 : 977) {
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    INFO(size);
    REQUIRE(code_of([&] { unpack_model(cut, "cut"); }) == ErrorCode::kModelCorrupt);
  }
}

TEST_CASE("ModelFile.EachDamagedHeaderFieldIsAnError", "[model]") {
  const Bytes file = pack_model(synthetic_model(tiny_config(), 5));
  const auto damaged = [&](std::size_t at) {
    return forge(file, [at](Bytes& f) { f[at] ^= 0x40; });
  };
  REQUIRE(code_of([&] { unpack_model(damaged(0), "magic"); }) == ErrorCode::kModelCorrupt);
  REQUIRE(code_of([&] { unpack_model(damaged(4), "version"); }) == ErrorCode::kModelUnsupported);
  REQUIRE(code_of([&] { unpack_model(damaged(6), "reserved"); }) == ErrorCode::kModelUnsupported);
  REQUIRE(code_of([&] { verify_model_file(damaged(8), "hash"); }) == ErrorCode::kModelCorrupt);
  for (std::size_t at = 40; at < 64; ++at) {  // sizes and checksum
    INFO(at);
    REQUIRE(code_of([&] { unpack_model(damaged(at), "field"); }) == ErrorCode::kModelCorrupt);
  }
  REQUIRE(code_of([&] { unpack_model(damaged(file.size() / 2), "content"); }) ==
          ErrorCode::kModelCorrupt);
  REQUIRE(code_of([&] { unpack_model(forge(file, [](Bytes& f) { f.push_back(0); }), "longer"); }) ==
          ErrorCode::kModelCorrupt);
}

TEST_CASE("ModelFile.ValuesThatBreakTheProofsAreRefused", "[model]") {
  const Model good = synthetic_model(tiny_config(), 5);
  const auto refused = [&](const std::function<void(Model&)>& edit) {
    Model bad = good;
    edit(bad);
    return code_of([&] { pack_model(bad); });
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(refused([](Model& m) { m.weights.layers[0].up.weights[3] = -128; }) ==
          ErrorCode::kModelCorrupt);
  REQUIRE(refused([&](Model& m) { m.weights.layers[0].up.multiplier[3] = nan; }) ==
          ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.weights.head_bias[9] = 0x1p21F; }) == ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.weights.layers[1].hidden_norm = -1; }) ==
          ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.weights.layers[1].out.multiplier[0] = 0x1p-70F; }) ==
          ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.weights.layers[1].distance_bias[5] = 1 << 21; }) ==
          ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.weights.attention_exp[10] = 65281; }) ==
          ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.weights.output_exp[255] = 0; }) == ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.weights.embedding[1] = -32768; }) == ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.weights.ngrams[0].multiplier = 0; }) ==
          ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.weights.head.weights.pop_back(); }) == ErrorCode::kModelCorrupt);
  REQUIRE(refused([](Model& m) { m.config.width = 65; }) == ErrorCode::kModelUnsupported);
  REQUIRE(refused([](Model& m) { m.config.kv_heads = 3; }) == ErrorCode::kModelUnsupported);
  REQUIRE(refused([](Model& m) { m.config.windows[0] = 5000; }) == ErrorCode::kModelUnsupported);
  REQUIRE(refused([](Model& m) { m.config.ngrams[0].rows = 100; }) == ErrorCode::kModelUnsupported);
}

TEST_CASE("ModelStore.FindsByNamePrefixHashAndId", "[model]") {
  const Folder folder;
  const Model model = synthetic_model(tiny_config(), 5);
  const Bytes file = pack_model(model);
  const auto hash = read_model_header(file, "test").hash;
  const std::string name = model_name("test", model.config, hash);
  folder.write(name + ".nnzm", file);
  folder.write("notes.nnzm", {1, 2, 3});  // no model: passed over
  const ModelStore store({folder.path() / "absent", folder.path()});
  REQUIRE(store.entries().size() == 1);
  REQUIRE(store.find(name).hash == hash);
  REQUIRE(store.find(name + ".nnzm").hash == hash);
  REQUIRE(store.find("test").hash == hash);
  REQUIRE(store.find(to_hex(hash).substr(0, 8)).hash == hash);
  REQUIRE(store.find(short_id(hash)).name == name);
  REQUIRE(*store.load(store.find(name)) == model);
}

TEST_CASE("ModelStore.MissingModelNamesItAndTheFolders", "[model]") {
  const Folder folder;
  const ModelStore store({folder.path()});
  try {
    store.find(ModelId{0xAB, 0xCD, 0xEF, 1, 2, 3, 4, 5});
    FAIL("found a model in an empty folder");
  } catch (const Error& error) {
    REQUIRE(error.code() == ErrorCode::kModelMissing);
    REQUIRE_THAT(error.what(),
                 Catch::Contains("abcdef0102030405") && Catch::Contains(folder.path().string()));
  }
}

TEST_CASE("ModelStore.TwoModelsOfOnePrefixAskForTheWholeName", "[model]") {
  const Folder folder;
  for (const std::uint64_t seed : {1, 2}) {
    const Model model = synthetic_model(tiny_config(), seed);
    const Bytes file = pack_model(model);
    folder.write(model_name("test", model.config, read_model_header(file, "test").hash) + ".nnzm",
                 file);
  }
  const ModelStore store({folder.path()});
  REQUIRE(store.entries().size() == 2);
  REQUIRE(code_of([&] { store.find("test"); }) == ErrorCode::kModelMissing);
  REQUIRE(store.find(store.entries()[1].name).hash == store.entries()[1].hash);
}

}  // namespace nnzip
