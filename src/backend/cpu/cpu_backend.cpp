// SPDX-License-Identifier: Apache-2.0
// Which kernels this machine can run, and which it shall.
#include "backend/cpu/cpu_backend.h"

#include <cstdlib>

#include "backend/cpu/cpu_engine.h"
#include "backend/cpu/kernels.h"
#include "nnzip/error.hpp"

namespace nnzip::cpu {
namespace {

struct Target {
  const char* name;
  const Kernels* kernels;  // null if this build has none
  bool runs;               // processor and operating system support it
};

#if defined(__x86_64__)
// The compiler's check also asks whether the operating system saves the wide registers.
bool has_avx512vnni() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni");
}

std::vector<Target> all_targets() {
  __builtin_cpu_init();
  return {{"avx512vnni", &kAvx512VnniKernels, has_avx512vnni()},
          {"avx2", &kAvx2Kernels, __builtin_cpu_supports("avx2") != 0},
          {"scalar", &kScalarKernels, true}};
}
#else
std::vector<Target> all_targets() {
  return {
      {"avx512vnni", nullptr, false}, {"avx2", nullptr, false}, {"scalar", &kScalarKernels, true}};
}
#endif

const Kernels& find_kernels(const std::string& name) {
  std::string known;
  for (const Target& target : all_targets()) {
    if (name.empty() && target.runs) return *target.kernels;
    if (name == target.name) {
      if (target.runs) return *target.kernels;
      throw Error(ErrorCode::kBackendUnavailable,
                  "this machine cannot run the cpu target " + name +
                      "; unset NNZIP_CPU_TARGET to use the best one that it can.");
    }
    known += (known.empty() ? "" : ", ") + std::string(target.name);
  }
  throw Error(ErrorCode::kInvalidArgument, "there is no cpu target \"" + name +
                                               "\"; NNZIP_CPU_TARGET may be one of " + known + ".");
}

}  // namespace

std::vector<std::string> cpu_targets() {
  std::vector<std::string> names;
  for (const Target& target : all_targets()) {
    if (target.runs) names.emplace_back(target.name);
  }
  return names;
}

std::unique_ptr<Engine> load_cpu_engine(std::shared_ptr<const Model> model,
                                        const std::string& target) {
  return std::make_unique<CpuEngine>(std::move(model), find_kernels(target));
}

std::unique_ptr<Engine> CpuBackend::load(std::shared_ptr<const Model> model) const {
  const char* forced = std::getenv("NNZIP_CPU_TARGET");
  return load_cpu_engine(std::move(model), forced == nullptr ? "" : forced);
}

}  // namespace nnzip::cpu
