// SPDX-License-Identifier: Apache-2.0
// The choice among the kernels of the predictors of sound.
#pragma once

#include <string>

#include "filter/sample_kernels.h"

namespace nnzip::filter {

// The best kernels that the target runs, as base/cpu_target.h names it. All give the same integers.
// Throws Error.
const SampleKernels& find_sample_kernels(const std::string& target);

}  // namespace nnzip::filter
