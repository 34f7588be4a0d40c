// SPDX-License-Identifier: Apache-2.0
// Content as it is.
#include <algorithm>

#include "codec/kinds/kind.h"

namespace nnzip {

const Kind kStoredKind{
    .number = BlockKind::kStored,
    .name = "stored",
    .count = &BlockCounts::stored_blocks,
    .fits = [](const BlockHeader& header, const Engine*) { return !header.states_layout(); },
    .encode =
        [](const BlockHeader& header, std::span<const std::uint8_t> content, const Means&) {
          return std::vector{coded_as(header, Bytes(content.begin(), content.end()))};
        },
    .decode =
        [](const BlockHeader&, std::span<const std::uint8_t> coded, const Means&,
           std::span<std::uint8_t> content) {
          std::copy(coded.begin(), coded.end(), content.begin());
          return true;
        },
    .memory = [](const BlockHeader&, const Engine*, int) { return std::uint64_t{0}; },
};

}  // namespace nnzip
