// SPDX-License-Identifier: Apache-2.0
// nnzip has been built for x86-64 alone here.
#include "base/platform/arm_features.h"

namespace nnzip {

ArmFeatures arm_features() noexcept { return {}; }

}  // namespace nnzip
