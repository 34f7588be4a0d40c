// SPDX-License-Identifier: Apache-2.0
// One stream of bits that few contexts predict.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "codec/progress.h"
#include "layout/effort.h"
#include "layout/layout.h"

namespace nnzip {

// layout: of bytes, of machine code, of samples, whose high bytes are first then, or of pixels,
// which have the usual effort. Else effort: small or usual. Throws std::bad_alloc.
Bytes encode_lean(std::span<const std::uint8_t> content, const Layout& layout, Effort effort,
                  const BlockProgress& progress = {});

}  // namespace nnzip
