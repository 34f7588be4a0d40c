// SPDX-License-Identifier: Apache-2.0
// Dynamic symbols of ELF and the table of hashes over their names.
#include "unwrap/program_symbols.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <set>
#include <vector>

namespace nnzip {
namespace {

// Names written so, which are found in the order expected, or some further; others are far places.
constexpr std::uint32_t kFurther = 1024;
// Bytes of names that are looked at, a byte of the program: names may share their ends.
constexpr std::size_t kMostLooked = 8;
constexpr std::size_t kPlainHeader = 8;  // of System V's table: buckets, and symbols

std::size_t symbol_bytes(const ProgramBytes& program) { return program.wide() ? 24 : 16; }

class Names {
 public:
  Names(const ProgramBytes& program, std::size_t at)
      : program_(program), at_(at), left_(kMostLooked * program.size()) {}

  // Of GNU's table; nothing if it does not end, or too many are looked at.
  std::optional<std::uint32_t> hash(std::uint32_t name) {
    return hash(name, 5381, [](std::uint32_t h, std::uint8_t byte) { return h * 33 + byte; });
  }
  // Of System V's.
  std::optional<std::uint32_t> plain_hash(std::uint32_t name) {
    return hash(name, 0, [](std::uint32_t h, std::uint8_t byte) {
      h = (h << 4) + byte;
      const std::uint32_t high = h & 0xF0000000;
      return (h ^ high >> 24) & ~high;
    });
  }

 private:
  template <typename Step>
  std::optional<std::uint32_t> hash(std::uint32_t name, std::uint32_t h, const Step& step) {
    for (std::size_t at = at_ + name; program_.has(at, 1); ++at) {
      const std::uint8_t byte = program_.u8(at);
      if (byte == 0) return h;
      if (left_-- == 0) break;
      h = step(h, byte);
    }
    return {};
  }

  const ProgramBytes& program_;
  std::size_t at_, left_;
};

// The table's header, and where its parts are.
struct HashTable {
  std::uint32_t buckets, first, words, shift;
  std::size_t bloom, bucket, chain, end;
};

std::optional<HashTable> table_of(const ProgramBytes& program, std::uint64_t at,
                                  std::uint64_t symbols) {
  constexpr std::size_t kHeader = 16;
  if (!program.has(at, kHeader)) return {};
  const auto begin = static_cast<std::size_t>(at);
  HashTable table{};
  table.buckets = program.u32(begin);
  table.first = program.u32(begin + 4);
  table.words = program.u32(begin + 8);
  table.shift = program.u32(begin + 12);
  if (table.buckets == 0 || table.first > symbols || !std::has_single_bit(table.words) ||
      table.shift > 31)
    return {};
  const std::uint64_t bloom = std::uint64_t{table.words} * (program.wide() ? 8 : 4);
  const std::uint64_t all = bloom + 4 * (std::uint64_t{table.buckets} + symbols - table.first);
  if (!program.has(begin + kHeader, all)) return {};
  table.bloom = begin + kHeader;
  table.bucket = table.bloom + static_cast<std::size_t>(bloom);
  table.chain = table.bucket + std::size_t{4} * table.buckets;
  table.end = begin + kHeader + static_cast<std::size_t>(all);
  return table;
}

bool symbols_fit(const ProgramBytes& program, const DynamicSymbols& symbols) {
  return symbols.count <= program.size() &&
         program.has(symbols.at, symbols.count * symbol_bytes(program)) &&
         program.has(symbols.names, 0);
}

// Names in the order that GNU's linkers give symbols: by bucket, then by place. Those of the
// symbols before the table's first are left out.
std::optional<std::vector<std::uint32_t>> ordered_names(const ProgramBytes& program,
                                                        const DynamicSymbols& symbols,
                                                        const HashTable& table) {
  if (!program.has(symbols.names, symbols.name_bytes) || symbols.name_bytes >> 31 != 0) return {};
  std::set<std::uint32_t> others;
  for (std::size_t i = 0; i < table.first; ++i)
    others.insert(program.u32(symbols.at + i * symbol_bytes(program)));
  struct Name {
    std::uint32_t bucket, at;
    auto operator<=>(const Name&) const = default;
  };
  std::vector<Name> names;
  Names all(program, symbols.names);
  for (std::size_t at = 1; at < symbols.name_bytes; ++at) {
    if (program.u8(symbols.names + at - 1) != 0 || program.u8(symbols.names + at) == 0) continue;
    const auto name = static_cast<std::uint32_t>(at);
    if (others.contains(name)) continue;
    const auto hash = all.hash(name);
    if (!hash) return {};
    names.push_back({*hash % table.buckets, name});
  }
  std::ranges::sort(names);
  std::vector<std::uint32_t> places;
  for (const Name& name : names) places.push_back(name.at);
  return places;
}

// Buckets and then chains; empty if the places cannot be.
std::vector<std::uint32_t> expected_entries(const ProgramBytes& program,
                                            const DynamicSymbols& symbols) {
  if (!symbols_fit(program, symbols) || !program.has(symbols.table, kPlainHeader)) return {};
  const std::uint32_t buckets = program.u32(symbols.table);
  if (buckets == 0 || program.u32(symbols.table + 4) != symbols.count) return {};
  const std::uint64_t entries = std::uint64_t{buckets} + symbols.count;
  if (!program.has(symbols.table + kPlainHeader, 4 * entries)) return {};
  std::vector<std::uint32_t> expected(static_cast<std::size_t>(entries));
  Names names(program, symbols.names);
  for (std::size_t i = 1; i < symbols.count; ++i) {
    const auto hash = names.plain_hash(program.u32(symbols.at + i * symbol_bytes(program)));
    if (!hash) return {};
    std::uint32_t& bucket = expected[*hash % buckets];
    expected[buckets + i] = bucket;
    bucket = static_cast<std::uint32_t>(i);
  }
  return expected;
}

bool most_are(const ProgramBytes& program, const DynamicSymbols& symbols,
              const std::vector<std::uint32_t>& expected) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    right += program.u32(symbols.table + kPlainHeader + 4 * i) == expected[i] ? 1 : 0;
  return right > expected.size() / 2;
}

}  // namespace

bool shift_hash(const ProgramBytes& program, const DynamicSymbols& symbols, bool back) {
  const auto expected = expected_entries(program, symbols);
  if (expected.empty() || (!back && !most_are(program, symbols, expected))) return false;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::size_t at = symbols.table + kPlainHeader + 4 * i;
    program.put32(at, back ? program.u32(at) + expected[i] : program.u32(at) - expected[i]);
  }
  return true;
}

bool has_hash(const ProgramBytes& program, const DynamicSymbols& symbols) {
  const auto expected = expected_entries(program, symbols);
  return !expected.empty() && most_are(program, symbols, expected);
}

// The last chain has an end.
bool has_gnu_hash(const ProgramBytes& program, const DynamicSymbols& symbols) {
  const auto table = table_of(program, symbols.table, symbols.count);
  return table && table->chain != table->end && (program.u32(table->end - 4) & 1) != 0;
}

bool clear_gnu_hash(const ProgramBytes& program, const DynamicSymbols& symbols) {
  const auto table = table_of(program, symbols.table, symbols.count);
  if (!table || !symbols_fit(program, symbols)) return false;
  std::ranges::fill(program.part(table->bloom, table->end - table->bloom), std::uint8_t{0});
  return true;
}

bool make_gnu_hash(const ProgramBytes& program, const DynamicSymbols& symbols) {
  const auto table = table_of(program, symbols.table, symbols.count);
  if (!table || !clear_gnu_hash(program, symbols)) return false;
  const std::uint32_t bits = program.wide() ? 64 : 32;
  Names names(program, symbols.names);
  std::optional<std::uint32_t> before;  // the bucket of the last one
  for (std::size_t i = table->first; i < symbols.count; ++i) {
    const auto hash = names.hash(program.u32(symbols.at + i * symbol_bytes(program)));
    if (!hash) return false;
    const std::size_t word = table->bloom + (*hash / bits & (table->words - 1)) * (bits / 8);
    program.put_address(word, program.address(word) | std::uint64_t{1} << *hash % bits |
                                  std::uint64_t{1} << (*hash >> table->shift) % bits);
    const std::uint32_t bucket = *hash % table->buckets;
    const std::size_t at = table->chain + 4 * (i - table->first);
    if (bucket != before) {
      program.put32(table->bucket + std::size_t{4} * bucket, static_cast<std::uint32_t>(i));
      if (before) program.put32(at - 4, program.u32(at - 4) | 1);
    }
    program.put32(at, *hash & ~1U);
    before = bucket;
  }
  if (before) program.put32(table->end - 4, program.u32(table->end - 4) | 1);
  return true;
}

bool rank_names(const ProgramBytes& program, const DynamicSymbols& symbols, bool back) {
  const auto table = table_of(program, symbols.table, symbols.count);
  if (!table || !symbols_fit(program, symbols)) return false;
  const auto names = ordered_names(program, symbols, *table);
  if (!names) return false;
  std::size_t next = 0;  // of the names, the one that is expected
  for (std::size_t i = table->first; i < symbols.count; ++i) {
    const std::size_t at = symbols.at + i * symbol_bytes(program);
    const std::uint32_t value = program.u32(at);
    if (back) {
      const std::size_t place = next + value;
      if (value >= kFurther) {
        program.put32(at, value - kFurther);
      } else if (place >= names->size()) {
        return false;
      } else {
        program.put32(at, (*names)[place]);
        next = place + 1;
      }
      continue;
    }
    const std::size_t most = std::min<std::size_t>(names->size() - next, kFurther);
    const auto from = names->begin() + static_cast<std::ptrdiff_t>(next);
    const auto found = std::find(from, from + static_cast<std::ptrdiff_t>(most), value);
    const auto further = static_cast<std::size_t>(found - from);
    if (further < most) next += further + 1;
    program.put32(at, further < most ? static_cast<std::uint32_t>(further) : value + kFurther);
  }
  return true;
}

}  // namespace nnzip
