// SPDX-License-Identifier: Apache-2.0
// The choice among the kernels of the predictors of sound.
#pragma once

#include <string>

#include "filter/sample_kernels.h"

namespace nnzip::filter {

// The best kernels that this machine runs, or the scalar ones if the target is "scalar". An empty
// target is the one in the environment variable NNZIP_CPU_TARGET. All give the same integers.
const SampleKernels& find_sample_kernels(const std::string& target);

}  // namespace nnzip::filter
