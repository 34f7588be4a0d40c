// SPDX-License-Identifier: Apache-2.0
// A zeroed array that begins at a cache line, as the kernels want it, in huge pages where it is
// large.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>

#include "base/platform/aligned_block.h"

namespace nnzip::cpu {

template <typename T>
class AlignedArray {
 public:
  AlignedArray() = default;
  // Throws std::bad_alloc.
  explicit AlignedArray(std::size_t size) {
    const std::size_t bytes = memory_bytes(size), unit = unit_of(bytes);
    // Weights and rings are read once in a step: finding their pages would take a good part of it.
    data_.reset(static_cast<T*>(allocate_block(unit, bytes)));
    std::memset(static_cast<void*>(data_.get()), 0, bytes);
  }

  T* data() const { return data_.get(); }

  // What an array of that size takes.
  static std::size_t memory_bytes(std::size_t size) {
    const std::size_t unit = unit_of(size * sizeof(T));
    return (size * sizeof(T) + unit - 1) / unit * unit;
  }

 private:
  static constexpr std::size_t kCacheLine = 64;
  static std::size_t unit_of(std::size_t bytes) {
    return bytes < kHugePage ? kCacheLine : kHugePage;
  }
  struct Release {
    void operator()(T* data) const { free_block(data); }
  };
  std::unique_ptr<T, Release> data_;
};

}  // namespace nnzip::cpu
