// SPDX-License-Identifier: Apache-2.0
// Backwards when filtering, so that the row above is still as it was; forwards when reverting.
#include "filter/columns.h"

#include <cstddef>

namespace nnzip {
namespace {

// Numbers of so many bytes fill a row. Of other widths the same differences say almost as much.
std::size_t number_bytes(std::uint32_t stride) {
  return stride % 4 == 0 ? 4 : stride % 2 == 0 ? 2 : 1;
}

std::uint32_t read(const std::uint8_t* p, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8 | p[i];
  return value;
}

void write(std::uint32_t value, std::uint8_t* p, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) p[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

}  // namespace

void apply_columns(std::uint32_t stride, std::span<std::uint8_t> content) {
  const std::size_t bytes = number_bytes(stride);
  std::size_t at = content.size() / bytes * bytes;
  while (at >= stride + bytes) {
    at -= bytes;
    std::uint8_t* const p = content.data() + at;
    write(read(p, bytes) - read(p - stride, bytes), p, bytes);
  }
}

void revert_columns(std::uint32_t stride, std::span<std::uint8_t> content) {
  const std::size_t bytes = number_bytes(stride);
  for (std::size_t at = stride; at + bytes <= content.size(); at += bytes) {
    std::uint8_t* const p = content.data() + at;
    write(read(p, bytes) + read(p - stride, bytes), p, bytes);
  }
}

}  // namespace nnzip
