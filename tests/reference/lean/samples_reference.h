// SPDX-License-Identifier: Apache-2.0
// LEAN_SAMPLES.md as a second implementation.
#pragma once

#include "base/bytes.h"
#include "layout/effort.h"
#include "layout/layout.h"

namespace nnzip::mixer_reference {

// The coded data of a block. content: the high byte of each number first. Precondition: a valid
// layout of samples, small or usual effort.
Bytes samples_reference(const Bytes& content, const Layout& layout, Effort effort);

}  // namespace nnzip::mixer_reference
