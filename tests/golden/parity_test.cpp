// SPDX-License-Identifier: Apache-2.0
// The reference against the trainer's own integer forward: two implementations, one arithmetic.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "backend/reference/reference_backend.h"
#include "base/hash.h"
#include "model/model_file.h"

namespace {

namespace fs = std::filesystem;

struct Folders {
  fs::path vectors = NNZIP_SOURCE_DIR "/tests/golden/vectors";
  fs::path models = NNZIP_SOURCE_DIR "/models";
};

// NNZIP_PARITY_DIR names a folder that a training has just written, vectors and model side by side.
Folders folders() {
  if (const char* run = std::getenv("NNZIP_PARITY_DIR")) return {run, run};
  return {};
}

nnzip::Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <class T>
std::uint32_t checksum(const T* data, std::size_t size) {
  return nnzip::xxh32({reinterpret_cast<const std::uint8_t*>(data), size * sizeof(T)});
}

nnzip::Bytes from_hex(const std::string& text) {
  nnzip::Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

void check_vectors(const fs::path& file, const fs::path& models) {
  std::ifstream in(file);
  std::string word, name, hex;
  in >> word >> name >> word >> hex;
  const nnzip::Model model = nnzip::verify_model_file(read_file(models / (name + ".nnzm")), name);
  nnzip::reference::Lane lane(model);
  const nnzip::Bytes input = from_hex(hex);
  REQUIRE(input.size() >= 600);
  for (std::size_t t = 0; t < input.size(); ++t) {
    nnzip::Distribution next;
    lane.feed(input[t], {}, next);
    REQUIRE(lane.trace().size() == model.config.layers() + 1);
    for (std::size_t layer = 0; layer <= model.config.layers(); ++layer) {
      INFO(name << " position " << t << " residual stream after layer " << layer);
      in >> word;
      REQUIRE(std::stoul(word, nullptr, 16) ==
              checksum(lane.trace()[layer].data(), model.config.width));
    }
    INFO(name << " position " << t << " distribution");
    in >> word;
    REQUIRE(std::stoul(word, nullptr, 16) == checksum(next.cumulative, 257));
  }
  REQUIRE_FALSE(in >> word);
}

}  // namespace

TEST_CASE("Parity.ReferenceEqualsTrainersIntegerForward", "[parity]") {
  const Folders where = folders();
  int files = 0;
  for (const auto& entry : fs::directory_iterator(where.vectors)) {
    if (!entry.path().string().ends_with(".vectors.txt")) continue;
    check_vectors(entry.path(), where.models);
    ++files;
  }
  REQUIRE(files > 0);
}
