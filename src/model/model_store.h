// SPDX-License-Identifier: Apache-2.0
// Finds model files by name or identity and loads them when they are needed.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/architecture.h"

namespace nnzip {

// SHA-256 of a model's canonical unpacked content; frames carry its first 8 bytes.
using ModelHash = std::array<std::uint8_t, 32>;
using ModelId = std::array<std::uint8_t, 8>;

ModelId short_id(const ModelHash& hash);

struct ModelEntry {
  std::string name;            // file name without .nnzm
  std::filesystem::path file;  // empty if it is part of the program
  ModelHash hash;
  std::uint64_t file_bytes = 0;
  std::uint64_t content_bytes = 0;  // unpacked
  ModelId id() const { return short_id(hash); }
};

class ModelStore {
 public:
  // Reads the header of every *.nnzm in the folders, the first folder winning where a model stands
  // in several; then those that are part of the program. Folders that do not exist and files that
  // are no models are passed over.
  explicit ModelStore(std::vector<std::filesystem::path> folders);

  const std::vector<ModelEntry>& entries() const { return entries_; }  // by name

  // Throws Error(kModelMissing) that says which model is needed and where it was looked for.
  const ModelEntry& find(const ModelId& id) const;

  // By name, file name or a prefix of at least 4 hex digits of the hash; a name's first part (the
  // modality, "text") is enough if only one model has it. Throws Error(kModelMissing).
  const ModelEntry& find(const std::string& name) const;

  // Unpacks the model and checks its limits. Throws Error(kModelCorrupt or kModelUnsupported).
  std::shared_ptr<const Model> load(const ModelEntry& entry) const;

 private:
  [[noreturn]] void missing(const std::string& what) const;
  std::vector<std::filesystem::path> folders_;
  std::vector<ModelEntry> entries_;
};

}  // namespace nnzip
