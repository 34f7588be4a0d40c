// SPDX-License-Identifier: Apache-2.0
// What an AArch64 processor has beyond the least of its kind.
#pragma once

namespace nnzip {

struct ArmFeatures {
  bool dot = false;   // sdot
  bool i8mm = false;  // smmla
};

// Nothing where the processor is of another kind or the system does not tell.
ArmFeatures arm_features() noexcept;

}  // namespace nnzip
