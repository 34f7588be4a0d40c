// SPDX-License-Identifier: Apache-2.0
// Where the tables of a program are that follow from the rest of it, as its headers say.
#pragma once

#include <optional>
#include <vector>

#include "unwrap/program_addresses.h"
#include "unwrap/program_image.h"
#include "unwrap/program_symbols.h"
#include "unwrap/program_unwind.h"

namespace nnzip {

// A file of ELF or PE, by its first bytes. Its numbers have the order and the width that it states.
struct ProgramKind {
  bool elf = false, high_first = false, wide = false;
  ProgramBytes bytes(std::span<std::uint8_t> program) const { return {program, high_first, wide}; }
};
std::optional<ProgramKind> program_kind(std::span<const std::uint8_t> beginning);

// Of ELF; the place of a program may be anywhere, also beyond it.
std::optional<TableRows> section_headers_of(const ProgramBytes& program);

// Each is there only if its place is within the program. Section headers are as they were.
struct ProgramTables {
  std::optional<DynamicSymbols> symbols, plainly_hashed;  // of GNU's table, of System V's
  std::optional<UnwindRecords> records;
  std::optional<std::size_t> index;
  // Of ELF.
  std::uint64_t record_address = 0;
  std::vector<TableRows> all_symbols;
  std::vector<RelocationRows> rows;
  std::vector<LoadedPart> loaded;
  // Of PE.
  std::optional<RelocationTable> relocations;
  std::optional<TableRows> functions;
};
ProgramTables tables_of(const ProgramKind& kind, const ProgramBytes& program);

// Bytes of the file that begins here, as its headers say; nothing if they say nothing that can be,
// 0 if they are not all there.
std::optional<std::uint64_t> program_bytes(const ProgramKind& kind, const ProgramBytes& seen);

}  // namespace nnzip
