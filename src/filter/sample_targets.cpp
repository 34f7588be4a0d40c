// SPDX-License-Identifier: Apache-2.0
// Every target but the scalar one runs the kernels for AVX2.
#include "filter/sample_targets.h"

#include "base/cpu_target.h"

namespace nnzip::filter {

const SampleKernels& find_sample_kernels(const std::string& target) {
#if defined(__x86_64__)
  if (find_cpu_target(target) >= CpuTarget::kAvx2) return kAvx2SampleKernels;
#else
  find_cpu_target(target);
#endif
  return kScalarSampleKernels;
}

}  // namespace nnzip::filter
