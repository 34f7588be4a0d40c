// SPDX-License-Identifier: Apache-2.0
// A short list, searched from the front.
#include "codec/engine_source.h"

#include <algorithm>

#include "backend/registry.h"

namespace nnzip {

std::uint64_t load_memory(const ModelEntry& entry) {
  return entry.file_bytes + 3 * entry.content_bytes;
}

std::shared_ptr<const Engine> EngineCache::engine(const ModelStore& store, const ModelEntry& entry,
                                                  const Backend& backend) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& each) {
    return each.hash == entry.hash && each.backend == &backend;
  });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
  } else {
    const std::uint64_t bytes = load_memory(entry);
    make_room(bytes);
    kept_.push_front({entry.hash, &backend, bytes, load_with_fallback(backend, store.load(entry))});
  }
  return kept_.front().engine;
}

void EngineCache::make_room(std::uint64_t bytes) {
  std::uint64_t sum = bytes;
  auto first_dropped = kept_.begin();
  while (first_dropped != kept_.end() && sum + first_dropped->bytes <= limit_) {
    sum += first_dropped->bytes;
    ++first_dropped;
  }
  kept_.erase(first_dropped, kept_.end());
}

std::shared_ptr<const Engine> load_engine(const ModelStore& store, const ModelEntry& entry,
                                          const std::string& device) {
  static EngineCache cache(std::uint64_t{256} << 20);
  try {
    return cache.engine(store, entry, find_backend(device));
  } catch (const Error& error) {
    // A device without room for the model is one that is not there.
    if (device != "auto" || error.code() != ErrorCode::kDeviceFailed) throw;
    return cache.engine(store, entry, find_backend("cpu"));
  }
}

}  // namespace nnzip
