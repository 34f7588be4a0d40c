// SPDX-License-Identifier: Apache-2.0
// Headers of ELF (System V ABI, chapter 4) and of PE.
#include "unwrap/program_tables.h"

#include <algorithm>
#include <string_view>

namespace nnzip {
namespace {

constexpr std::size_t kElfHeader = 64;  // the wider one
constexpr std::uint32_t kSymbols = 2, kAddends = 4, kHashTable = 5, kNoBytes = 8, kNoAddends = 9,
                        kDynamicSymbols = 11, kGnuHashTable = 0x6FFFFFF6;
constexpr std::uint64_t kLoaded = 2;  // of flags
constexpr std::size_t kMostLoaded = 64, kMostSections = 8192;

struct Section {
  std::uint32_t name = 0, type = 0, link = 0;
  std::uint64_t flags = 0, address = 0, at = 0, bytes = 0;
};

std::size_t section_header_bytes(const ProgramBytes& program) { return program.wide() ? 64 : 40; }

// Precondition: the header is there.
Section section_at(const ProgramBytes& program, std::size_t at) {
  const std::size_t word = program.wide() ? 8 : 4, offset = at + 8 + 2 * word;
  return {program.u32(at),
          program.u32(at + 4),
          program.u32(offset + 2 * word),
          program.address(at + 8),
          program.address(at + 8 + word),
          program.address(offset),
          program.address(offset + word)};
}

class Sections {
 public:
  explicit Sections(const ProgramBytes& program) : program_(program) {
    const auto headers = section_headers_of(program);
    if (!headers || !program.has(headers->at, headers->count * section_header_bytes(program)))
      return;
    headers_ = *headers;
    names_ = get(program.u16(program.wide() ? 62 : 50)).value_or(Section{});
  }

  // Within the program.
  std::optional<Section> get(std::size_t number) const {
    if (number >= headers_.count) return {};
    const Section section =
        section_at(program_, headers_.at + number * section_header_bytes(program_));
    if (section.type == kNoBytes || !program_.has(section.at, section.bytes)) return {};
    return section;
  }

  template <typename Call>
  void each(const Call& call) const {
    for (std::size_t i = 0; i < headers_.count; ++i) {
      if (const auto section = get(i)) call(*section);
    }
  }

  template <typename Is>
  std::optional<Section> first(const Is& is) const {
    for (std::size_t i = 0; i < headers_.count; ++i) {
      const auto section = get(i);
      if (section && is(*section)) return section;
    }
    return {};
  }

  std::optional<Section> named(std::string_view name) const {
    return first([&](const Section& section) {
      const std::uint64_t at = names_.at + section.name;
      if (section.name >= names_.bytes || !program_.has(at, name.size() + 1)) return false;
      for (std::size_t i = 0; i < name.size(); ++i) {
        if (program_.u8(static_cast<std::size_t>(at) + i) != static_cast<std::uint8_t>(name[i]))
          return false;
      }
      return program_.u8(static_cast<std::size_t>(at) + name.size()) == 0;
    });
  }

 private:
  const ProgramBytes& program_;
  TableRows headers_;
  Section names_;
};

std::optional<DynamicSymbols> symbols_of(const ProgramBytes& program, const Sections& sections,
                                         std::uint32_t table) {
  const auto hashes = sections.first([&](const Section& section) { return section.type == table; });
  const auto symbols = hashes ? sections.get(hashes->link) : std::nullopt;
  const auto names = symbols ? sections.get(symbols->link) : std::nullopt;
  if (!names) return {};
  return DynamicSymbols{static_cast<std::size_t>(hashes->at), static_cast<std::size_t>(symbols->at),
                        static_cast<std::size_t>(symbols->bytes) / (program.wide() ? 24 : 16),
                        static_cast<std::size_t>(names->at),
                        static_cast<std::size_t>(names->bytes)};
}

// A version and how its numbers are written: with 4 bytes and a sign, the rows from its beginning.
bool is_index(const ProgramBytes& program, const Section& section) {
  return section.bytes >= 12 && program.number(static_cast<std::size_t>(section.at), 1) == 1 &&
         program.u8(static_cast<std::size_t>(section.at) + 1) == 0x1B &&
         program.u8(static_cast<std::size_t>(section.at) + 2) == 3 &&
         program.u8(static_cast<std::size_t>(section.at) + 3) == 0x3B;
}

ProgramTables elf_tables(const ProgramBytes& program) {
  const Sections sections(program);
  ProgramTables tables;
  tables.symbols = symbols_of(program, sections, kGnuHashTable);
  tables.plainly_hashed = symbols_of(program, sections, kHashTable);
  if (const auto records = sections.named(".eh_frame")) {
    tables.records = UnwindRecords{static_cast<std::size_t>(records->at),
                                   static_cast<std::size_t>(records->bytes)};
    tables.record_address = records->address;
    const auto index = sections.named(".eh_frame_hdr");
    if (index && is_index(program, *index)) tables.index = static_cast<std::size_t>(index->at);
  }
  const std::size_t word = program.wide() ? 8 : 4;
  constexpr std::uint16_t kObjectFile = 1;
  const bool linked = program.size() >= kElfHeader && program.u16(16) != kObjectFile;
  std::uint64_t left = program.size();  // sections that overlap would take any time
  sections.each([&](const Section& section) {
    if (section.bytes > left) return;
    left -= section.bytes;
    const auto at = static_cast<std::size_t>(section.at),
               bytes = static_cast<std::size_t>(section.bytes);
    if (section.type == kSymbols || section.type == kDynamicSymbols) {
      tables.all_symbols.push_back({at, bytes / (program.wide() ? 24 : 16)});
    } else if (section.type == kAddends) {
      tables.rows.push_back({{at, bytes / (3 * word)}, true, linked});
    } else if (section.type == kNoAddends) {
      tables.rows.push_back({{at, bytes / (2 * word)}, false, linked});
    } else if ((section.flags & kLoaded) != 0 && section.address != 0 &&
               tables.loaded.size() < kMostLoaded) {
      tables.loaded.push_back({section.address, section.bytes, at});
    }
  });
  return tables;
}

ProgramTables pe_tables(const ProgramBytes& program) {
  constexpr std::uint16_t kX64 = 0x8664;
  constexpr std::uint32_t kRow = 12;
  ProgramTables tables;
  const auto image = pe_image(program);
  if (!image) return tables;
  const auto relocations = image->place_of(image->relocations, image->relocation_bytes);
  if (relocations && image->relocation_bytes >= 8)
    tables.relocations = RelocationTable{*relocations, image->relocation_bytes};
  const auto functions = image->place_of(image->functions, image->function_bytes);
  if (functions && image->machine == kX64)
    tables.functions = TableRows{*functions, image->function_bytes / kRow};
  return tables;
}

std::optional<std::uint64_t> elf_bytes(const ProgramBytes& seen) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  const auto headers = section_headers_of(seen);
  if (!headers) return {};
  const std::size_t each = section_header_bytes(seen);
  if (headers->at > kMost) return {};
  if (!seen.has(headers->at, headers->count * each)) return 0;
  std::uint64_t end = headers->at + headers->count * each;
  for (std::size_t i = 0; i < headers->count; ++i) {
    const Section section = section_at(seen, headers->at + i * each);
    if (section.type == kNoBytes) continue;
    if (section.at > kMost || section.bytes > kMost) return {};
    end = std::max(end, section.at + section.bytes);
  }
  return end;
}

}  // namespace

std::optional<ProgramKind> program_kind(std::span<const std::uint8_t> beginning) {
  if (beginning.size() < kElfHeader) return {};
  const auto at = [&](std::size_t i) { return beginning[i]; };
  if (at(0) == 0x7F && at(1) == 'E' && at(2) == 'L' && at(3) == 'F') {
    if (at(4) < 1 || at(4) > 2 || at(5) < 1 || at(5) > 2) return {};
    return ProgramKind{true, at(5) == 2, at(4) == 2};
  }
  if (at(0) != 'M' || at(1) != 'Z') return {};
  // Nothing is written.
  const ProgramBytes bytes({const_cast<std::uint8_t*>(beginning.data()), beginning.size()}, false,
                           false);
  return ProgramKind{false, false, is_wide_pe(bytes)};
}

std::optional<TableRows> section_headers_of(const ProgramBytes& program) {
  const bool wide = program.wide();
  if (!program.has(0, kElfHeader)) return {};
  const std::uint64_t at = program.address(wide ? 40 : 32);
  const std::size_t bytes = program.u16(wide ? 58 : 46), count = program.u16(wide ? 60 : 48);
  if (at == 0 || count == 0 || count > kMostSections || bytes != section_header_bytes(program))
    return {};
  return TableRows{static_cast<std::size_t>(at), count};
}

ProgramTables tables_of(const ProgramKind& kind, const ProgramBytes& program) {
  return kind.elf ? elf_tables(program) : pe_tables(program);
}

std::optional<std::uint64_t> program_bytes(const ProgramKind& kind, const ProgramBytes& seen) {
  if (kind.elf) return elf_bytes(seen);
  const auto image = pe_image(seen);
  if (!image) return {};
  return image->end;
}

}  // namespace nnzip
