// SPDX-License-Identifier: Apache-2.0
// models/MANIFEST.tsv lists every bundled model, and each one is what its name and row say.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/bytes.h"
#include "base/hash.h"
#include "codec/levels.h"
#include "model/model_file.h"

namespace {

namespace fs = std::filesystem;

const fs::path kSource = NNZIP_SOURCE_DIR;

struct Row {
  std::string file, sha256, modality, levels, since, vectors;
};

std::vector<Row> manifest() {
  std::ifstream in(kSource / "models/MANIFEST.tsv");
  std::string line;
  std::getline(in, line);  // column names
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    Row row;
    for (std::string* field :
         {&row.file, &row.sha256, &row.modality, &row.levels, &row.since, &row.vectors}) {
      REQUIRE(std::getline(fields, *field, '\t'));
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

TEST_CASE("Manifest.ListsEveryModelWithItsHashAndVectors", "[models]") {
  std::set<std::string> listed;
  for (const Row& row : manifest()) {
    INFO(row.file);
    std::ifstream in(kSource / "models" / row.file, std::ios::binary);
    REQUIRE(in);
    const nnzip::Bytes file{std::istreambuf_iterator<char>(in), {}};
    const nnzip::Model model = nnzip::verify_model_file(file, row.file);
    const auto hash = nnzip::read_model_header(file, row.file).hash;
    REQUIRE(nnzip::to_hex(hash) == row.sha256);
    REQUIRE(nnzip::model_name(row.modality, model.config, hash) + ".nnzm" == row.file);
    REQUIRE(fs::exists(kSource / "tests/golden/vectors" / row.vectors));
    listed.insert(row.file);
  }
  REQUIRE_FALSE(listed.empty());
  for (const auto& entry : fs::directory_iterator(kSource / "models")) {
    if (entry.path().extension() != ".nnzm") continue;
    INFO(entry.path().filename().string());
    REQUIRE(listed.count(entry.path().filename().string()) == 1);
  }
}

TEST_CASE("Catalog.NamesABundledModelForEveryLevel", "[models]") {
  const nnzip::ModelStore store({kSource / "models"});
  for (int level = 1; level <= 9; ++level) {
    INFO(level);
    for (const char* const model : nnzip::level_meaning(level).models) {
      if (model != nullptr) REQUIRE_NOTHROW(store.find(model));
    }
  }
}
