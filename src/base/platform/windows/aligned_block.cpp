// SPDX-License-Identifier: Apache-2.0
// Huge pages need a privilege that nobody has, so there are none.
#include "base/platform/aligned_block.h"

#include <malloc.h>

#include <new>

namespace nnzip {

void* allocate_block(std::size_t unit, std::size_t bytes) {
  void* const block = _aligned_malloc(bytes, unit);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void free_block(void* block) noexcept { _aligned_free(block); }

}  // namespace nnzip
