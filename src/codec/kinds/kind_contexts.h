// SPDX-License-Identifier: Apache-2.0
// One stream of bits that the mixer predicts from contexts alone.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "codec/kinds/byte_observer.h"
#include "codec/progress.h"
#include "layout/effort.h"
#include "layout/layout.h"

namespace nnzip {

// Throws std::bad_alloc.
Bytes encode_contexts(std::span<const std::uint8_t> content, const Layout& layout,
                      Effort effort = Effort::kUsual, const BlockProgress& progress = {});

// Fills content. Returns false if the coded data cannot be what an encoder wrote.
bool decode_contexts(std::span<const std::uint8_t> coded, const Layout& layout, Effort effort,
                     std::span<std::uint8_t> content, const BlockProgress& progress = {},
                     ByteObserver* observer = nullptr);

}  // namespace nnzip
