// SPDX-License-Identifier: Apache-2.0
// Which way of coding suits a block: measured, not guessed.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "codec/model_block.h"
#include "container/block_header.h"

namespace nnzip {

struct Choice {
  BlockKind kind = BlockKind::kStored;
  int log2_streams = 0;
  Bytes coded;  // empty if stored: the content itself
};

// The smallest of stored, zstd (its coded data are given) and the model, if there is one.
// model_header_bytes: what naming the model costs the frame if this block uses it.
Choice choose_block(std::span<const std::uint8_t> content, Bytes zstd, ModelCoder* model,
                    std::size_t model_header_bytes, const BlockProgress& progress);

}  // namespace nnzip
