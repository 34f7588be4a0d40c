// SPDX-License-Identifier: Apache-2.0
// Which model a level uses: the one table.
#pragma once

#include <string>

namespace nnzip {

// The name of the model for a compression level 1..9, as ModelStore::find takes it, or "none".
std::string catalog_model(int level);

}  // namespace nnzip
