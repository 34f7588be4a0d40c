// SPDX-License-Identifier: Apache-2.0
// From where to where a JPEG file goes: marker segments, and the data of scans that are passed
// over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace nnzip {

struct JpegExtent {
  std::size_t bytes = 0;     // from SOI to EOI, or to the end of what is known
  std::uint32_t blocks = 0;  // of 64 coefficients; 0 if its frame is not known yet
  bool scans = false;        // at least one has begun
  bool whole = false;        // false: more must be known to say where it ends
};

// Of a file that begins with `content`, of a kind that can be taken apart. looked: bytes that have
// been looked at, if it is not null.
std::optional<JpegExtent> jpeg_extent(std::span<const std::uint8_t> content,
                                      std::size_t* looked = nullptr);

}  // namespace nnzip
