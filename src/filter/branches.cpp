// SPDX-License-Identifier: Apache-2.0
// Instructions of four bytes at multiples of four.
#include <cstddef>

#include "filter/calls.h"

namespace nnzip {
namespace {

// BL: 26 bits of words. ADRP: 21 bits of pages, the low two of them at bit 29.
constexpr std::uint32_t kBranchMask = 0xFC000000, kBranch = 0x94000000;
constexpr std::uint32_t kPageMask = 0x9F000000, kPage = 0x90000000;

// The instruction at that offset with the offset's own address added, or taken away, modulo the
// width of its field.
std::uint32_t moved(std::uint32_t word, std::uint32_t offset, bool add) {
  if ((word & kBranchMask) == kBranch) {
    const std::uint32_t by = offset / 4;
    return kBranch | ((add ? word + by : word - by) & ~kBranchMask);
  }
  if ((word & kPageMask) == kPage) {
    const std::uint32_t pages = (word >> 29 & 3) | (word >> 3 & 0x1FFFFC);
    const std::uint32_t by = offset >> 12;
    const std::uint32_t target = add ? pages + by : pages - by;
    return kPage | (word & 31) | (target & 3) << 29 | (target & 0x1FFFFC) << 3;
  }
  return word;
}

}  // namespace

void apply_branches(std::span<std::uint8_t> content) {
  for (std::size_t i = 0; i + 4 <= content.size(); i += 4) {
    std::uint8_t* const p = content.data() + i;
    const std::uint32_t word = moved(
        p[0] | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[3]} << 24,
        static_cast<std::uint32_t>(i), true);
    for (int k = 0; k < 4; ++k) p[k] = static_cast<std::uint8_t>(word >> (24 - 8 * k));
  }
}

void revert_branches(std::span<std::uint8_t> content) {
  for (std::size_t i = 0; i + 4 <= content.size(); i += 4) {
    std::uint8_t* const p = content.data() + i;
    const std::uint32_t word = moved(
        p[3] | std::uint32_t{p[2]} << 8 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[0]} << 24,
        static_cast<std::uint32_t>(i), false);
    for (int k = 0; k < 4; ++k) p[k] = static_cast<std::uint8_t>(word >> (8 * k));
  }
}

}  // namespace nnzip
