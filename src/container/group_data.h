// SPDX-License-Identifier: Apache-2.0
// The coded data of a group: its wrappers, then blocks, which may be groups.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "container/block_header.h"
#include "unwrap/group.h"

namespace nnzip {

inline constexpr int kMaxGroupDepth = 4;  // groups within each other
// Blocks in a group, at all depths: they take memory before anything is decoded.
inline constexpr std::size_t kMaxGroupBlocks = std::size_t{1} << 16;

struct GroupBlock;

struct GroupData {
  std::vector<WrapperCount> wrappers;
  std::vector<GroupBlock> blocks;  // at least one

  // Content of these blocks, those within them not counted: what close_group() takes.
  std::size_t opened_bytes() const;
};

struct GroupBlock {
  BlockHeader header;
  std::span<const std::uint8_t> coded;  // of the data that were read
  GroupData group;                      // of kGroup alone
};

// models: how many the frame names. Checks all but what codec/kinds knows: depth, lengths, and that
// all wrappers are known. Takes memory in proportion to the number of blocks, which is limited.
// Throws Error; its place counts from the beginning of the data.
GroupData read_group(const BlockHeader& header, std::span<const std::uint8_t> coded,
                     std::size_t models);

void write_group_wrappers(std::span<const WrapperCount> wrappers, Bytes& out);

}  // namespace nnzip
