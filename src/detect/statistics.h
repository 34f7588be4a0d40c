// SPDX-License-Identifier: Apache-2.0
// What content could be by its numbers alone, where no header says it. Cheap guesses: measured code
// length decides.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "layout/layout.h"

namespace nnzip {

// 1000 * log2(n), linear between the powers of two; n > 0.
std::uint32_t log2_1000(std::uint64_t n);

// Bits a byte that a code of single bytes takes at least, times 1000.
std::uint32_t entropy_1000(std::span<const std::uint8_t> content);

// Bytes from the beginning to where text ends or begins: a long stretch of it beside a long one of
// something else, for else a cut costs more than it saves. All bytes if there is no such place.
// Exact to 4 KiB: numbers behind it may begin at an odd position.
std::size_t bytes_of_one_kind(std::span<const std::uint8_t> content);

// The layout of a table with rows of one length, or of an image, that the content looks like; else
// that of bytes without rows. Takes up to 20 ms for 4 MiB; finds no rows longer than 4096 bytes.
Layout detect_layout(std::span<const std::uint8_t> content);

// Layouts of machine code that the content looks like; none of most contents.
std::vector<Layout> guessed_code(std::span<const std::uint8_t> content);

// Code of instructions of four bytes; of little ones the low byte is first.
enum class WordCode { kSparc, kPowerPc, kLittlePowerPc, kMips, kLittleMips };

// Which of them the content looks like, if any: by its calls, MIPS by the header of ELF.
std::optional<WordCode> guessed_words(std::span<const std::uint8_t> content);

}  // namespace nnzip
