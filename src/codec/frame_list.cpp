// SPDX-License-Identifier: Apache-2.0
// Reads headers and indexes, passes over coded data.
#include "codec/frame_list.h"

#include "base/hash.h"
#include "codec/kinds/kind.h"
#include "container/container_reader.h"

namespace nnzip {
namespace {

void name_model(const ModelId& id, const ModelStore& store, FrameInfo& info) {
  info.model_id = to_hex(id);
  for (const ModelEntry& entry : store.entries()) {
    if (entry.id() == id) info.model = entry.name;
  }
}

BlockInfo block_info(const BlockHeader& header, std::uint64_t content_offset) {
  const Layout& layout = header.layout;
  return {
      content_offset,        header.content_bytes, header.coded_bytes, kind_of(header.kind).name,
      name_of(layout.form),  layout.stride,        layout.element,     layout.channels,
      name_of(header.filter)};
}

}  // namespace

std::vector<FrameInfo> frame_list(Reader& reader, const ModelStore& store,
                                  const BlockVisitor& each_block) {
  ContainerReader container(reader);
  std::vector<FrameInfo> frames;
  while (true) {
    const std::uint64_t begin = container.position();
    const auto header = container.next_frame();
    if (!header) return frames;
    FrameInfo& info = frames.emplace_back();
    info.version = kFormatVersion;
    if (header->model) name_model(*header->model, store, info);
    while (const auto block = container.next_header()) {
      check_header(*block);
      count_block(block->header.kind, info);
      if (each_block) each_block(frames.size() - 1, block_info(block->header, info.content_bytes));
      info.content_bytes += block->header.content_bytes;
      container.skip_data(*block);
    }
    info.checksum = container.content_hash();
    info.coded_bytes = container.position() - begin;
  }
}

}  // namespace nnzip
