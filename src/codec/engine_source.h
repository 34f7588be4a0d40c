// SPDX-License-Identifier: Apache-2.0
// Loads a model into a backend when it is first needed, and keeps it for calls to come.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "backend/backend.h"
#include "model/model_store.h"

namespace nnzip {

// Bytes that loading takes at most, and the engine holds afterwards: the file, its content, the
// model and the engine's own copy of it.
std::uint64_t load_memory(const ModelEntry& entry);

// Engines by model and backend. May be used by several threads.
class EngineCache {
 public:
  // limit: bytes of load_memory() that what is kept may have; the engine asked for last is kept
  // whatever it has.
  explicit EngineCache(std::uint64_t limit) : limit_(limit) {}

  // The engine that is kept or, if there is none, one that is loaded now, for which those used
  // least recently are dropped before; who uses them still has them. Throws Error.
  std::shared_ptr<const Engine> engine(const ModelStore& store, const ModelEntry& entry,
                                       const Backend& backend);

 private:
  struct Kept {
    ModelHash hash;
    const Backend* backend;
    std::uint64_t bytes;
    std::shared_ptr<const Engine> engine;
  };

  void make_room(std::uint64_t bytes);

  const std::uint64_t limit_;
  // Held while a model is loaded as well: who asks for the same one gets it, not a second copy, and
  // memory is that of one loading.
  std::mutex mutex_;
  std::list<Kept> kept_;  // used last first
};

// From the cache of the process, which keeps 256 MiB, so that many small files in a row pay for
// loading once. device: a name as in find_backend(). May be called from several threads. Throws
// Error.
std::shared_ptr<const Engine> load_engine(const ModelStore& store, const ModelEntry& entry,
                                          const std::string& device);

}  // namespace nnzip
