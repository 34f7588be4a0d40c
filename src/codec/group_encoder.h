// SPDX-License-Identifier: Apache-2.0
// Blocks that a source gave to coded data, those within groups too. A group stays one only if it is
// smaller than its content coded as it is.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "codec/progress.h"

namespace nnzip {

struct CodedPart {
  std::span<const std::uint8_t> content;  // of a SourceBlock
  Coded coded;                            // of a group: not sealed
  bool known = false;                     // not coded anew
};

// Gives the parts, one after the other, of a block that need not be coded, or none.
using KnownBlock = std::function<std::vector<CodedPart>(std::span<const std::uint8_t> content)>;

// One part or, where a group is given up, several for each block, in their order. single: whether
// there are no others in the frame. The result does not depend on threads. progress: called with
// bytes of all content. known: asked for each block, if it is not null. Throws Error.
std::vector<CodedPart> encode_sources(std::span<const SourceBlock> blocks,
                                      const FrameModels& models, const Level& level, bool single,
                                      const SideBySide& side_by_side,
                                      const std::function<void(std::size_t)>& progress,
                                      const KnownBlock& known = {});

// Calls it with the header of the block, if it needs a model, and of all within that do.
void for_each_model(Coded& coded, const std::function<void(BlockHeader&)>& call);

// Writes the coded data of a group, now that it is known how many models the frame names; leaves
// others as they are.
void seal_group(Coded& coded, std::size_t models);

}  // namespace nnzip
