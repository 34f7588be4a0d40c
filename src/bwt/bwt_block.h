// SPDX-License-Identifier: Apache-2.0
// Content without long repeats that is sorted by what follows each byte, and then coded: BWT.md.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "bwt/transform.h"

namespace nnzip {

// Precondition: 1 <= content.size() <= kMostSortedBytes. Throws std::bad_alloc.
Bytes encode_bwt(std::span<const std::uint8_t> content);

// Fills content, of a size as above. Returns false if the coded data cannot be what an encoder
// wrote; the rest of the damage gives wrong content. Throws std::bad_alloc.
bool decode_bwt(std::span<const std::uint8_t> coded, std::span<std::uint8_t> content);

// Bytes that each of these takes at most, beside content and coded data.
std::uint64_t bwt_memory(std::size_t content_bytes);

}  // namespace nnzip
