// SPDX-License-Identifier: Apache-2.0
// Programs and libraries of ELF and PE, whose tables partly follow from the rest. PROGRAM.md says
// what they open to.
#pragma once

#include "unwrap/wrapper.h"

namespace nnzip {

extern const Wrapper kProgramWrapper;

}  // namespace nnzip
