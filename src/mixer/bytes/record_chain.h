// SPDX-License-Identifier: Apache-2.0
// Records that state their length, one behind the other: a kind and a length of 16 bits each, low
// byte first, as spreadsheets (BIFF) have them. MIXING_FIELDS.md, Chains.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace nnzip::mixer {

// Of a stream. Bytes that are not there are 0.
class RecordChain {
 public:
  // Takes up the stream's newest byte, which is the last one of `known`: the bytes of the stream so
  // far.
  void follow(std::span<const std::uint8_t> known);

  // Whether it has many records: a few are found by chance.
  bool is_long() const { return found && records_ >= kMany; }
  // A number of the kind and the place, 0..255.
  std::uint32_t mark() const {
    return ((static_cast<std::uint32_t>(kind) * 0x9E3779B1u >> 24) +
            static_cast<std::uint32_t>(place)) &
           255;
  }
  // A number of the place and of which earlier records agree on the byte there, 0..255.
  std::uint32_t agreement() const {
    const std::uint64_t at = place >= 256 ? place - 244 : place < 11 ? place : 11;
    return static_cast<std::uint32_t>(at * 16 + (cell == before ? 8 : 0) + (cell == alike ? 4 : 0) +
                                      (cell == above ? 2 : 0) + (cell == cell_two ? 1 : 0));
  }

  bool found = false;        // whether the byte that comes stands in a chain; else all are 0
  std::uint64_t kind = 0;    // of the record
  std::uint64_t place = 0;   // in the record, at most 255, or 256 and the place in the next header
  std::uint64_t before = 0;  // the byte at that place of the record before
  std::uint64_t trend = 0;   // what that and the byte of the record before it make of the byte
  std::uint64_t alike = 0;   // the byte at that place of the last record of the same kind
  std::uint64_t cell = 0;    // the same, of the same kind and third and fourth byte
  std::uint64_t cell_two = 0;    // the same, of the one before
  std::uint64_t column = 0;      // the third and fourth byte of the newest record that has them
  std::uint64_t above = 0;       // what follows the last record of that column, of any kind, or,
                                 // behind the fourth byte, its byte; 256: it is shorter
  std::uint64_t above_kind = 0;  // of that record
  std::size_t cell_at = 0, cell_two_at = 0;  // where both cells stand; 0: nowhere

 private:
  static constexpr std::size_t kHeader = 4;
  static constexpr std::uint32_t kMany = 16;
  static constexpr std::size_t kReach = std::size_t{1} << 14;  // more than kLongest
  static constexpr std::uint32_t kKinds = 4096, kLongest = 8224;
  static constexpr std::uint8_t kEnough = 3;  // headers in a row that make a chain

  void begin_record(std::size_t end, std::uint32_t header_kind, std::uint32_t length);
  void find_column(std::span<const std::uint8_t> known);
  void look(std::span<const std::uint8_t> known);

  std::array<std::uint8_t, kReach> headers_{};  // [place]: headers in a row that lead to it
  std::array<std::uint32_t, 256> of_kind_{};    // where the last record of such a kind begins
  struct Cells {
    std::uint32_t last = 0, before = 0;
  };
  std::array<Cells, 1024> of_kind_and_column_{};
  struct Record {
    std::uint32_t begin = 0, end = 0, kind = 0;
  };
  std::array<Record, 1024> of_column_{};
  std::uint32_t records_ = 0;  // of the chain
  // Where records begin, behind their headers; 0: there is none.
  std::size_t begin_ = 0, next_ = 0;  // the open one; where it ends
  std::size_t before_ = 0, before_that_ = 0;
  std::size_t alike_ = 0;
  Cells cells_;
  Record above_;
  std::size_t column_of_ = 0;  // the one that both were found for
};
static_assert(sizeof(RecordChain) <= 3 << 14);

}  // namespace nnzip::mixer
