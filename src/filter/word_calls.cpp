// SPDX-License-Identifier: Apache-2.0
// Instructions of four bytes at multiples of four, the high byte first.
#include <cstddef>
#include <utility>

#include "filter/calls.h"

namespace nnzip {
namespace {

// Calls change(word, its offset in the content) of every whole word.
template <typename Change>
void walk_words(std::span<std::uint8_t> content, Change&& change) {
  for (std::size_t i = 0; i + 4 <= content.size(); i += 4) {
    std::uint8_t* const p = content.data() + i;
    std::uint32_t word =
        std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
    change(word, static_cast<std::uint32_t>(i));
    for (int k = 0; k < 4; ++k) p[k] = static_cast<std::uint8_t>(word >> (24 - 8 * k));
  }
}

constexpr int kRegister = 5, kOpcode = 6;  // bits of SPARC's fields

// CALL of SPARC: 30 bits of words, of which the upper ones repeat the sign. Those within 2^24 words
// either way have 40 or 7F for a top byte.
// Of words of format 3 the two fields behind the top bits, of so many bits, change places: the
// whole opcode stands first then, before the register that is written.
void move_sparc(std::uint32_t& word, std::uint32_t words, int first, int second) {
  const bool is_call = word >> 24 == 0x40 || word >> 24 == 0x7F;
  if (is_call) {
    const std::uint32_t target = (word + words) & 0x01FFFFFF;
    word = target | (target >> 24 != 0 ? 0x7E000000 : 0x40000000);
  } else if (word >> 31 != 0) {
    constexpr std::uint32_t kBoth = 0x3FF80000;
    const std::uint32_t fields = word & kBoth;
    word = (word & ~kBoth) | (fields << first & kBoth) | (fields >> second & kBoth);
  }
}

// BL of PowerPC: 24 bits of words between the opcode and two bits 01.
void move_powerpc(std::uint32_t& word, std::uint32_t bytes) {
  constexpr std::uint32_t kField = 0x03FFFFFC;
  if ((word & ~kField) == 0x48000001) word = 0x48000001 | ((word + bytes) & kField);
}

}  // namespace

void apply_sparc(std::span<std::uint8_t> content) {
  walk_words(content, [](std::uint32_t& word, std::uint32_t at) {
    move_sparc(word, at / 4, kRegister, kOpcode);
  });
}

void revert_sparc(std::span<std::uint8_t> content) {
  walk_words(content, [](std::uint32_t& word, std::uint32_t at) {
    move_sparc(word, 0 - at / 4, kOpcode, kRegister);
  });
}

void apply_powerpc(std::span<std::uint8_t> content) {
  walk_words(content, [](std::uint32_t& word, std::uint32_t at) { move_powerpc(word, at); });
}

void revert_powerpc(std::span<std::uint8_t> content) {
  walk_words(content, [](std::uint32_t& word, std::uint32_t at) { move_powerpc(word, 0 - at); });
}

void turn_words(std::span<std::uint8_t> content) {
  for (std::size_t i = 0; i + 4 <= content.size(); i += 4) {
    std::swap(content[i], content[i + 3]);
    std::swap(content[i + 1], content[i + 2]);
  }
}

}  // namespace nnzip
