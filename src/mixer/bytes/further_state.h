// SPDX-License-Identifier: Apache-2.0
// What contexts beyond the last bytes and words look at: records of a length that is found while
// coding, fields of the line above, brackets, and more of words. MIXING.md, Further.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixer/bytes/class_reader.h"
#include "mixer/bytes/python_reader.h"
#include "mixer/bytes/record_chain.h"
#include "mixer/bytes/stated_rows.h"
#include "mixer/bytes/tagged_fields.h"

namespace nnzip::mixer {

// Of a stream. Bytes that are not there are 0.
class FurtherState {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{128} << 10;  // with what parsers allocate
  static constexpr std::size_t kPairBytes = std::size_t{4} << 16;    // more, with pairs

  // pairs: whether what followed two bytes is wanted, as contexts of the large effort do.
  explicit FurtherState(bool pairs) : pair_(pairs ? 1 << 16 : 0) {}

  // Takes up the stream's newest byte, which is the last one of `known`: the bytes of the stream so
  // far. word: the hash of its letters since the last other byte, as it is with that byte.
  void follow(std::span<const std::uint8_t> known, std::uint32_t word);

  // Text has no byte 0.
  bool is_binary() const { return since_zero < 255; }
  // Of the byte that comes, in four.
  std::uint64_t phase() const { return end_ % 4; }

  // Records: the bytes above, their neighbours, and what two rows make of the byte that comes.
  std::uint64_t length = 0, column = 0;  // of a record; the place in it
  std::uint64_t above = 0, above_two = 0, corner = 0, right = 0, trend = 0;

  RecordChain chain;                // records that state their length
  TaggedFields tags;                // fields that begin with a tag
  StatedRows rows;                  // rows that state their length
  ClassReader classes;              // class files
  PythonReader modules;             // of Python
  std::uint64_t pair_distance = 0;  // of the last two bytes, in powers of two
  std::uint64_t after_pair = 0;     // the four bytes that followed them
  std::uint64_t since_zero = 0;     // bytes since the last 0, at most 255
  std::uint64_t zero_above = 0;     // the byte at that place behind the 0 before

  std::uint64_t kinds = 0;     // of the last bytes, where they change, 3 bits each
  std::uint64_t masked = 0;    // the last eight bytes, digits as 0 and capitals as small letters
  std::uint64_t skeleton = 0;  // hash of the line so far without letters and digits

  std::uint32_t stem = 0, stem_before = 0;  // the first four letters, of the open and the last word
  std::uint32_t suffix = 0;                 // the last three letters of the last word
  std::uint32_t sentence = 0;               // words since its beginning, and the first one

  std::uint64_t field = 0;        // number of the field in its line
  std::uint64_t field_above = 0;  // the byte at the same place of that field in the line above
  std::uint64_t field_value = 0;  // hash of what the field had in the line above
  std::uint64_t field_start = 0;  // the bytes of the field, at most four
  std::uint64_t indent = 0;       // spaces and tabs at the beginning of the line
  std::uint64_t start = 0;        // hash of the first word of the line
  std::uint64_t start_above = 0;

  std::uint64_t depth = 0;                        // brackets that are open, at most 15
  std::uint64_t bracket = 0, bracket_before = 0;  // what is open: hash of it and the word before
  std::uint64_t value = 0;                        // hash of the open field
  std::uint64_t key = 0;                          // the last word before a colon or equals sign

 private:
  static constexpr std::size_t kLongestRecord = 2047;
  static constexpr std::size_t kMostFields = 63;
  static constexpr std::size_t kMostOpen = 15;

  void find_record(std::size_t at, std::uint8_t c);
  void look_above(std::span<const std::uint8_t> known);
  void follow_pairs(std::span<const std::uint8_t> known);
  void follow_zeros(std::span<const std::uint8_t> known);
  void follow_text(std::uint8_t c, std::uint32_t word);
  void follow_fields(std::span<const std::uint8_t> known, std::uint8_t c);
  void follow_brackets(std::uint8_t c);

  std::array<std::uint32_t, 256> last_{};  // [byte]: the position after it, 0: none
  std::array<std::uint32_t, 256> gap_{};
  std::array<std::uint16_t, kLongestRecord + 1> scores_{};
  std::vector<std::uint32_t> pair_;         // [two bytes]: the position after them
  std::size_t zero_ = 0, zero_before_ = 0;  // positions after them
  std::uint32_t word_ = 0, last_word_ = 0;
  std::uint32_t letters_ = 0, last_letters_ = 0;
  std::size_t line_ = 0;
  std::array<std::uint32_t, kMostFields + 1> starts_{}, starts_above_{};
  std::array<std::uint32_t, kMostFields + 1> values_{};  // of the fields that ended
  std::size_t fields_ = 0, fields_above_ = 0;
  bool indenting_ = true;
  struct Open {
    std::uint32_t hash = 0;
    std::uint8_t closer = 0;
  };
  std::array<Open, kMostOpen + 1> open_{};
  std::size_t end_ = 0;
};
static_assert(sizeof(FurtherState) <= FurtherState::kMostBytes);

}  // namespace nnzip::mixer
