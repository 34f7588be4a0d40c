// SPDX-License-Identifier: Apache-2.0
// Models that are a part of the program are the files of models/, and do without them.
#include "model/embedded_models.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/model_file.h"
#include "model/model_store.h"
#include "nnzip/nnzip.hpp"
#include "unit/memory_stream.h"

namespace nnzip {
namespace {

namespace fs = std::filesystem;

const fs::path kModels = fs::path(NNZIP_SOURCE_DIR) / "models";

Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("EmbeddedModels.AreAllFilesOfModels") {
  std::size_t files = 0;
  for (const auto& file : fs::directory_iterator(kModels)) {
    if (file.path().extension() != ".nnzm") continue;
    ++files;
    INFO(file.path());
    const auto embedded = embedded_model(file.path().stem().string());
    CHECK(std::ranges::equal(embedded, read_file(file.path())));
  }
  CHECK(files > 0);
  CHECK(embedded_models().size() == files);
  CHECK(embedded_model("text").empty());
}

TEST_CASE("EmbeddedModels.LoadWithoutFolders") {
  const ModelStore store({});
  REQUIRE(store.entries().size() == embedded_models().size());
  for (const ModelEntry& entry : store.entries()) {
    INFO(entry.name);
    CHECK(entry.file.empty());
    const auto embedded = embedded_model(entry.name);
    CHECK(entry.file_bytes == embedded.size());
    CHECK(sha256(model_content(*store.load(entry))) == entry.hash);
  }
}

TEST_CASE("EmbeddedModels.ComeAfterFiles") {
  const ModelStore store({kModels});
  CHECK(store.entries().size() == embedded_models().size());
  for (const ModelEntry& entry : store.entries()) CHECK(entry.file.parent_path() == kModels);
}

TEST_CASE("EmbeddedModels.CodeText") {
  Options options;
  options.found_models = std::make_shared<const ModelStore>(std::vector<fs::path>{});
  const Bytes text = read_file(kModels / "README.md");
  REQUIRE(text.size() > 2000);
  const Bytes content(text.begin(), text.begin() + 2000);
  const auto packed = compress(content, options);
  test::MemoryReader reader(packed);
  const auto frames = list_frames(reader, options);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].mixed_blocks + frames[0].network_blocks == 1);
  CHECK(decompress(packed, options) == content);
}

}  // namespace
}  // namespace nnzip
