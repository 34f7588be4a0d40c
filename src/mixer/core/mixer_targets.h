// SPDX-License-Identifier: Apache-2.0
// The choice among the kernels of the mixer.
#pragma once

#include <string>

#include "mixer/core/mix_kernels.h"

namespace nnzip::mixer {

// The kernels of the target, as base/cpu_target.h names it. Throws Error.
const MixKernels& find_mix_kernels(const std::string& target);

}  // namespace nnzip::mixer
