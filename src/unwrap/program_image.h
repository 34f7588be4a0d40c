// SPDX-License-Identifier: Apache-2.0
// What headers say of a program, and steps of PROGRAM.md on those of Windows.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "unwrap/program_bytes.h"

namespace nnzip {

// A PE file (Microsoft's PE Format): addresses count from where the image is loaded.
struct PeImage {
  struct Section {
    std::uint32_t address = 0, bytes = 0, at = 0;  // at: in the file
  };
  std::vector<Section> sections;  // within the file, in the order of the headers
  std::uint64_t base = 0;
  std::uint32_t image_bytes = 0;
  std::uint16_t machine = 0;
  std::size_t end = 0;  // of the last section, in the file
  // Of the tables of relocations and of functions: address and bytes.
  std::uint32_t relocations = 0, relocation_bytes = 0, functions = 0, function_bytes = 0;

  // Where the bytes that are loaded there are in the file, if so many of one section are.
  std::optional<std::size_t> place_of(std::uint32_t address, std::uint32_t bytes) const;
};

// Of the file that begins with the bytes, which may be cut off behind its headers. Nothing if it is
// none.
std::optional<PeImage> pe_image(const ProgramBytes& program);
bool is_wide_pe(const ProgramBytes& program);

struct RelocationTable {
  std::size_t at = 0, bytes = 0;
};

// Which numbers that may be addresses are none, and which others are: how many come before each.
// Clears the table. Nothing if the table would not be made so again.
std::optional<std::vector<std::uint64_t>> clear_relocations(const ProgramBytes& program,
                                                            const RelocationTable& table);
bool make_relocations(const ProgramBytes& program, const RelocationTable& table,
                      const std::vector<std::uint64_t>& corrections);

// Rows of x86-64: a function's begin and end and the place of what unwinds it. False if the places
// cannot be.
bool apply_function_table(const ProgramBytes& program, std::size_t at, std::size_t rows);
bool revert_function_table(const ProgramBytes& program, std::size_t at, std::size_t rows);

// Headers of ELF's sections.
bool apply_section_headers(const ProgramBytes& program, std::size_t at, std::size_t count);
bool revert_section_headers(const ProgramBytes& program, std::size_t at, std::size_t count);

}  // namespace nnzip
