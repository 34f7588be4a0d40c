// SPDX-License-Identifier: Apache-2.0
// Records have a length and say where their common part is and where their function begins, both
// as distances.
#include "unwrap/program_unwind.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace nnzip {
namespace {

// Pointers of 4 bytes with a sign that count from where they stand.
constexpr std::uint8_t kRelative = 0x1B;
constexpr std::uint32_t kMostLog2Unit = 12;

// What a common part (CIE) says of the records that share it.
struct Common {
  bool relative = false;   // their functions' beginnings
  bool has_table = false;  // and they point to a table of the language, likewise
};

// Takes the bytes of a record.
class RecordReader {
 public:
  RecordReader(const ProgramBytes& program, std::size_t at, std::size_t end)
      : program_(program), at_(at), end_(end) {}
  bool good() const { return good_; }
  std::uint8_t byte() {
    if (at_ >= end_) good_ = false;
    return good_ ? program_.u8(at_++) : 0;
  }
  void number() {  // LEB128
    while (good_ && byte() >= 0x80) {
    }
  }
  void skip(std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) byte();
  }

 private:
  const ProgramBytes& program_;
  std::size_t at_, end_;
  bool good_ = true;
};

std::size_t pointer_bytes(std::uint8_t encoding, bool wide) {
  switch (encoding & 15) {
    case 2:
    case 10:
      return 2;
    case 3:
    case 11:
      return 4;
    case 4:
    case 12:
      return 8;
    default:
      return wide ? 8 : 4;
  }
}

Common common_at(const ProgramBytes& program, std::size_t at, std::size_t end) {
  constexpr std::size_t kMostLetters = 8;
  RecordReader in(program, at, end);
  const std::uint8_t version = in.byte();
  std::uint8_t letters[kMostLetters] = {};
  std::size_t count = 0;
  for (std::uint8_t letter = in.byte(); letter != 0 && count < kMostLetters; letter = in.byte())
    letters[count++] = letter;
  if (count == 0 || count == kMostLetters || letters[0] != 'z') return {};
  in.number();
  in.number();
  if (version == 1)
    in.byte();
  else
    in.number();
  in.number();
  Common common;
  for (std::size_t i = 1; i < count; ++i) {
    if (letters[i] == 'R') {
      common.relative = in.byte() == kRelative;
    } else if (letters[i] == 'P') {
      const std::uint8_t encoding = in.byte();
      in.skip(pointer_bytes(encoding, program.wide()));
    } else if (letters[i] == 'L') {
      common.has_table = in.byte() == kRelative;
    } else if (letters[i] != 'S' && letters[i] != 'B') {
      return {};
    }
  }
  return in.good() ? common : Common{};
}

// Walks over the records. In both directions the same is known when a record is reached.
class Walk {
 public:
  Walk(const ProgramBytes& program, const UnwindRecords& records)
      : program_(program), at_(records.at), end_(records.at + records.bytes) {}

  // The next record of a function. Those that it passes are remembered.
  bool next(bool applied) {
    while (step()) {
      const std::uint32_t id = program_.u32(begin_ + 4);
      if (id == 0) {
        commons_[begin_] = common_at(program_, begin_ + 8, at_);
        latest_ = begin_;
        continue;
      }
      const std::size_t place = begin_ + 4;
      const auto expected = static_cast<std::uint32_t>(place - latest_);
      shared_id_ = applied ? id - kSame + expected : id;
      const std::size_t shared = place - shared_id_;
      const auto found = shared_id_ <= place ? commons_.find(shared) : commons_.end();
      common_ = found == commons_.end() ? Common{} : found->second;
      difference_ = shared_id_ - expected + kSame;
      if (found != commons_.end()) latest_ = shared;
      if (at_ - begin_ < kLeast) common_ = {};
      return true;
    }
    return false;
  }

  std::size_t begin() const { return begin_; }
  const Common& common() const { return common_; }
  // What stands in place of the distance of the common part, before and after.
  std::uint32_t shared_id() const { return shared_id_; }
  std::uint32_t difference() const { return difference_; }
  std::size_t function() const { return begin_ + 8; }
  std::uint32_t function_bytes() const { return program_.u32(begin_ + 12); }
  // Where the pointer to the table of the language is; 0 if there is none.
  std::size_t table() const {
    constexpr std::size_t kAt = 17;
    const bool has = common_.relative && common_.has_table && at_ - begin_ >= kAt + 4 &&
                     program_.u8(begin_ + kAt - 1) == 4;
    return has ? begin_ + kAt : 0;
  }

 private:
  static constexpr std::uint32_t kSame = 4;  // written for the common part that is expected
  static constexpr std::size_t kLeast = 16;  // bytes of a record with a function and its length

  bool step() {
    if (end_ - at_ < 8) return false;
    const std::uint32_t length = program_.u32(at_);
    if (length < 4 || length > end_ - at_ - 4) return false;
    begin_ = at_;
    at_ += 4 + std::size_t{length};
    return true;
  }

  const ProgramBytes& program_;
  std::size_t at_, end_;
  std::size_t begin_ = 0;
  std::size_t latest_ = 0;  // the common part of the last record, or a newer one
  std::map<std::size_t, Common> commons_;
  Common common_;
  std::uint32_t shared_id_ = 0, difference_ = 0;
};

// What the records before make one expect.
class Expected {
 public:
  explicit Expected(std::uint32_t log2_unit) : unit_(std::uint64_t{1} << log2_unit) {}
  std::uint32_t function() const { return function_; }
  std::uint32_t table() const { return table_; }
  void follow_function(std::uint32_t begin, std::uint32_t bytes) {
    function_ = static_cast<std::uint32_t>(rounded_up(begin + bytes, unit_));
  }
  void follow_table(std::uint32_t at) { table_ = at; }

 private:
  std::uint64_t unit_;
  std::uint32_t function_ = 0, table_ = 0;
};

bool records_fit(const ProgramBytes& program, const UnwindRecords& records) {
  return program.has(records.at, records.bytes) && program.size() >> 31 == 0;
}

// Functions that begin where the one before makes one expect it.
std::size_t count_expected(const ProgramBytes& program, const UnwindRecords& records,
                           std::uint32_t log2_unit) {
  std::size_t count = 0;
  if (!records_fit(program, records)) return count;
  Expected expected(log2_unit);
  Walk walk(program, records);
  while (walk.next(false)) {
    if (!walk.common().relative) continue;
    const std::size_t at = walk.function();
    const std::uint32_t begin = program.u32(at) + static_cast<std::uint32_t>(at);
    if (begin == expected.function()) ++count;
    expected.follow_function(begin, walk.function_bytes());
  }
  return count;
}

struct IndexRow {
  std::int32_t function;
  std::uint32_t record;
};

constexpr std::size_t kIndexHeader = 12, kIndexRow = 8;

// Nothing if a function does not tell where it begins.
std::optional<std::vector<IndexRow>> index_of(const ProgramBytes& program,
                                              const UnwindRecords& records, std::size_t index) {
  if (!records_fit(program, records) || !program.has(index, kIndexHeader)) return {};
  std::vector<IndexRow> rows;
  Walk walk(program, records);
  while (walk.next(false)) {
    if (!walk.common().relative) return {};
    const auto here = static_cast<std::uint32_t>(walk.function() - index);
    const auto function = static_cast<std::int32_t>(program.u32(walk.function()) + here);
    rows.push_back({function, static_cast<std::uint32_t>(walk.begin() - index)});
  }
  if (!program.has(index + kIndexHeader, rows.size() * kIndexRow)) return {};
  const bool apart = index + kIndexHeader + rows.size() * kIndexRow <= records.at ||
                     index >= records.at + records.bytes;
  if (!apart) return {};
  std::ranges::stable_sort(rows, {}, &IndexRow::function);
  return rows;
}

}  // namespace

bool apply_unwind_records(const ProgramBytes& program, const UnwindRecords& records,
                          std::uint32_t log2_unit) {
  if (!records_fit(program, records) || log2_unit > kMostLog2Unit) return false;
  Expected expected(log2_unit);
  Walk walk(program, records);
  while (walk.next(false)) {
    if (walk.difference() == 0) return false;  // it would be a common part
    program.put32(walk.begin() + 4, walk.difference());
    if (!walk.common().relative) continue;
    const std::size_t at = walk.function();
    const std::uint32_t begin = program.u32(at) + static_cast<std::uint32_t>(at);
    program.put32(at, begin - expected.function());
    expected.follow_function(begin, walk.function_bytes());
    if (const std::size_t place = walk.table(); place != 0) {
      const std::uint32_t table = program.u32(place) + static_cast<std::uint32_t>(place);
      program.put32(place, table - expected.table());
      expected.follow_table(table);
    }
  }
  return true;
}

bool revert_unwind_records(const ProgramBytes& program, const UnwindRecords& records,
                           std::uint32_t log2_unit) {
  if (!records_fit(program, records) || log2_unit > kMostLog2Unit) return false;
  Expected expected(log2_unit);
  Walk walk(program, records);
  while (walk.next(true)) {
    program.put32(walk.begin() + 4, walk.shared_id());
    if (!walk.common().relative) continue;
    const std::size_t at = walk.function();
    const std::uint32_t begin = program.u32(at) + expected.function();
    program.put32(at, begin - static_cast<std::uint32_t>(at));
    expected.follow_function(begin, walk.function_bytes());
    if (const std::size_t place = walk.table(); place != 0) {
      const std::uint32_t table = program.u32(place) + expected.table();
      program.put32(place, table - static_cast<std::uint32_t>(place));
      expected.follow_table(table);
    }
  }
  return true;
}

std::uint32_t best_log2_unit(const ProgramBytes& program, const UnwindRecords& records,
                             std::uint32_t most) {
  std::uint32_t best = 0;
  std::size_t best_found = 0;
  for (std::uint32_t log2_unit = 0; log2_unit <= most; ++log2_unit) {
    const std::size_t found = count_expected(program, records, log2_unit);
    if (found <= best_found) continue;
    best = log2_unit;
    best_found = found;
  }
  return best;
}

bool many_follow(const ProgramBytes& program, const UnwindRecords& records,
                 std::uint32_t log2_unit) {
  constexpr std::size_t kPart = 4;
  return count_expected(program, records, log2_unit) >= count_records(program, records) / kPart;
}

std::vector<FunctionPlace> functions_of(const ProgramBytes& program, const UnwindRecords& records,
                                        std::uint64_t address) {
  std::vector<FunctionPlace> functions;
  if (!records_fit(program, records)) return functions;
  Walk walk(program, records);
  while (walk.next(false)) {
    if (!walk.common().relative) continue;
    const std::size_t at = walk.function();
    const auto distance = static_cast<std::int32_t>(program.u32(at));
    const std::uint64_t begin =
        address + (at - records.at) + static_cast<std::uint64_t>(std::int64_t{distance});
    functions.push_back(
        {program.wide() ? begin : static_cast<std::uint32_t>(begin), walk.function_bytes()});
  }
  std::ranges::stable_sort(functions, {}, &FunctionPlace::begin);
  // Not std::ranges::unique, whose subrange Clang takes from no library before GCC 13's.
  const auto same = [](const FunctionPlace& a, const FunctionPlace& b) {
    return a.begin == b.begin;
  };
  functions.erase(std::unique(functions.begin(), functions.end(), same), functions.end());
  return functions;
}

std::size_t count_records(const ProgramBytes& program, const UnwindRecords& records) {
  std::size_t count = 0;
  if (!records_fit(program, records)) return count;
  Walk walk(program, records);
  while (walk.next(false)) count += walk.common().relative ? 1 : 0;
  return count;
}

bool clear_unwind_index(const ProgramBytes& program, const UnwindRecords& records,
                        std::size_t index) {
  const auto rows = index_of(program, records, index);
  if (!rows) return false;
  std::ranges::fill(program.part(index + 4, kIndexHeader - 4 + rows->size() * kIndexRow),
                    std::uint8_t{0});
  return true;
}

bool make_unwind_index(const ProgramBytes& program, const UnwindRecords& records,
                       std::size_t index) {
  const auto rows = index_of(program, records, index);
  if (!rows) return false;
  program.put32(index + 4, static_cast<std::uint32_t>(records.at - (index + 4)));
  program.put32(index + 8, static_cast<std::uint32_t>(rows->size()));
  std::size_t at = index + kIndexHeader;
  for (const IndexRow& row : *rows) {
    program.put32(at, static_cast<std::uint32_t>(row.function));
    program.put32(at + 4, row.record);
    at += kIndexRow;
  }
  return true;
}

}  // namespace nnzip
