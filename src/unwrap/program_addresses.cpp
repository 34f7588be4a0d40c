// SPDX-License-Identifier: Apache-2.0
// Symbols are functions that .eh_frame knows; relocations follow each other.
#include "unwrap/program_addresses.h"

#include <algorithm>
#include <array>

namespace nnzip {
namespace {

// What stands at an address, 0 if that is not known.
std::uint64_t value_at(const ProgramBytes& program, std::span<const LoadedPart> parts,
                       std::uint64_t address) {
  const std::size_t word = program.wide() ? 8 : 4;
  for (const LoadedPart& part : parts) {
    if (address < part.address || address - part.address >= part.bytes) continue;
    const std::uint64_t within = address - part.address;
    if (part.bytes - within < word) return 0;
    return program.address(part.at + static_cast<std::size_t>(within));
  }
  return 0;
}

// What a relocation says, of 8 bytes or 4: its symbol is above its kind.
class Info {
 public:
  explicit Info(bool wide) : shift_(wide ? 32 : 8) {}
  std::uint64_t kind(std::uint64_t info) const { return info & ((std::uint64_t{1} << shift_) - 1); }
  std::uint64_t symbol(std::uint64_t info) const { return info >> shift_; }
  std::uint64_t info(std::uint64_t symbol, std::uint64_t kind) const {
    return symbol << shift_ | kind;
  }

 private:
  int shift_;
};

}  // namespace

std::size_t number_symbols(const ProgramBytes& program, const TableRows& symbols,
                           std::span<const FunctionPlace> functions, bool back) {
  const std::size_t row = program.wide() ? 24 : 16, value_place = program.wide() ? 8 : 4,
                    word = program.wide() ? 8 : 4;
  const std::uint64_t count = functions.size();
  std::size_t numbered = 0;
  for (std::size_t i = 0; i < symbols.count; ++i) {
    const std::size_t at = symbols.at + i * row + value_place;
    const std::uint64_t value = program.address(at), bytes = program.address(at + word);
    const FunctionPlace* function = nullptr;
    if (back) {
      if (value < count) function = &functions[static_cast<std::size_t>(value)];
    } else {
      const auto found = std::ranges::lower_bound(functions, value, {}, &FunctionPlace::begin);
      if (found != functions.end() && found->begin == value) function = &*found;
    }
    if (function == nullptr) {
      program.put_address(at, back ? value - count : value + count);
      continue;
    }
    ++numbered;
    const auto number = static_cast<std::uint64_t>(function - functions.data());
    program.put_address(at, back ? function->begin : number);
    program.put_address(at + word, back ? bytes + function->bytes : bytes - function->bytes);
  }
  return numbered;
}

bool shift_relocations(const ProgramBytes& program, const RelocationRows& table,
                       std::span<const LoadedPart> parts, bool back) {
  constexpr std::size_t kKinds = 256;
  const std::size_t word = program.wide() ? 8 : 4, row = (table.has_addend ? 3 : 2) * word;
  if (table.rows.count > program.size() || !program.has(table.rows.at, table.rows.count * row))
    return false;
  const Info info(program.wide());
  std::array<std::uint64_t, kKinds> next_symbol{};  // of kinds; 0 if the last one had none
  std::uint64_t next_place = 0;
  for (std::size_t i = 0; i < table.rows.count; ++i) {
    const std::size_t at = table.rows.at + i * row;
    const std::uint64_t before = program.address(at), said = program.address(at + word);
    std::uint64_t& expected = next_symbol[said % kKinds];
    const std::uint64_t place = back ? before + next_place : before;
    const std::uint64_t symbol = info.symbol(back ? said + info.info(expected, 0) : said);
    program.put_address(at, back ? place : place - next_place);
    program.put_address(at + word,
                        back ? said + info.info(expected, 0) : said - info.info(expected, 0));
    const std::uint64_t here = program.wide() ? place : static_cast<std::uint32_t>(place);
    if (table.has_addend) {
      const std::uint64_t addend = program.address(at + 2 * word);
      const std::uint64_t value = value_at(program, parts, here);
      program.put_address(at + 2 * word, back ? addend + value : addend - value);
    }
    next_place = here + word;
    const std::uint64_t known = program.wide() ? symbol & 0xFFFFFFFF : symbol & 0xFFFFFF;
    expected = known == 0 || !table.linked ? 0 : known + 1;
  }
  return true;
}

}  // namespace nnzip
