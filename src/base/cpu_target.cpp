// SPDX-License-Identifier: Apache-2.0
// Detects once.
#include "base/cpu_target.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/platform/arm_features.h"
#include "nnzip/error.hpp"

namespace nnzip {
namespace {

struct Target {
  const char* name;
  CpuTarget target;
};

constexpr std::array<Target, 7> kBestFirst = {{{"avx512vnni", CpuTarget::kAvx512Vnni},
                                               {"avxvnni", CpuTarget::kAvxVnni},
                                               {"avx2", CpuTarget::kAvx2},
                                               {"i8mm", CpuTarget::kI8mm},
                                               {"neondot", CpuTarget::kNeonDot},
                                               {"neon", CpuTarget::kNeon},
                                               {"scalar", CpuTarget::kScalar}}};

#if defined(__x86_64__)
// Clang 14 has no name for it.
bool has_avx_vnni() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 4 & 1) != 0;
}
#endif

// The compiler's check also asks whether the operating system saves the wide registers.
bool runs(CpuTarget target) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  switch (target) {
    case CpuTarget::kAvx512Vnni:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512vnni") != 0;
    case CpuTarget::kAvxVnni:
      return __builtin_cpu_supports("avx2") != 0 && has_avx_vnni();
    case CpuTarget::kAvx2:
      return __builtin_cpu_supports("avx2") != 0;
    default:
      break;
  }
#elif defined(__aarch64__)
  if (target == CpuTarget::kNeon) return true;  // every processor of the kind
  const ArmFeatures features = arm_features();
  if (target == CpuTarget::kNeonDot) return features.dot;
  // The kernels use sdot as well.
  if (target == CpuTarget::kI8mm) return features.dot && features.i8mm;
#endif
  return target == CpuTarget::kScalar;
}

}  // namespace

const std::vector<std::string>& cpu_targets() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> here;
    for (const Target& each : kBestFirst) {
      if (runs(each.target)) here.emplace_back(each.name);
    }
    return here;
  }();
  return names;
}

CpuTarget find_cpu_target(const std::string& name) {
  const char* const forced = std::getenv("NNZIP_CPU_TARGET");
  const std::string wanted = !name.empty() ? name : forced != nullptr ? forced : "";
  const std::string& chosen = wanted.empty() ? cpu_targets().front() : wanted;
  const auto* const found = std::find_if(kBestFirst.begin(), kBestFirst.end(),
                                         [&](const Target& each) { return chosen == each.name; });
  if (found == kBestFirst.end()) {
    std::string names;
    for (const Target& each : kBestFirst)
      names += std::string(names.empty() ? "" : ", ") + each.name;
    throw Error(
        ErrorCode::kInvalidArgument,
        "there is no cpu target \"" + chosen + "\"; NNZIP_CPU_TARGET may be one of " + names + ".");
  }
  if (std::find(cpu_targets().begin(), cpu_targets().end(), chosen) == cpu_targets().end()) {
    throw Error(ErrorCode::kBackendUnavailable,
                "this machine cannot run the cpu target " + chosen +
                    "; unset NNZIP_CPU_TARGET to use the best one that it can.");
  }
  return found->target;
}

}  // namespace nnzip
