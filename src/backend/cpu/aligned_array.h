// SPDX-License-Identifier: Apache-2.0
// A zeroed array that begins at a cache line, as the kernels want it.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace nnzip::cpu {

template <typename T>
class AlignedArray {
 public:
  static constexpr std::size_t kAlignment = 64;

  AlignedArray() = default;
  // Throws std::bad_alloc.
  explicit AlignedArray(std::size_t size)
      : data_(static_cast<T*>(::operator new (size * sizeof(T), std::align_val_t{kAlignment}))) {
    std::memset(static_cast<void*>(data_.get()), 0, size * sizeof(T));
  }

  T* data() const { return data_.get(); }

 private:
  struct Release {
    void operator()(T* data) const { ::operator delete (data, std::align_val_t{kAlignment}); }
  };
  std::unique_ptr<T, Release> data_;
};

}  // namespace nnzip::cpu
