// SPDX-License-Identifier: Apache-2.0
// Huge pages are asked for where Linux is.
#include "base/platform/aligned_block.h"

#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace nnzip {

void* allocate_block(std::size_t unit, std::size_t bytes) {
  void* const block = std::aligned_alloc(unit, bytes);
  if (block == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  if (unit == kHugePage) madvise(block, bytes, MADV_HUGEPAGE);
#endif
  return block;
}

void free_block(void* block) noexcept { std::free(block); }

}  // namespace nnzip
