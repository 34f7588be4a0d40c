// SPDX-License-Identifier: Apache-2.0
// LEAN.md as a second implementation: slow and without tricks, for tests to compare with.
#pragma once

#include "base/bytes.h"
#include "layout/effort.h"
#include "layout/layout.h"

namespace nnzip::mixer_reference {

// The coded data of a block. Precondition: a valid layout of bytes or of machine code; effort:
// small or usual.
Bytes lean_reference(const Bytes& content, const Layout& layout, Effort effort);

}  // namespace nnzip::mixer_reference
