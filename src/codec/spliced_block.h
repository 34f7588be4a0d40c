// SPDX-License-Identifier: Apache-2.0
// A block with copies, made of a block of literals, and taken apart.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "codec/kinds/kind.h"
#include "container/container_reader.h"
#include "container/copy_data.h"

namespace nnzip {

// literals: what they are coded as, sealed; null if there are none. models: how many the frame
// names. The header lacks the lengths of content and coded data, and the checksum.
Coded with_copies(std::span<const Copy> copies, const Coded* literals, std::size_t models);

struct Splice {
  BlockHeader header;  // of the whole
  std::vector<Copy> copies;
};

// Nothing if the block has no copies. Else it becomes the block of its literals, checked but for
// its engine; a stored one of no content if there are none. Throws Error(kCorrupt) that says where
// in the input it stands.
std::optional<Splice> take_copies(CodedBlock& block, const FrameHeader& frame);

}  // namespace nnzip
