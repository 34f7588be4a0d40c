// SPDX-License-Identifier: Apache-2.0
// Loads a model into a backend when it is first needed.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.h"
#include "model/model_store.h"

namespace nnzip {

// The engine used last stays in memory for the whole process, so that many small files in a row pay
// for loading once. May be called from several threads. Throws Error.
std::shared_ptr<const Engine> load_engine(const ModelStore& store, const ModelEntry& entry,
                                          const std::string& device);

}  // namespace nnzip
