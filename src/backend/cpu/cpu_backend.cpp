// SPDX-License-Identifier: Apache-2.0
// A table of kernels for each target.
#include "backend/cpu/cpu_backend.h"

#include "backend/cpu/cpu_engine.h"
#include "backend/cpu/kernels.h"
#include "base/cpu_target.h"

namespace nnzip::cpu {
namespace {

const Kernels& find_kernels(const std::string& target) {
  switch (find_cpu_target(target)) {
#if defined(__x86_64__)
    case CpuTarget::kAvx512Vnni:
      return kAvx512VnniKernels;
    case CpuTarget::kAvxVnni:
      return kAvxVnniKernels;
    case CpuTarget::kAvx2:
      return kAvx2Kernels;
#elif defined(__aarch64__)
    case CpuTarget::kI8mm:
      return kI8mmKernels;
    case CpuTarget::kNeonDot:
      return kNeonDotKernels;
    case CpuTarget::kNeon:
      return kNeonKernels;
#endif
    default:
      return kScalarKernels;
  }
}

}  // namespace

std::unique_ptr<Engine> load_cpu_engine(std::shared_ptr<const Model> model,
                                        const std::string& target) {
  return std::make_unique<CpuEngine>(std::move(model), find_kernels(target));
}

std::unique_ptr<Engine> CpuBackend::load(std::shared_ptr<const Model> model) const {
  return load_cpu_engine(std::move(model), "");
}

}  // namespace nnzip::cpu
