// SPDX-License-Identifier: Apache-2.0
// Codes the numbers of an image as what they differ by from a guess: LEAN_PIXELS.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "base/bytes.h"
#include "coder/range_decoder.h"
#include "layout/layout.h"

namespace nnzip {

// Called after each number with the bytes that are done.
using PixelsDone = std::function<void(std::size_t)>;

// layout: of pixels. Throws std::bad_alloc.
Bytes encode_pixels(std::span<const std::uint8_t> content, const Layout& layout,
                    const PixelsDone& done);
// Fills content. Returns false if the coded data cannot be what an encoder wrote; data that end too
// early are noticed before done() is called.
bool decode_pixels(RangeDecoder& coder, const Layout& layout, std::span<std::uint8_t> content,
                   const PixelsDone& done);
// Bytes that each of these takes, beside content and coded data.
std::uint64_t pixel_coder_memory(const Layout& layout, std::size_t content_bytes);

}  // namespace nnzip
