// SPDX-License-Identifier: Apache-2.0
// A cache of one engine.
#include "codec/engine_source.h"

#include <mutex>

#include "backend/registry.h"

namespace nnzip {
namespace {

struct Kept {
  std::mutex mutex;
  ModelHash hash{};
  const Backend* backend = nullptr;
  std::shared_ptr<const Engine> engine;
};

}  // namespace

std::uint64_t load_memory(const ModelEntry& entry) {
  return entry.file_bytes + 3 * entry.content_bytes;
}

std::shared_ptr<const Engine> load_engine(const ModelStore& store, const ModelEntry& entry,
                                          const std::string& device) {
  static Kept kept;
  const Backend& backend = find_backend(device);
  const std::lock_guard lock(kept.mutex);
  if (!kept.engine || kept.hash != entry.hash || kept.backend != &backend) {
    kept.engine.reset();  // before the next one is loaded: two may not fit
    kept.engine = backend.load(store.load(entry));
    kept.hash = entry.hash;
    kept.backend = &backend;
  }
  return kept.engine;
}

}  // namespace nnzip
