// SPDX-License-Identifier: Apache-2.0
// Blocks in a block: what is in them is coded by the other kinds.
#include "codec/kinds/kind.h"

namespace nnzip {

const Kind kGroupKind{
    .number = BlockKind::kGroup,
    .name = "group",
    .count = &BlockCounts::group_blocks,
    .fits = [](const BlockHeader& header, const Engine*) { return !header.states_layout(); },
    .encode = nullptr,
    .decode = nullptr,
    .memory = nullptr,
};

}  // namespace nnzip
