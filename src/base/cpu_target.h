// SPDX-License-Identifier: Apache-2.0
// The instruction sets that kernels are written for, which of them this machine runs, and which one
// is to be used. A machine of one of these runs the kernels for AVX2 too, if it is not scalar.
#pragma once

#include <string>
#include <vector>

namespace nnzip {

enum class CpuTarget { kScalar, kAvx2, kAvxVnni, kAvx512Vnni, kNeon, kNeonDot, kI8mm };

// The names of those that this machine runs, best first: "avx512vnni", "avxvnni", "avx2",
// "scalar";
// or "i8mm", "neondot", "neon", "scalar".
const std::vector<std::string>& cpu_targets();

// The target of that name. An empty name stands for the one in the environment variable
// NNZIP_CPU_TARGET, or the best one that this machine runs. Throws Error(kInvalidArgument) for an
// unknown name, Error(kBackendUnavailable) for a target that this machine does not run.
CpuTarget find_cpu_target(const std::string& name);

}  // namespace nnzip
