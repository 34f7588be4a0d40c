// SPDX-License-Identifier: Apache-2.0
// A table of kernels for each target; NEON has nothing that makes the loops of 64 bits faster.
#include "base/cpu_target.h"
#include "mixer/sound/sound_kernels.h"

namespace nnzip::mixer {

const SoundKernels& find_sound_kernels(const std::string& target) {
  switch (find_cpu_target(target)) {
#if defined(__x86_64__)
    case CpuTarget::kAvx512Vnni:
      return kAvx512SoundKernels;
    case CpuTarget::kAvxVnni:
    case CpuTarget::kAvx2:
      return kAvx2SoundKernels;
#endif
    default:
      return kScalarSoundKernels;
  }
}

}  // namespace nnzip::mixer
