// SPDX-License-Identifier: Apache-2.0
// BWT.md as plain code.
#pragma once

#include "base/bytes.h"

namespace nnzip::mixer_reference {

// The coded data of such content. Slow where long parts of it are alike.
Bytes bwt_reference(const Bytes& content);

}  // namespace nnzip::mixer_reference
