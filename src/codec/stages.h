// SPDX-License-Identifier: Apache-2.0
// What each way of predicting would make of some content, alone and together.
#pragma once

#include <vector>

#include "codec/frame_models.h"
#include "codec/levels.h"
#include "nnzip/diagnostics.hpp"

namespace nnzip {

// See measure_stages in diagnostics.hpp.
std::vector<StageInfo> stages_of(Reader& content, const FrameModels& models, const Level& level,
                                 int threads);

}  // namespace nnzip
