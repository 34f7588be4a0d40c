// SPDX-License-Identifier: Apache-2.0
// As Linux tells a program at its start.
#include "base/platform/arm_features.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace nnzip {

ArmFeatures arm_features() noexcept {
#if defined(__aarch64__) && defined(__linux__)
  // HWCAP_ASIMDDP, HWCAP2_I8MM.
  return {(getauxval(AT_HWCAP) >> 20 & 1) != 0, (getauxval(AT_HWCAP2) >> 13 & 1) != 0};
#else
  return {};
#endif
}

}  // namespace nnzip
