// SPDX-License-Identifier: Apache-2.0
// Reads what is in memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "nnzip/nnzip.hpp"

namespace nnzip {

class SpanReader : public Reader {
 public:
  explicit SpanReader(std::span<const std::uint8_t> data) : data_(data) {}

  std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t size = std::min(buffer.size(), data_.size());
    std::copy_n(data_.begin(), size, buffer.begin());
    data_ = data_.subspan(size);
    return size;
  }

  bool skip(std::uint64_t n) override {
    const bool enough = n <= data_.size();
    data_ = enough ? data_.subspan(static_cast<std::size_t>(n)) : data_.last(0);
    return enough;
  }

 private:
  std::span<const std::uint8_t> data_;
};

}  // namespace nnzip
