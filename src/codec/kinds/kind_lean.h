// SPDX-License-Identifier: Apache-2.0
// One stream of bits that few contexts predict.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "codec/progress.h"
#include "layout/layout.h"

namespace nnzip {

// layout: of bytes or of machine code. Throws std::bad_alloc.
Bytes encode_lean(std::span<const std::uint8_t> content, const Layout& layout,
                  const BlockProgress& progress = {});

}  // namespace nnzip
