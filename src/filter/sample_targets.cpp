// SPDX-License-Identifier: Apache-2.0
// Every target but the scalar one runs the kernels for AVX2, or for NEON.
#include "filter/sample_targets.h"

#include "base/cpu_target.h"

namespace nnzip::filter {

const SampleKernels& find_sample_kernels(const std::string& target) {
  if (find_cpu_target(target) == CpuTarget::kScalar) return kScalarSampleKernels;
#if defined(__x86_64__)
  return kAvx2SampleKernels;
#elif defined(__aarch64__)
  return kNeonSampleKernels;
#endif
}

}  // namespace nnzip::filter
