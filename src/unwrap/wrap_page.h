// SPDX-License-Identifier: Apache-2.0
// Pages of PDF with text that is set letter by letter: the text by itself, and what sets it.
// PAGE.md says what a page opens to.
#pragma once

#include "unwrap/wrapper.h"

namespace nnzip {

extern const Wrapper kPageWrapper;

}  // namespace nnzip
