// SPDX-License-Identifier: Apache-2.0
// Readers and writers over memory, and generated contents, for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "nnzip/nnzip.hpp"

namespace nnzip::test {

// Gives at most `piece` bytes at a call.
class MemoryReader : public Reader {
 public:
  explicit MemoryReader(std::span<const std::uint8_t> data, std::size_t piece = SIZE_MAX)
      : data_(data), piece_(piece) {}
  std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t size = std::min({buffer.size(), data_.size(), piece_});
    std::copy_n(data_.begin(), size, buffer.begin());
    data_ = data_.subspan(size);
    return size;
  }

 private:
  std::span<const std::uint8_t> data_;
  std::size_t piece_;
};

class MemoryFile : public SeekableReader {
 public:
  explicit MemoryFile(std::span<const std::uint8_t> data) : data_(data) {}
  std::uint64_t size() override { return data_.size(); }
  void seek(std::uint64_t offset) override { position_ = offset; }
  std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t size = std::min(buffer.size(), data_.size() - position_);
    std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(position_), size, buffer.begin());
    position_ += size;
    bytes_read += size;
    return size;
  }
  std::uint64_t bytes_read = 0;

 private:
  std::span<const std::uint8_t> data_;
  std::size_t position_ = 0;
};

class MemoryWriter : public Writer {
 public:
  void write(std::span<const std::uint8_t> data) override {
    out.insert(out.end(), data.begin(), data.end());
  }
  Bytes out;
};

// The same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint32_t below(std::uint32_t limit) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(((state_ >> 32) * limit) >> 32);
  }
  Bytes bytes(std::size_t count) {
    Bytes data(count);
    for (auto& byte : data) byte = static_cast<std::uint8_t>(below(256));
    return data;
  }

 private:
  std::uint64_t state_;
};

inline Bytes to_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

// The code of the Error that the task throws, 0 if it throws none.
template <typename Task>
int error_code(Task&& task) {
  try {
    task();
  } catch (const Error& error) {
    return static_cast<int>(error.code());
  }
  return 0;
}

inline int value(ErrorCode code) { return static_cast<int>(code); }

}  // namespace nnzip::test
