// SPDX-License-Identifier: Apache-2.0
// Which kernels this machine can run, and which it shall. Targets are named as those of the cpu
// backend, so that one variable forces both.
#include "mixer/core/mixer_targets.h"

#include <cstdlib>

#include "mixer/mixer.h"
#include "nnzip/error.hpp"

namespace nnzip {
namespace mixer {
namespace {

struct Target {
  const MixKernels* kernels;
  bool runs;
};

std::vector<Target> all_targets() {
  std::vector<Target> targets;
#if defined(__x86_64__)
  __builtin_cpu_init();
  targets.push_back({&kAvx512MixKernels, __builtin_cpu_supports("avx512bw") != 0 &&
                                             __builtin_cpu_supports("avx512vl") != 0 &&
                                             __builtin_cpu_supports("avx512vnni") != 0});
  targets.push_back({&kAvx2MixKernels, __builtin_cpu_supports("avx2") != 0});
#endif
  targets.push_back({&kScalarMixKernels, true});
  return targets;
}

}  // namespace

const MixKernels& find_mix_kernels(const std::string& target) {
  const char* forced = std::getenv("NNZIP_CPU_TARGET");
  const std::string name = target.empty() && forced != nullptr ? forced : target;
  std::string known;
  for (const Target& candidate : all_targets()) {
    if (name == candidate.kernels->name && !candidate.runs) {
      throw Error(ErrorCode::kBackendUnavailable,
                  "this machine cannot run the cpu target " + name +
                      "; unset NNZIP_CPU_TARGET to use the best one that it can.");
    }
    if (candidate.runs && (name.empty() || name == candidate.kernels->name)) {
      return *candidate.kernels;
    }
    known += (known.empty() ? "" : ", ") + std::string(candidate.kernels->name);
  }
  throw Error(ErrorCode::kInvalidArgument, "there is no cpu target \"" + name +
                                               "\"; NNZIP_CPU_TARGET may be one of " + known + ".");
}

}  // namespace mixer

std::vector<std::string> mixer_targets() {
  std::vector<std::string> names;
  for (const mixer::Target& target : mixer::all_targets()) {
    if (target.runs) names.emplace_back(target.kernels->name);
  }
  return names;
}

}  // namespace nnzip
