// SPDX-License-Identifier: Apache-2.0
// LZW as GIF has it: codes to pixels, and pixels to the codes that an encoder would write. GIF.md
// has the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace nnzip {

struct GifCodes {
  Bytes pixels;
  std::vector<std::uint32_t> lengths;  // pixels of each code in turn; 0: it clears
  bool ended = false;                  // by the code for it
};

// data: what the sub-blocks hold. Nothing if these are no codes, more than max_pixels, or not all.
// bits: of a pixel, 2 to 8.
std::optional<GifCodes> read_gif_codes(std::span<const std::uint8_t> data, int bits,
                                       std::size_t max_pixels);

// Appends the side data behind the bits that lead from the pixels to the codes. False if they would
// be too many.
bool write_gif_side(const GifCodes& codes, int bits, std::size_t most_corrections, Bytes& side);

// The data again. Nothing if they would be more than max_bytes or if the side data are not those of
// codes.
std::optional<Bytes> write_gif_codes(std::span<const std::uint8_t> pixels, int bits,
                                     std::span<const std::uint8_t> side, std::size_t max_bytes);

}  // namespace nnzip
