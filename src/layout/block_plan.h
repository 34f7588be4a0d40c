// SPDX-License-Identifier: Apache-2.0
// How content is cut into blocks, and a block into streams: from lengths alone, never from threads,
// device or where the content comes from.
#pragma once

#include <cstddef>
#include <cstdint>

#include "layout/effort.h"
#include "layout/layout.h"

namespace nnzip {

// What the format allows; how much an encoder takes is a level's.
constexpr std::size_t kMaxBlockBytes = std::size_t{256} << 20;
// What encoders look at, or take as a whole, where a level's blocks are shorter: JPEG files,
// groups.
constexpr std::size_t kMaxWholeBytes = std::size_t{64} << 20;
constexpr int kMaxStreams = 64;
// What encoders use at most: matrix products are hardly faster with more
// (src/backend/cpu/NOTES.md), but the keys and values of more streams would not stay in the cache
// of a processor that decodes two blocks side by side.
constexpr int kPlannedStreams = 16;

// Stream i of a block of n bytes holds [i*length, min((i+1)*length, n)), unless it is of pixels:
// see block_order.h.
struct BlockPlan {
  int streams = 1;         // a power of two, 1..kMaxStreams
  std::size_t length = 0;  // of all streams but the last ones: ceil(n / streams)
  Effort effort = Effort::kUsual;
};

// The largest power of two of streams that keeps them min_stream_bytes long: each starts with an
// empty history, and what their mixer learns of one place comes late for the next.
// At most max_streams of them; of pixels no more than BlockOrder::fits and than rows.
BlockPlan plan_block(std::size_t content_bytes, std::size_t min_stream_bytes,
                     const Layout& layout = {}, int max_streams = kPlannedStreams);

// The plan that a block header states.
BlockPlan stated_plan(std::size_t content_bytes, int streams);

}  // namespace nnzip
