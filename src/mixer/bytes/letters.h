// SPDX-License-Identifier: Apache-2.0
// Letters of UTF-8. MIXING.md, Contexts.
#pragma once

#include <cstdint>

namespace nnzip::mixer {

// The small letter of a character of two bytes, U+00C0 to U+07FF; itself, if it is none.
constexpr std::uint32_t small_letter(std::uint32_t u) {
  const auto within = [u](std::uint32_t first, std::uint32_t last) {
    return u >= first && u <= last;
  };
  if (within(0xC0, 0xDE) && u != 0xD7) return u + 32;                    // Latin-1
  if (within(0x139, 0x148) || within(0x179, 0x17E)) return u + (u & 1);  // Latin extended A
  if (within(0x100, 0x177)) return u | 1;
  if (within(0x391, 0x3A9)) return u + 32;  // Greek
  if (within(0x400, 0x40F)) return u + 80;  // Cyrillic
  if (within(0x410, 0x42F)) return u + 32;
  return u;
}

}  // namespace nnzip::mixer
