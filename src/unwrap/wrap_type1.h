// SPDX-License-Identifier: Apache-2.0
// The encrypted part of Type 1 fonts, as PDF and PFB hold them. TYPE1.md says what it opens to.
#pragma once

#include "unwrap/wrapper.h"

namespace nnzip {

extern const Wrapper kType1Wrapper;

}  // namespace nnzip
