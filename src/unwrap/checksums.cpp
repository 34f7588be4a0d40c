// SPDX-License-Identifier: Apache-2.0
// CRC-32 takes eight bytes a step: table i says what a byte does that has i bytes after it.
#include "unwrap/checksums.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace nnzip {
namespace {

constexpr std::uint32_t kPolynomial = 0xEDB88320;  // reflected
constexpr std::size_t kTables = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kTables>;

constexpr Tables kCrc = [] {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1) * kPolynomial;
    tables[0][byte] = value;
  }
  for (std::size_t i = 1; i < kTables; ++i)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[i - 1][byte];
      tables[i][byte] = before >> 8 ^ tables[0][before & 0xFF];
    }
  return tables;
}();

}  // namespace

std::uint32_t adler32(std::span<const std::uint8_t> data) {
  constexpr std::uint32_t kModulus = 65521;
  constexpr std::size_t kSafe = 5552;  // bytes before the sums could exceed 32 bits
  std::uint32_t a = 1, b = 0;
  for (std::size_t at = 0; at < data.size(); at += kSafe) {
    for (const std::uint8_t byte : data.subspan(at, std::min(kSafe, data.size() - at))) {
      a += byte;
      b += a;
    }
    a %= kModulus;
    b %= kModulus;
  }
  return b << 16 | a;
}

std::uint32_t crc32(std::span<const std::uint8_t> data) {
  std::uint32_t sum = 0xFFFFFFFF;
  for (; data.size() >= kTables; data = data.subspan(kTables)) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < kTables; ++i) {
      const std::uint32_t byte = i < 4 ? data[i] ^ (sum >> 8 * i & 0xFF) : data[i];
      next ^= kCrc[kTables - 1 - i][byte];
    }
    sum = next;
  }
  for (const std::uint8_t byte : data) sum = sum >> 8 ^ kCrc[0][(sum ^ byte) & 0xFF];
  return ~sum;
}

}  // namespace nnzip
