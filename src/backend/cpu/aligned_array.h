// SPDX-License-Identifier: Apache-2.0
// A zeroed array that begins at a cache line, as the kernels want it, in huge pages where it is
// large.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace nnzip::cpu {

template <typename T>
class AlignedArray {
 public:
  AlignedArray() = default;
  // Throws std::bad_alloc.
  explicit AlignedArray(std::size_t size) {
    const std::size_t bytes = memory_bytes(size), unit = unit_of(bytes);
    data_.reset(static_cast<T*>(std::aligned_alloc(unit, bytes)));
    if (!data_) throw std::bad_alloc();
#if defined(__linux__)
    // Weights and rings are read once in a step: finding their pages would take a good part of it.
    if (unit == kHugePage) madvise(data_.get(), bytes, MADV_HUGEPAGE);
#endif
    std::memset(static_cast<void*>(data_.get()), 0, bytes);
  }

  T* data() const { return data_.get(); }

  // What an array of that size takes.
  static std::size_t memory_bytes(std::size_t size) {
    const std::size_t unit = unit_of(size * sizeof(T));
    return (size * sizeof(T) + unit - 1) / unit * unit;
  }

 private:
  static constexpr std::size_t kCacheLine = 64, kHugePage = std::size_t{2} << 20;
  static std::size_t unit_of(std::size_t bytes) {
    return bytes < kHugePage ? kCacheLine : kHugePage;
  }
  struct Release {
    void operator()(T* data) const { std::free(data); }
  };
  std::unique_ptr<T, Release> data_;
};

}  // namespace nnzip::cpu
