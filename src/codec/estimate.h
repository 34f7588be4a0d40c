// SPDX-License-Identifier: Apache-2.0
// What compressing would give and take at each level, told from samples.
#pragma once

#include "model/model_store.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// See estimate in nnzip.hpp. Throws Error.
Estimate estimate_content(SeekableReader& content, const ModelStore& store, const Options& options);

}  // namespace nnzip
