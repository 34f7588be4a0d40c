// SPDX-License-Identifier: Apache-2.0
// Characters of UTF-8, checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nnzip {

struct Utf8Char {
  std::size_t length = 0;  // bytes; 0 if the text does not begin with a valid character
  std::uint32_t code = 0;
};

// The character at the start of text, which is not empty.
Utf8Char first_utf8_char(std::string_view text);

// Whether all of it is valid.
bool is_utf8(std::string_view text);

}  // namespace nnzip
