// SPDX-License-Identifier: Apache-2.0
// One number that pins every bit of the format's arithmetic.
#pragma once

#include <cstdint>

#include "backend/backend.h"
#include "model/model_store.h"

namespace nnzip {

// XXH64 over the names of all models in the store and, for each, all distributions and coded bytes
// of a generated corpus, and over what contexts alone make of it. Equal for every backend, thread
// count, compiler and machine. Throws Error.
std::uint64_t model_signature(const ModelStore& store, const Backend& backend, int threads);

}  // namespace nnzip
