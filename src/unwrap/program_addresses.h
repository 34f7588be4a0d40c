// SPDX-License-Identifier: Apache-2.0
// Steps of PROGRAM.md on tables of ELF whose rows hold addresses: symbols and relocations.
#pragma once

#include <optional>
#include <span>

#include "unwrap/program_unwind.h"

namespace nnzip {

// Rows of a table.
struct TableRows {
  std::size_t at = 0, count = 0;
};

// Bytes of a file that are loaded at an address.
struct LoadedPart {
  std::uint64_t address = 0, bytes = 0;
  std::size_t at = 0;
};

// Relocations: rows of two addresses, or of three with an addend.
struct RelocationRows {
  TableRows rows;
  bool has_addend = false;
  bool linked = true;  // false: of an object file, whose symbols stand in no order
};

// Of symbols that are functions: their numbers among these, in place of addresses and lengths.
// Returns how many there are.
std::size_t number_symbols(const ProgramBytes& program, const TableRows& symbols,
                           std::span<const FunctionPlace> functions, bool back);

// Places, symbols and addends become differences from what is expected, and back. Back, what is
// loaded has to be as it was. False if the places cannot be.
bool shift_relocations(const ProgramBytes& program, const RelocationRows& table,
                       std::span<const LoadedPart> parts, bool back);

}  // namespace nnzip
