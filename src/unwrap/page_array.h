// SPDX-License-Identifier: Apache-2.0
// The operands of TJ, as pages of PDF have them: strings of character codes with numbers between,
// [(W)83(e)-333(see)]TJ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace nnzip {

// How a program writes arrays.
struct PageStyle {
  // Which codes have three octal digits: up to 32 and from 127 on, brackets and backslashes; below
  // 32 and from 127 on; below 32 and 127. Other brackets and backslashes have a backslash.
  enum class Octal : std::uint8_t { kMost, kSome, kFew };
  Octal octal = Octal::kMost;
  bool spaced = false;      // a space between strings and numbers
  bool spaced_end = false;  // and one before TJ
};

// A code, or a number between codes.
struct PageItem {
  std::uint8_t code = 0;
  std::span<const std::uint8_t> number;  // empty: a code
};

// Where what looks like an array at content[at] ends, behind TJ; 0 if it is none. patience: bytes
// that may still be looked at in vain.
std::size_t end_of_array(std::span<const std::uint8_t> content, std::size_t at,
                         std::size_t& patience);

// The items of the whole array; false if the style would write them in another way.
bool read_array(std::span<const std::uint8_t> array, PageStyle style, std::vector<PageItem>& items);

// Appends an array item by item. Numbers may not follow each other.
class ArrayWriter {
 public:
  ArrayWriter(PageStyle style, Bytes& out) : style_(style), out_(out) {}
  void begin();
  void code(std::uint8_t code);
  void number(std::span<const std::uint8_t> digits);
  void end();

 private:
  void close_string();
  void separate();

  PageStyle style_;
  Bytes& out_;
  bool first_ = true, in_string_ = false;
};

}  // namespace nnzip
