// SPDX-License-Identifier: Apache-2.0
// Where the time of a session goes.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "backend/cpu/cpu_engine.h"

namespace nnzip::cpu {

// See Engine::profile and Engine::peak.
Profile measure_parts(const std::shared_ptr<const PackedModel>& packed, int lanes, int count);
double measure_peak(const Kernels& kernels);

}  // namespace nnzip::cpu
