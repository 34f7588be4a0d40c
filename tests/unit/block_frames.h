// SPDX-License-Identifier: Apache-2.0
// Frames of one block of a kind that the test chooses, whatever an encoder would choose.
#pragma once

#include <bit>

#include "codec/mixed_block.h"
#include "codec/zstd_block.h"
#include "container/container_writer.h"
#include "unit/tiny_models.h"

namespace nnzip::test {

inline Bytes frame_of_kind(BlockKind kind, const Bytes& content, const TinyModel& tiny,
                           int streams = 1, const Layout& layout = {},
                           Filter filter = Filter::kNone) {
  const BlockPlan plan = stated_plan(content.size(), streams);
  Bytes coded = content;
  if (kind == BlockKind::kZstd) coded = zstd_pack(content);
  Bytes filtered = content;
  apply_filter(filter, layout, filtered);
  if (kind == BlockKind::kModel) {
    coded = ModelCoder(tiny.engine(), 1).encode(filtered, plan, {}, layout);
  } else if (has_layout(kind)) {
    const MixedCoder coder(kind == BlockKind::kMixed ? tiny.engine() : nullptr, 1);
    coded = coder.encode(filtered, plan, layout, {});
  }
  BlockHeader header;
  header.kind = kind;
  header.log2_streams = std::countr_zero(static_cast<unsigned>(streams));
  header.layout = layout;
  header.filter = filter;
  FrameHeader frame;
  if (needs_model(kind)) frame.model = short_id(tiny.hash);
  MemoryWriter out;
  ContainerWriter writer(out);
  writer.begin(frame);
  writer.block(header, content, coded);
  writer.end();
  return out.out;
}

}  // namespace nnzip::test
