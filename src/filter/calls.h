// SPDX-License-Identifier: Apache-2.0
// Machine code: distances to targets become the targets themselves, so that two calls of one
// function look alike. FILTERS.md defines every byte.
#pragma once

#include <cstdint>
#include <span>

namespace nnzip {

// x86, 32 and 64 bits: calls, jumps and, of 64 bits, addresses relative to the instruction.
void apply_calls(std::span<std::uint8_t> content);
void revert_calls(std::span<std::uint8_t> content);

// aarch64: words are turned round, and BL and ADRP hold their targets.
void apply_branches(std::span<std::uint8_t> content);
void revert_branches(std::span<std::uint8_t> content);

// Words with the high byte first: CALL of SPARC, whose opcodes are brought together, BL of PowerPC.
void apply_sparc(std::span<std::uint8_t> content);
void revert_sparc(std::span<std::uint8_t> content);
void apply_powerpc(std::span<std::uint8_t> content);
void revert_powerpc(std::span<std::uint8_t> content);

// The bytes of words of four, the other way round; its own inverse.
void turn_words(std::span<std::uint8_t> content);

}  // namespace nnzip
