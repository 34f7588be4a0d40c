// SPDX-License-Identifier: Apache-2.0
// The coded data of a block of kCopies: a list of copies with a checksum, then a block of literals.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "container/block_header.h"

namespace nnzip {

// Shorter ones are not worth an entry, and take memory before anything is decoded.
constexpr std::uint32_t kLeastCopyBytes = 32;

// Places count literals of the frame, from the block's first one.
struct Copy {
  std::uint32_t at = 0;  // stands before that literal of the block
  std::uint32_t length = 0;
  std::int64_t source = 0;  // `length` literals from here on; none behind `at`
  bool operator==(const Copy&) const = default;
};

struct CopyData {
  std::vector<Copy> copies;  // at least one
  BlockHeader literals;      // of kEnd if there are none
  std::span<const std::uint8_t> coded;
};

// Checks all but whether sources are in the frame. Throws Error; its place counts from the
// beginning of the data.
CopyData read_copies(const BlockHeader& header, std::span<const std::uint8_t> coded,
                     std::size_t models, int log2_window);

// All before the literals.
void write_copies(std::span<const Copy> copies, Bytes& out);

}  // namespace nnzip
