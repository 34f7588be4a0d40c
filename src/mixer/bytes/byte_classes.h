// SPDX-License-Identifier: Apache-2.0
// Small functions of bytes that contexts are made with.
#pragma once

#include <cstdint>

namespace nnzip::mixer {

constexpr std::uint32_t grow(std::uint32_t hash, std::uint32_t value) {
  return (hash + value + 1) * 0x2C1B3C6D ^ (hash >> 15);
}

// Of a byte: control, space, digit, punctuation, letter, above 127.
constexpr std::uint32_t kind_of_byte(std::uint64_t c) {
  if (c >= 128) return 5;
  if (c < 32) return 0;
  if (c == 32) return 1;
  if (c >= '0' && c <= '9') return 2;
  return (c | 32) >= 'a' && (c | 32) <= 'z' ? 4 : 3;
}

}  // namespace nnzip::mixer
