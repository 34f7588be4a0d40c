// SPDX-License-Identifier: Apache-2.0
// Memory that begins at a multiple of a power of two, in huge pages if the system can be asked for
// them.
#pragma once

#include <cstddef>

namespace nnzip {

// From this size on, blocks are made of huge pages: they are whole numbers of these.
inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

// bytes: a multiple of unit. Throws std::bad_alloc.
void* allocate_block(std::size_t unit, std::size_t bytes);
void free_block(void* block) noexcept;

}  // namespace nnzip
