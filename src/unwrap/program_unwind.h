// SPDX-License-Identifier: Apache-2.0
// Steps of PROGRAM.md on what unwinds stacks: .eh_frame and .eh_frame_hdr of ELF, .pdata of PE. All
// return false if the places cannot be.
#pragma once

#include <vector>

#include "unwrap/program_bytes.h"

namespace nnzip {

struct UnwindRecords {
  std::size_t at = 0, bytes = 0;
};

// log2_unit: functions are expected to begin at multiples of it; at most 12.
bool apply_unwind_records(const ProgramBytes& program, const UnwindRecords& records,
                          std::uint32_t log2_unit);
bool revert_unwind_records(const ProgramBytes& program, const UnwindRecords& records,
                           std::uint32_t log2_unit);

// index: where .eh_frame_hdr is. The records are as they were.
bool clear_unwind_index(const ProgramBytes& program, const UnwindRecords& records,
                        std::size_t index);
bool make_unwind_index(const ProgramBytes& program, const UnwindRecords& records,
                       std::size_t index);

// Of 0 to most, the unit with which most functions begin where they are expected.
std::uint32_t best_log2_unit(const ProgramBytes& program, const UnwindRecords& records,
                             std::uint32_t most);
// Whether a fourth of the functions at least do so; not in object files, whose distances are 0.
bool many_follow(const ProgramBytes& program, const UnwindRecords& records,
                 std::uint32_t log2_unit);
// Functions of the records, in the order of their addresses, each once. address: of the records.
struct FunctionPlace {
  std::uint64_t begin = 0;
  std::uint32_t bytes = 0;
};
std::vector<FunctionPlace> functions_of(const ProgramBytes& program, const UnwindRecords& records,
                                        std::uint64_t address);
// Records of functions that tell where these begin.
std::size_t count_records(const ProgramBytes& program, const UnwindRecords& records);

}  // namespace nnzip
