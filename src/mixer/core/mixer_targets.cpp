// SPDX-License-Identifier: Apache-2.0
// A table of kernels for each target.
#include "mixer/core/mixer_targets.h"

#include "base/cpu_target.h"

namespace nnzip::mixer {

const MixKernels& find_mix_kernels(const std::string& target) {
  switch (find_cpu_target(target)) {
#if defined(__x86_64__)
    case CpuTarget::kAvx512Vnni:
      return kAvx512MixKernels;
    case CpuTarget::kAvxVnni:  // has nothing for them that AVX2 has not
    case CpuTarget::kAvx2:
      return kAvx2MixKernels;
#elif defined(__aarch64__)
    case CpuTarget::kI8mm:
    case CpuTarget::kNeonDot:
    case CpuTarget::kNeon:
      return kNeonMixKernels;
#endif
    default:
      return kScalarMixKernels;
  }
}

}  // namespace nnzip::mixer
