// SPDX-License-Identifier: Apache-2.0
// What a compression level means: the one table.
#pragma once

#include <cstddef>

namespace nnzip {

struct Level {
  const char* model;             // as ModelStore::find takes it, or "none" for contexts alone
  const char* image_model;       // the same, for files that are an image
  std::size_t min_stream_bytes;  // of a block with several streams: shorter ones decode faster on
                                 // wide machines, longer ones give smaller files
  bool thorough;                 // tries the network even where samples speak against it
};

// Of the levels 1..9; others count as the nearest of these.
const Level& level_meaning(int level);

}  // namespace nnzip
