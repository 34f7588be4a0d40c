// SPDX-License-Identifier: Apache-2.0
// Each step is tried and undone; those that lead back are taken.
#include "unwrap/wrap_program.h"

#include <algorithm>
#include <bit>

#include "unwrap/corrections.h"
#include "unwrap/program_tables.h"

namespace nnzip {
namespace {

constexpr std::uint8_t kNumber = 8;
constexpr std::size_t kMaxProgram = std::size_t{64} << 20;
// What the rows of a plan and further headers cost, with room for doubt.
constexpr std::size_t kWorth = 80;
// The same where other content is cut for it, which then learns less.
constexpr std::size_t kWorthACut = 400;
// Corrections fill whole units, so that what follows them keeps its place in words.
constexpr std::size_t kUnit = 16;
constexpr std::uint32_t kMostLog2Unit = 6;
// Symbols of which fewer than this part are functions stay as they are.
constexpr std::size_t kNumberedPart = 16;
// Bytes that are looked at, a byte of content: headers may lie. Those of sections count for this.
constexpr std::size_t kPatience = 8, kMostSections = 1024;

// Bits of the first byte of the side data, in the order in which they are undone.
enum Step : std::uint8_t {
  kSectionHeaders = 1,
  kRecords = 2,
  kIndex = 4,
  kNames = 8,
  kHashes = 16,
  kFunctions = 32,    // of PE their table; of ELF symbols that are some
  kRelocations = 64,  // of PE their table; of ELF their rows
  kPlainHashes = 128,
};
constexpr std::uint8_t kSteps[] = {kSectionHeaders, kRecords,   kIndex,       kNames,
                                   kHashes,         kFunctions, kRelocations, kPlainHashes};

struct Side {
  std::uint8_t steps = 0;
  std::uint32_t log2_unit = 0;
  std::vector<std::uint64_t> corrections;
};

bool change_functions(const ProgramTables& tables, const ProgramBytes& program, bool back) {
  if (tables.functions) {
    const auto change = back ? revert_function_table : apply_function_table;
    return change(program, tables.functions->at, tables.functions->count);
  }
  if (!tables.records || tables.all_symbols.empty()) return false;
  const auto functions = functions_of(program, *tables.records, tables.record_address);
  std::size_t numbered = 0, all = 0;
  for (const TableRows& symbols : tables.all_symbols) {
    numbered += number_symbols(program, symbols, functions, back);
    all += symbols.count;
  }
  return back || numbered >= all / kNumberedPart;
}

bool shift_all(const ProgramTables& tables, const ProgramBytes& program, bool back) {
  return !tables.rows.empty() && std::ranges::all_of(tables.rows, [&](const RelocationRows& rows) {
    return shift_relocations(program, rows, tables.loaded, back);
  });
}

// Undoes a step. tables: not looked at for section headers.
bool revert(std::uint8_t step, const Side& side, const ProgramTables& tables,
            const ProgramBytes& program) {
  switch (step) {
    case kSectionHeaders: {
      const auto headers = section_headers_of(program);
      return headers && revert_section_headers(program, headers->at, headers->count);
    }
    case kRecords:
      return tables.records && revert_unwind_records(program, *tables.records, side.log2_unit);
    case kIndex:
      return tables.records && tables.index &&
             make_unwind_index(program, *tables.records, *tables.index);
    case kNames:
      return tables.symbols && rank_names(program, *tables.symbols, true);
    case kHashes:
      return tables.symbols && make_gnu_hash(program, *tables.symbols);
    case kFunctions:
      return change_functions(tables, program, true);
    case kPlainHashes:
      return tables.plainly_hashed && shift_hash(program, *tables.plainly_hashed, true);
    default:
      return tables.relocations ? make_relocations(program, *tables.relocations, side.corrections)
                                : shift_all(tables, program, true);
  }
}

// Does a step; fills in what is to be known of it.
bool apply(std::uint8_t step, Side& side, const ProgramTables& tables,
           const ProgramBytes& program) {
  switch (step) {
    case kSectionHeaders: {
      const auto headers = section_headers_of(program);
      return headers && apply_section_headers(program, headers->at, headers->count);
    }
    case kRecords:
      if (!tables.records) return false;
      side.log2_unit = best_log2_unit(program, *tables.records, kMostLog2Unit);
      if (!many_follow(program, *tables.records, side.log2_unit)) return false;
      return apply_unwind_records(program, *tables.records, side.log2_unit);
    case kIndex:
      return tables.records && tables.index &&
             clear_unwind_index(program, *tables.records, *tables.index);
    case kNames:
      return tables.symbols && rank_names(program, *tables.symbols, false);
    case kHashes:
      return tables.symbols && clear_gnu_hash(program, *tables.symbols);
    case kFunctions:
      return change_functions(tables, program, false);
    case kPlainHashes:
      return tables.plainly_hashed && shift_hash(program, *tables.plainly_hashed, false);
    default: {
      if (!tables.relocations) return shift_all(tables, program, false);
      auto corrections = clear_relocations(program, *tables.relocations);
      if (!corrections) return false;
      side.corrections = std::move(*corrections);
      return true;
    }
  }
}

bool records_follow(const ProgramBytes& program, const UnwindRecords& records) {
  return many_follow(program, records, best_log2_unit(program, records, kMostLog2Unit));
}

// Rows that begin where the one before ends or behind it.
std::size_t ascending_rows(const ProgramBytes& program, const TableRows& functions) {
  constexpr std::size_t kRow = 12;
  std::size_t rows = 0;
  std::uint32_t end = 1;
  for (std::size_t i = 0; i < functions.count; ++i) {
    const std::size_t at = functions.at + i * kRow;
    if (program.u32(at) >= end) ++rows;
    end = program.u32(at + 4);
  }
  return rows;
}

// Of relocations; nothing of tables that are not in the order of their places.
std::size_t rows_in_order(const ProgramBytes& program, const RelocationRows& table) {
  const std::size_t row = (table.has_addend ? 3U : 2U) * (program.wide() ? 8U : 4U);
  std::size_t ascending = 0;
  for (std::size_t i = 1; i < table.rows.count; ++i) {
    const std::size_t at = table.rows.at + i * row;
    ascending += program.address(at) > program.address(at - row) ? 1 : 0;
  }
  return ascending >= table.rows.count - table.rows.count / 8 ? ascending : 0;
}

// What opening is worth, about, in bytes of the coded file; little for what is opened already.
// alone: nothing else stands in the content.
std::size_t worth_of(const ProgramKind& kind, const ProgramTables& tables,
                     const ProgramBytes& program, bool alone) {
  std::size_t worth = 0;
  if (tables.symbols && has_gnu_hash(program, *tables.symbols)) worth += tables.symbols->count * 5;
  if (tables.records && records_follow(program, *tables.records))
    worth += count_records(program, *tables.records) * (tables.index ? 3 : 2);
  if (tables.plainly_hashed && has_hash(program, *tables.plainly_hashed))
    worth += tables.plainly_hashed->count;
  if (tables.functions) worth += ascending_rows(program, *tables.functions) / 2;
  if (tables.relocations && program.u32(tables.relocations->at + 4) != 0)
    worth += tables.relocations->bytes / 4;
  // Those of object files alone are worth little.
  for (const RelocationRows& rows : tables.rows)
    if (rows.linked || alone) worth += rows_in_order(program, rows) / 4;
  if (worth == 0) return 0;
  const auto headers = kind.elf ? section_headers_of(program) : std::nullopt;
  return worth + (headers ? 2 * headers->count : 0);
}

struct OpenedProgram {
  Bytes program;
  Side side;
};

OpenedProgram open_program(const ProgramKind& kind, std::span<const std::uint8_t> stretch) {
  OpenedProgram opened{Bytes(stretch.begin(), stretch.end()), {}};
  const ProgramTables tables = tables_of(kind, kind.bytes(opened.program));
  Bytes changed = opened.program, undone;
  for (std::size_t i = std::size(kSteps); i-- > 0;) {
    changed = opened.program;
    Side side = opened.side;
    if (!apply(kSteps[i], side, tables, kind.bytes(changed))) continue;
    undone = changed;
    if (!revert(kSteps[i], side, tables, kind.bytes(undone)) || undone != opened.program) continue;
    side.steps |= kSteps[i];
    opened.side = std::move(side);
    std::swap(opened.program, changed);
  }
  return opened;
}

Bytes written(const std::vector<std::uint64_t>& corrections) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.varint(corrections.size());
  for (const std::uint64_t correction : corrections) out.varint(correction);
  while (bytes.size() % kUnit != 0) out.u8(0);
  return bytes;
}

std::optional<std::vector<std::uint64_t>> read_corrections(std::span<const std::uint8_t> part) {
  std::size_t at = 0;
  const auto count = take_varint(part, at);
  if (!count || *count > part.size()) return {};
  std::vector<std::uint64_t> corrections(static_cast<std::size_t>(*count));
  for (std::uint64_t& correction : corrections) {
    const auto value = take_varint(part, at);
    if (!value) return {};
    correction = *value;
  }
  const auto rest = part.subspan(at);
  if (rest.size() >= kUnit || std::ranges::any_of(rest, [](std::uint8_t b) { return b != 0; }))
    return {};
  return corrections;
}

// Trailing zeros may be more: they put what follows at a multiple of something.
std::optional<Side> read_side(std::span<const std::uint8_t> side) {
  if (side.size() < 2 || side[1] > kMostLog2Unit) return {};
  if (std::ranges::any_of(side.subspan(2), [](std::uint8_t b) { return b != 0; })) return {};
  return Side{side[0], side[1], {}};
}

ProgramBytes seen_bytes(const ProgramKind& kind, std::span<const std::uint8_t> content) {
  // Nothing is written.
  return kind.bytes({const_cast<std::uint8_t*>(content.data()), content.size()});
}

bool may_begin(std::span<const std::uint8_t> content, std::size_t at) {
  return (content[at] == 0x7F && content[at + 1] == 'E') ||
         (content[at] == 'M' && content[at + 1] == 'Z');
}

std::vector<FoundWrapped> find(std::span<const std::uint8_t> content, std::size_t max_opened) {
  std::vector<FoundWrapped> found;
  const std::size_t most = std::min(max_opened, kMaxProgram);
  std::size_t patience = kPatience * content.size() + (std::size_t{1} << 20);
  for (std::size_t at = 0; at + 1 < content.size() && patience != 0; ++at) {
    if (!may_begin(content, at)) continue;
    const auto rest = content.subspan(at);
    const auto kind = program_kind(rest);
    if (kind) patience -= std::min(patience, kMostSections);
    const auto bytes = kind ? program_bytes(*kind, seen_bytes(*kind, rest)) : std::nullopt;
    if (!bytes || *bytes > most) continue;
    if (*bytes == 0 || *bytes > rest.size()) {
      if (rest.size() < kUnfinished || rest.size() >= most) continue;
      found.push_back({at, rest.size(), rest.size(), at, false});
      break;
    }
    const auto stretch = rest.first(static_cast<std::size_t>(*bytes));
    const ProgramBytes program = seen_bytes(*kind, stretch);
    patience -= std::min(patience, stretch.size());
    const bool alone = at == 0 && stretch.size() == content.size();
    const std::size_t worth = worth_of(*kind, tables_of(*kind, program), program, alone);
    if (worth < (alone ? kWorth : kWorthACut)) continue;
    // Corrections are few, or it does not open.
    found.push_back({at, stretch.size(), stretch.size() + stretch.size() / 16 + kUnit, at, true});
    at += stretch.size() - 1;
  }
  return found;
}

std::optional<Opened> open(std::span<const std::uint8_t> content, const FoundWrapped& found,
                           std::size_t max_opened) {
  if (!found.whole) return {};
  const auto stretch = content.subspan(found.offset, found.bytes);
  const auto kind = program_kind(stretch);
  if (!kind) return {};
  OpenedProgram program = open_program(*kind, stretch);
  if (program.side.steps == 0) return {};
  Opened opened{found.bytes, {}, {program.side.steps, std::uint8_t(program.side.log2_unit)}};
  opened.parts.push_back({std::move(program.program), {}});
  if (!kind->elf && (program.side.steps & kRelocations) != 0)
    opened.parts.push_back({written(program.side.corrections), {}});
  std::size_t bytes = 0;
  for (const OpenedPart& part : opened.parts) bytes += part.content.size();
  if (bytes > max_opened) return {};
  return opened;
}

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out) {
  auto known = read_side(side);
  if (!known || parts.empty() || parts[0].size() > max_bytes) return false;
  const auto kind = program_kind(parts[0]);
  const bool corrected = kind && !kind->elf && (known->steps & kRelocations) != 0;
  if (!kind || parts.size() != (corrected ? 2 : 1)) return false;
  if (corrected) {
    auto corrections = read_corrections(parts[1]);
    if (!corrections) return false;
    known->corrections = std::move(*corrections);
  }
  Bytes copy(parts[0].begin(), parts[0].end());
  const ProgramBytes program = kind->bytes(copy);
  ProgramTables tables;
  for (const std::uint8_t step : kSteps) {
    if (step == kRecords) tables = tables_of(*kind, program);
    if ((known->steps & step) != 0 && !revert(step, *known, tables, program)) return false;
  }
  out.insert(out.end(), copy.begin(), copy.end());
  return true;
}

}  // namespace

const Wrapper kProgramWrapper{kNumber, "program", find, open, close};

}  // namespace nnzip
