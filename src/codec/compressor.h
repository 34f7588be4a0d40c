// SPDX-License-Identifier: Apache-2.0
// Content to one frame.
#pragma once

#include "model/model_store.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// See nnzip.hpp. The store is asked only if the options let a model be used.
Summary compress_frame(Reader& reader, Writer& writer, const ModelStore& store,
                       const Options& options);

}  // namespace nnzip
