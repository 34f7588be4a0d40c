// SPDX-License-Identifier: Apache-2.0
// How long coding takes, in parts and in all.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "codec/levels.h"
#include "nnzip/diagnostics.hpp"

namespace nnzip {

// See measure_speed in diagnostics.hpp. engine: not null.
SpeedInfo speed_of(Reader& content, const std::shared_ptr<const Engine>& engine, const Level& level,
                   int threads);

}  // namespace nnzip
