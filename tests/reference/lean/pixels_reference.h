// SPDX-License-Identifier: Apache-2.0
// LEAN_PIXELS.md as a second implementation.
#pragma once

#include "base/bytes.h"
#include "layout/layout.h"

namespace nnzip::mixer_reference {

// The coded data of a block. Precondition: a valid layout of pixels.
Bytes pixels_reference(const Bytes& content, const Layout& layout);

}  // namespace nnzip::mixer_reference
