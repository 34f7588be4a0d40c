// SPDX-License-Identifier: Apache-2.0
// What each way of predicting would make of some content, alone and together.
#pragma once

#include <memory>
#include <vector>

#include "backend/backend.h"
#include "codec/levels.h"
#include "nnzip/diagnostics.hpp"

namespace nnzip {

// See measure_stages in diagnostics.hpp. engine: null for contexts alone.
std::vector<StageInfo> stages_of(Reader& content, const std::shared_ptr<const Engine>& engine,
                                 const Level& level, int threads);

}  // namespace nnzip
