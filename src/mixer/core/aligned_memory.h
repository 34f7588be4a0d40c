// SPDX-License-Identifier: Apache-2.0
// Zeroed memory that begins at a cache line, in huge pages where it is large.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace nnzip::mixer {

template <typename T>
class AlignedMemory {
 public:
  // Throws std::bad_alloc.
  explicit AlignedMemory(std::size_t size) {
    const std::size_t unit = size * sizeof(T) < kHugePage ? 64 : kHugePage;
    const std::size_t bytes = (size * sizeof(T) + unit - 1) / unit * unit;
    data_.reset(static_cast<T*>(std::aligned_alloc(unit, bytes)));
    if (!data_) throw std::bad_alloc();
#if defined(__linux__)
    // Tables are read at random: most of the time would go into finding their pages.
    if (unit == kHugePage) madvise(data_.get(), bytes, MADV_HUGEPAGE);
#endif
    std::memset(static_cast<void*>(data_.get()), 0, bytes);
  }
  T* data() const { return data_.get(); }

 private:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;
  struct Release {
    void operator()(T* data) const { std::free(data); }
  };
  std::unique_ptr<T, Release> data_;
};

}  // namespace nnzip::mixer
