// SPDX-License-Identifier: Apache-2.0
// Sums and sizes that gzip, zlib, zip and PNG state beside what they wrap follow from it. In the
// gaps of a group they stand as their difference from what follows: FORMAT.md, "Sums".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace nnzip {

// A stretch of a group's content.
struct SummedStretch {
  std::size_t at = 0, bytes = 0;
  bool deflate = false;                  // and of one part
  std::span<const std::uint8_t> opened;  // what that stream holds
};

// Changes the bytes between stretches, which are in order, and reads no others. Done twice it
// changes nothing, unless headers overlap what they state. Takes a time in proportion to all that
// is given.
void mask_sums(std::span<std::uint8_t> content, std::span<const SummedStretch> stretches);

}  // namespace nnzip
