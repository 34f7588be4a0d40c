// SPDX-License-Identifier: Apache-2.0
// Checked little-endian reading and writing of byte strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nnzip/error.hpp"

namespace nnzip {

using Bytes = std::vector<std::uint8_t>;

// Appends to a byte string.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}
  void u8(std::uint8_t value) { out_.push_back(value); }
  void u16(std::uint16_t value) { little_endian(value, 2); }
  void u32(std::uint32_t value) { little_endian(value, 4); }
  void u64(std::uint64_t value) { little_endian(value, 8); }
  void f32(float value);
  void varint(std::uint64_t value);  // LEB128: 7 bits a byte, low bits first
  void bytes(std::span<const std::uint8_t> data) {
    out_.insert(out_.end(), data.begin(), data.end());
  }

 private:
  void little_endian(std::uint64_t value, int size);
  Bytes& out_;
};

// Bytes that ByteWriter::varint writes.
std::size_t varint_bytes(std::uint64_t value);

// Takes from a byte string; throws Error(code given) when it ends too early or a varint is not the
// shortest one of its value.
class ByteReader {
 public:
  // what: names the data in messages, e.g. "model file x.nnzm".
  ByteReader(std::span<const std::uint8_t> data, ErrorCode on_error, std::string what)
      : data_(data), code_(on_error), what_(std::move(what)) {}

  std::uint8_t u8() { return bytes(1)[0]; }
  std::uint16_t u16() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(4)); }
  std::uint64_t u64() { return little_endian(8); }
  float f32();
  std::uint64_t varint();
  std::span<const std::uint8_t> bytes(std::size_t size);

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return data_.size() - position_; }
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  std::uint64_t little_endian(int size);
  std::span<const std::uint8_t> data_;
  std::size_t position_ = 0;
  ErrorCode code_;
  std::string what_;
};

}  // namespace nnzip
