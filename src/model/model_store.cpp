// SPDX-License-Identifier: Apache-2.0
// Looks for models in folders; loads on demand.
#include "model/model_store.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "base/hash.h"
#include "model/embedded_models.h"
#include "model/model_file.h"

namespace nnzip {
namespace {

namespace fs = std::filesystem;

constexpr char kExtension[] = ".nnzm";
constexpr std::size_t kMinHexDigits = 4;

Bytes read_start(const fs::path& file, std::size_t limit) {
  std::ifstream in(file, std::ios::binary);
  Bytes data(limit);
  in.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(limit));
  data.resize(static_cast<std::size_t>(in.gcount()));
  return data;
}

}  // namespace

ModelId short_id(const ModelHash& hash) {
  ModelId id;
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

ModelStore::ModelStore(std::vector<fs::path> folders) : folders_(std::move(folders)) {
  std::set<ModelHash> seen;
  for (const fs::path& folder : folders_) {
    std::error_code ignored;
    for (const auto& file : fs::directory_iterator(folder, ignored)) {
      if (file.path().extension() != kExtension || !file.is_regular_file(ignored)) continue;
      try {
        const auto header = read_model_header(read_start(file.path(), ModelFileHeader::kSize), "");
        if (!seen.insert(header.hash).second) continue;
        const std::uint64_t file_bytes = file.file_size(ignored);
        if (ignored) continue;
        entries_.push_back({file.path().stem().string(), file.path(), header.hash, file_bytes,
                            header.content_bytes});
      } catch (const Error&) {
        continue;  // no model, or one for a newer nnzip: as good as absent
      }
    }
  }
  for (const EmbeddedModel& model : embedded_models()) {
    const auto header = read_model_header(model.file, model.name);
    if (!seen.insert(header.hash).second) continue;
    entries_.push_back({model.name, {}, header.hash, model.file.size(), header.content_bytes});
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const ModelEntry& a, const ModelEntry& b) { return a.name < b.name; });
}

void ModelStore::missing(const std::string& what) const {
  std::string message = "the model " + what + " is needed but was not found in:";
  for (const fs::path& folder : folders_) message += " " + folder.string();
  if (folders_.empty()) message += " (no folder to search)";
  throw Error(ErrorCode::kModelMissing,
              message + "; install it there or name its folder in NNZIP_MODEL_PATH.");
}

const ModelEntry& ModelStore::find(const ModelId& id) const {
  for (const ModelEntry& entry : entries_) {
    if (entry.id() == id) return entry;
  }
  missing("with hash " + to_hex(id));
}

const ModelEntry& ModelStore::find(const std::string& name) const {
  const ModelEntry* by_prefix = nullptr;
  for (const ModelEntry& entry : entries_) {
    const bool hash_fits = name.size() >= kMinHexDigits && to_hex(entry.hash).starts_with(name);
    if (entry.name == name || entry.name + kExtension == name || hash_fits) return entry;
    if (entry.name.starts_with(name + "-")) {
      if (by_prefix != nullptr) {
        throw Error(ErrorCode::kModelMissing, "the model name " + name + " fits both " +
                                                  by_prefix->name + " and " + entry.name +
                                                  "; give the whole name.");
      }
      by_prefix = &entry;
    }
  }
  if (by_prefix == nullptr) missing(name);
  return *by_prefix;
}

std::shared_ptr<const Model> ModelStore::load(const ModelEntry& entry) const {
  if (entry.file.empty()) {
    return std::make_shared<const Model>(unpack_model(embedded_model(entry.name), entry.name));
  }
  std::error_code error;
  const auto size = fs::file_size(entry.file, error);
  if (error)
    throw Error(ErrorCode::kReadFailed, entry.file.string() + ": " + error.message() + ".");
  const std::string what = entry.file.string();
  const Bytes start = read_start(entry.file, ModelFileHeader::kSize);
  const ModelFileHeader header = read_model_header(start, what);
  if (header.hash != entry.hash) missing(entry.name);
  // Before memory is taken for it: the file may have become any file since it was found.
  if (size != ModelFileHeader::kSize + header.packed_bytes) {
    throw Error(ErrorCode::kModelCorrupt,
                what + ": its length is not the one that its header states; install it again.");
  }
  return std::make_shared<const Model>(unpack_model(read_start(entry.file, size), what));
}

}  // namespace nnzip
