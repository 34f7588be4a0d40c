// SPDX-License-Identifier: Apache-2.0
// Loads a model into a backend when it is first needed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "model/model_store.h"

namespace nnzip {

// Bytes that loading takes at most, and the engine holds afterwards: the file, its content, the
// model and the engine's own copy of it.
std::uint64_t load_memory(const ModelEntry& entry);

// The engine used last stays in memory for the whole process, so that many small files in a row pay
// for loading once. May be called from several threads. Throws Error.
std::shared_ptr<const Engine> load_engine(const ModelStore& store, const ModelEntry& entry,
                                          const std::string& device);

}  // namespace nnzip
