// SPDX-License-Identifier: Apache-2.0
// Which kernels this machine can run. Every target but the scalar one can run those for AVX2.
#include "filter/sample_targets.h"

#include <cstdlib>

namespace nnzip::filter {

const SampleKernels& find_sample_kernels(const std::string& target) {
  const char* forced = std::getenv("NNZIP_CPU_TARGET");
  const std::string name = target.empty() && forced != nullptr ? forced : target;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (name != "scalar" && __builtin_cpu_supports("avx2") != 0) return kAvx2SampleKernels;
#endif
  return kScalarSampleKernels;
}

}  // namespace nnzip::filter
