// SPDX-License-Identifier: Apache-2.0
// Zeroed memory that begins at a cache line, in huge pages where it is large.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>

#include "base/platform/aligned_block.h"

namespace nnzip::mixer {

template <typename T>
class AlignedMemory {
 public:
  // Throws std::bad_alloc.
  explicit AlignedMemory(std::size_t size) {
    const std::size_t unit = size * sizeof(T) < kHugePage ? 64 : kHugePage;
    const std::size_t bytes = (size * sizeof(T) + unit - 1) / unit * unit;
    // Tables are read at random: most of the time would go into finding their pages.
    data_.reset(static_cast<T*>(allocate_block(unit, bytes)));
    std::memset(static_cast<void*>(data_.get()), 0, bytes);
  }
  T* data() const { return data_.get(); }

 private:
  struct Release {
    void operator()(T* data) const { free_block(data); }
  };
  std::unique_ptr<T, Release> data_;
};

}  // namespace nnzip::mixer
