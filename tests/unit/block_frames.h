// SPDX-License-Identifier: Apache-2.0
// Frames of one block of a kind that the test chooses, whatever an encoder would choose.
#pragma once

#include <bit>

#include "codec/kinds/kind.h"
#include "container/container_writer.h"
#include "unit/tiny_models.h"

namespace nnzip::test {

inline Bytes frame_of_kind(BlockKind kind, const Bytes& content, const TinyModel& tiny,
                           int streams = 1, const Layout& layout = {},
                           const FilterChain& filters = {}, Effort effort = Effort::kUsual) {
  BlockHeader header;
  header.effort = effort;
  header.filters = filters;
  const Bytes filtered = apply_filters(header.filters, layout, content);
  header.kind = kind;
  header.log2_streams = std::countr_zero(static_cast<unsigned>(streams));
  header.layout = layout;
  const Coded coded = kind_of(kind).encode(header, filtered, {tiny.engine(), 1, {}}).back();
  FrameHeader frame;
  if (needs_model(kind)) frame.models = {short_id(tiny.hash)};
  MemoryWriter out;
  ContainerWriter writer(out);
  writer.begin(frame);
  writer.block(header, content, coded.data);
  writer.end();
  return out.out;
}

}  // namespace nnzip::test
