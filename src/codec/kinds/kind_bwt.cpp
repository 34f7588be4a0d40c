// SPDX-License-Identifier: Apache-2.0
// The content as it is or what filters made of it: a layout alone would change nothing.
#include "bwt/bwt_block.h"
#include "codec/kinds/kind.h"

namespace nnzip {

const Kind kBwtKind{
    .number = BlockKind::kBwt,
    .name = "bwt",
    .count = &BlockCounts::bwt_blocks,
    .fits =
        [](const BlockHeader& header, const Engine*) {
          return header.filtered_bytes() >= 1 && header.filtered_bytes() <= kMostSortedBytes &&
                 (header.filters.empty() ? !header.states_layout()
                                         : !has_filter(header.filters, Filter::kResiduals)) &&
                 chain_fits(header.filters, header.layout, header.content_bytes);
        },
    .encode = [](const BlockHeader& header, std::span<const std::uint8_t> filtered,
                 const Means&) { return std::vector{coded_as(header, encode_bwt(filtered))}; },
    .decode = [](const BlockHeader&, std::span<const std::uint8_t> coded, const Means&,
                 std::span<std::uint8_t> filtered) { return decode_bwt(coded, filtered); },
    .memory = [](const BlockHeader& header, const Engine*,
                 int) { return bwt_memory(header.filtered_bytes()); },
};

}  // namespace nnzip
