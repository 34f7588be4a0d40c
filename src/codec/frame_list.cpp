// SPDX-License-Identifier: Apache-2.0
// Reads headers and indexes, passes over coded data.
#include "codec/frame_list.h"

#include "base/hash.h"
#include "codec/kinds/kind.h"
#include "container/container_reader.h"

namespace nnzip {
namespace {

ModelName model_name(const ModelId& id, const ModelStore& store) {
  ModelName model{to_hex(id), {}};
  for (const ModelEntry& entry : store.entries()) {
    if (entry.id() == id) model.name = entry.name;
  }
  return model;
}

BlockInfo block_info(const BlockHeader& header, const FrameInfo& frame) {
  const Layout& layout = header.layout;
  BlockInfo info;
  info.content_offset = frame.content_bytes;
  info.content_bytes = header.content_bytes;
  info.coded_bytes = header.coded_bytes;
  info.coding = kind_of(header.kind).name;
  if (needs_model(header.kind)) info.model = frame.models.at(header.model);
  info.form = name_of(layout.form);
  info.stride = layout.stride;
  info.element = layout.element;
  info.channels = layout.channels;
  info.filter = names_of(header.filters);
  return info;
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
    for (const ModelId& id : header->models) info.models.push_back(model_name(id, store));
    while (const auto block = container.next_header()) {
      check_header(*block);
      count_block(block->header.kind, info);
      if (each_block) each_block(frames.size() - 1, block_info(block->header, info));
      info.content_bytes += block->header.content_bytes;
      container.skip_data(*block);
    }
    info.checksum = container.content_hash();
    info.coded_bytes = container.position() - begin;
  }
}

}  // namespace nnzip
