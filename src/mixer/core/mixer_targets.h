// SPDX-License-Identifier: Apache-2.0
// The choice among the kernels of the mixer.
#pragma once

#include <string>

#include "mixer/core/mix_kernels.h"

namespace nnzip::mixer {

// As Mixer's constructor says.
const MixKernels& find_mix_kernels(const std::string& target);

}  // namespace nnzip::mixer
