// SPDX-License-Identifier: Apache-2.0
// Rows that state their length behind a type, as tables of MyISAM have them: 1 and a length, or 3,
// a length and that of the padding behind the row. Lengths have 16 bits, the high byte first.
// MIXING_FIELDS.md, Stated rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace nnzip::mixer {

// Of a stream. Bytes that are not there are 0.
class StatedRows {
 public:
  // Takes up the stream's newest byte, which is the last one of `known`: the bytes of the stream so
  // far.
  void follow(std::span<const std::uint8_t> known);

  // A number of the place, 0..255.
  std::uint32_t mark() const { return place & 255; }

  bool found = false;            // whether the byte that comes stands in such rows; else all are 0
  std::uint32_t place = 0;       // in the row, at most 511, or kHeader and that in the header
  std::uint32_t left = 0;        // bytes of the row that are still to come, at most 255
  std::uint32_t before = 0;      // the byte at that place of the row before
  std::uint32_t before_two = 0;  // the same, of the row before that
  std::size_t before_at = 0, before_two_at = 0;  // where both stand; 0: nowhere

 private:
  static constexpr std::size_t kReach = std::size_t{1} << 14;  // more than kLongest and a padding
  static constexpr std::size_t kShortest = 8, kLongest = 8192;
  static constexpr std::size_t kHeader = 1020;
  static constexpr std::uint8_t kEnough = 6;  // headers in a row that lead to one

  // The header that has just ended, if one may have.
  struct Header {
    std::size_t bytes = 0;  // 0: there is none
    std::size_t row = 0;    // bytes that follow it
  };

  static Header header_of(std::span<const std::uint8_t> known);
  std::uint8_t& led(std::size_t position) { return led_[position % kReach]; }
  void begin_row(std::size_t end, const Header& header);
  void look(std::span<const std::uint8_t> known);

  std::array<std::uint8_t, kReach> led_{};  // [place]: headers in a row that lead to it
  std::array<std::uint8_t, 4> led_here_{};  // the same, of the last places, by place % 4
  // Where rows begin, behind their headers; 0: there is none.
  std::size_t begin_ = 0, before_ = 0, before_two_ = 0;
  std::size_t header_ = 0;  // where that of the open row begins
  std::size_t end_ = 0;     // of the open row
};
static_assert(sizeof(StatedRows) <= 5 << 12);

}  // namespace nnzip::mixer
