// SPDX-License-Identifier: Apache-2.0
// Steps of PROGRAM.md on the dynamic symbols of ELF. All return false if the places cannot be.
#pragma once

#include "unwrap/program_bytes.h"

namespace nnzip {

struct DynamicSymbols {
  std::size_t table = 0;  // of hashes
  std::size_t at = 0, count = 0;
  std::size_t names = 0, name_bytes = 0;
};

// Whether it is there and not cleared.
bool has_gnu_hash(const ProgramBytes& program, const DynamicSymbols& symbols);
bool clear_gnu_hash(const ProgramBytes& program, const DynamicSymbols& symbols);
bool make_gnu_hash(const ProgramBytes& program, const DynamicSymbols& symbols);

// The table of System V, whose place is symbols.table: entries become differences from what they
// are if each symbol is put in front of those of its bucket, and back. To them only if most are so.
bool shift_hash(const ProgramBytes& program, const DynamicSymbols& symbols, bool back);
// Whether most are so.
bool has_hash(const ProgramBytes& program, const DynamicSymbols& symbols);

// Places of names become steps in the order that is expected, and back.
bool rank_names(const ProgramBytes& program, const DynamicSymbols& symbols, bool back);

}  // namespace nnzip
