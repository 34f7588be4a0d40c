// SPDX-License-Identifier: Apache-2.0
// A reader over bytes in memory.
#pragma once

#include <algorithm>
#include <span>

#include "nnzip/nnzip.hpp"

namespace nnzip {

class SpanSource : public Reader {
 public:
  explicit SpanSource(std::span<const std::uint8_t> data) : data_(data) {}
  std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t size = std::min(buffer.size(), data_.size());
    std::copy_n(data_.begin(), size, buffer.begin());
    data_ = data_.subspan(size);
    return size;
  }
  bool skip(std::uint64_t n) override {
    if (n > data_.size()) return false;
    data_ = data_.subspan(static_cast<std::size_t>(n));
    return true;
  }

 private:
  std::span<const std::uint8_t> data_;
};

}  // namespace nnzip
