// SPDX-License-Identifier: Apache-2.0
// Byte order and bounds in one place.
#include "base/bytes.h"

#include <bit>

namespace nnzip {

void ByteWriter::little_endian(std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void ByteWriter::f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }

void ByteWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
  u8(static_cast<std::uint8_t>(value));
}

std::size_t varint_bytes(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

std::span<const std::uint8_t> ByteReader::bytes(std::size_t size) {
  if (size > remaining()) fail("it ends too early");
  const auto taken = data_.subspan(position_, size);
  position_ += size;
  return taken;
}

std::uint64_t ByteReader::little_endian(int size) {
  std::uint64_t value = 0;
  const auto raw = bytes(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i)
    value |= std::uint64_t{raw[static_cast<std::size_t>(i)]} << (8 * i);
  return value;
}

float ByteReader::f32() { return std::bit_cast<float>(u32()); }

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    const std::uint64_t bits = byte & 0x7F;
    if (shift == 63 && bits > 1) break;
    value |= bits << shift;
    if ((byte & 0x80) == 0) {
      if (byte == 0 && shift != 0) fail("a number is not written the shortest way");
      return value;
    }
  }
  fail("a number is longer than 64 bits");
}

void ByteReader::fail(const std::string& problem) const {
  throw Error(code_, what_ + ": " + problem + " (at byte " + std::to_string(position_) + ")");
}

}  // namespace nnzip
