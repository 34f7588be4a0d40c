// SPDX-License-Identifier: Apache-2.0
// What frames say of themselves.
#pragma once

#include <vector>

#include "model/model_store.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// See list_frames in nnzip.hpp.
std::vector<FrameInfo> frame_list(Reader& reader, const ModelStore& store,
                                  const BlockVisitor& each_block = {},
                                  const MetadataVisitor& each_metadata = {});

}  // namespace nnzip
