// SPDX-License-Identifier: Apache-2.0
// Writes into a buffer that does not grow.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "nnzip/nnzip.hpp"

namespace nnzip {

class FixedWriter : public Writer {
 public:
  FixedWriter(void* out, std::size_t capacity)
      : begin_(static_cast<std::uint8_t*>(out)), capacity_(capacity) {}

  void write(std::span<const std::uint8_t> data) override {
    if (data.size() > capacity_ - size_) {
      throw Error(ErrorCode::kOutputTooSmall, "the output does not fit into the " +
                                                  std::to_string(capacity_) +
                                                  " bytes of its buffer.");
    }
    if (data.empty()) return;
    std::memcpy(begin_ + size_, data.data(), data.size());
    size_ += data.size();
  }

  std::size_t size() const { return size_; }

 private:
  std::uint8_t* begin_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

}  // namespace nnzip
