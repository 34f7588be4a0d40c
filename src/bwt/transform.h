// SPDX-License-Identifier: Apache-2.0
// The Burrows-Wheeler transform, with marks from which several parts of the content are restored
// side by side: BWT.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace nnzip {

// Places in a column fit 24 bits.
constexpr std::size_t kMostSortedBytes = std::size_t{1} << 24;

struct Column {
  Bytes bytes;                      // as many as the content has
  std::vector<std::uint32_t> rows;  // see BWT.md: one for each part
};

// How many parts content of so many bytes has.
std::size_t sorted_parts(std::size_t content_bytes);

// Whether there are as many rows as there must be, each within the column.
bool rows_fit(const Column& column);

// Precondition: 1 <= content.size() <= kMostSortedBytes. Throws std::bad_alloc.
Column sort_content(std::span<const std::uint8_t> content);

// Fills content; with something, whatever the column. Precondition: of the column's size,
// rows_fit(column). Throws std::bad_alloc.
void restore_content(const Column& column, std::span<std::uint8_t> content);

// Bytes that each of these takes at most, beside content and column.
std::uint64_t sorting_memory(std::size_t content_bytes);

}  // namespace nnzip
