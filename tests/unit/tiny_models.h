// SPDX-License-Identifier: Apache-2.0
// Small generated models in a folder of their own, and contents that such a model predicts well.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "backend/registry.h"
#include "base/hash.h"
#include "codec/kinds/kind_network.h"
#include "model/model_file.h"
#include "model/synthetic.h"
#include "unit/memory_stream.h"

namespace nnzip::test {

// Removed with all that it holds.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "nnzip-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path path;
};

class TinyModel {
 public:
  // Sharper than synthetic models are, so that what it takes for typical has a low entropy.
  explicit TinyModel(std::uint64_t seed, const Config& config = tiny_config()) {
    Model sharp = synthetic_model(config, seed);
    for (float& multiplier : sharp.weights.head.multiplier) multiplier *= kSharper;
    model_ = std::make_shared<const Model>(std::move(sharp));
    const Bytes packed = pack_model(*model_);
    hash = read_model_header(packed, "tiny").hash;
    name = model_name("tiny", model_->config, hash);
    file = folder.path / (name + ".nnzm");
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(packed.data()),
               static_cast<std::streamsize>(packed.size()));
  }

  Options options() const {
    Options options;
    options.model = name;
    options.model_folders = {folder.path};
    options.threads = 1;
    return options;
  }

  std::shared_ptr<const Model> model() const { return model_; }
  std::shared_ptr<const Engine> engine() const { return find_backend("auto").load(model_); }

  // What the model, one without taps, takes random bits for: no other compressor gets as far with
  // it.
  Bytes typical_content(std::size_t bytes, std::uint64_t seed) const {
    Bytes content(bytes);
    NetworkCoder coder(engine(), 2);
    coder.decode(Random(seed).bytes(2 * bytes + 64), stated_plan(bytes, 1), content, {});
    return content;
  }

  TemporaryFolder folder;
  std::filesystem::path file;
  std::string name;
  ModelHash hash;

 private:
  static constexpr float kSharper = 4;
  std::shared_ptr<const Model> model_;
};

}  // namespace nnzip::test
