// SPDX-License-Identifier: Apache-2.0
// Literals, which are coded by the other kinds, and copies between them.
#include "codec/kinds/kind.h"

namespace nnzip {

const Kind kCopiesKind{
    .number = BlockKind::kCopies,
    .name = "copies",
    .count = &BlockCounts::copy_blocks,
    .fits = [](const BlockHeader& header, const Engine*) { return !header.states_layout(); },
    .encode = nullptr,
    .decode = nullptr,
    .memory = nullptr,
};

}  // namespace nnzip
