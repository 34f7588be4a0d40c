// SPDX-License-Identifier: Apache-2.0
// The number and length of a block's streams.
#include "layout/block_plan.h"

#include "layout/block_order.h"

namespace nnzip {

BlockPlan plan_block(std::size_t content_bytes, std::size_t min_stream_bytes, const Layout& layout,
                     int max_streams) {
  int streams = 1;
  while (2 * streams <= max_streams &&
         content_bytes / (2 * static_cast<std::size_t>(streams)) >= min_stream_bytes) {
    streams *= 2;
  }
  if (layout.form == Form::kPixels) {
    const std::size_t rows = content_bytes / layout.stride + 1;
    while (streams > 1 &&
           (!BlockOrder::fits(layout, streams) || static_cast<std::size_t>(streams) > rows)) {
      streams /= 2;
    }
  }
  return stated_plan(content_bytes, streams);
}

BlockPlan stated_plan(std::size_t content_bytes, int streams) {
  const auto count = static_cast<std::size_t>(streams);
  return {streams, content_bytes / count + (content_bytes % count != 0 ? 1 : 0)};
}

}  // namespace nnzip
