// SPDX-License-Identifier: Apache-2.0
// How long coding takes, in parts and in all.
#pragma once

#include "codec/frame_models.h"
#include "codec/levels.h"
#include "nnzip/diagnostics.hpp"

namespace nnzip {

// See measure_speed in diagnostics.hpp; all but macs_per_byte is filled in, for the model that most
// of the content would take. Precondition: there is a model.
SpeedInfo speed_of(Reader& content, const FrameModels& models, const Level& level, int threads);

}  // namespace nnzip
