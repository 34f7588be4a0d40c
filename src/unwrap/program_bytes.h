// SPDX-License-Identifier: Apache-2.0
// Numbers in the bytes of a program, of either order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace nnzip {

class ProgramBytes {
 public:
  // wide: numbers of 8 bytes stand for addresses, else of 4.
  ProgramBytes(std::span<std::uint8_t> bytes, bool high_first, bool wide)
      : bytes_(bytes), high_first_(high_first), wide_(wide) {}

  std::size_t size() const { return bytes_.size(); }
  bool wide() const { return wide_; }
  bool has(std::uint64_t at, std::uint64_t bytes) const {
    return at <= bytes_.size() && bytes <= bytes_.size() - at;
  }
  std::span<std::uint8_t> part(std::size_t at, std::size_t bytes) const {
    return bytes_.subspan(at, bytes);
  }

  // Precondition of these: has(at, size).
  std::uint8_t u8(std::size_t at) const { return bytes_[at]; }
  std::uint16_t u16(std::size_t at) const { return static_cast<std::uint16_t>(number(at, 2)); }
  std::uint32_t u32(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 4)); }
  std::uint64_t address(std::size_t at) const { return number(at, wide_ ? 8 : 4); }
  void put32(std::size_t at, std::uint32_t value) const { put(at, 4, value); }
  void put_address(std::size_t at, std::uint64_t value) const { put(at, wide_ ? 8 : 4, value); }

  std::uint64_t number(std::size_t at, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes_[place(at, size, i)];
    return value;
  }

 private:
  // Of the byte that has so many above it.
  std::size_t place(std::size_t at, std::size_t size, std::size_t above) const {
    return at + (high_first_ ? above : size - 1 - above);
  }
  void put(std::size_t at, std::size_t size, std::uint64_t value) const {
    for (std::size_t i = size; i-- > 0; value >>= 8)
      bytes_[place(at, size, i)] = static_cast<std::uint8_t>(value);
  }

  std::span<std::uint8_t> bytes_;
  bool high_first_, wide_;
};

// The least multiple of a power of two that is not less, modulo 2^64.
constexpr std::uint64_t rounded_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) & ~(unit - 1);
}

}  // namespace nnzip
