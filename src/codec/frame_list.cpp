// SPDX-License-Identifier: Apache-2.0
// Reads directories, or headers and indexes, and passes over coded data.
#include "codec/frame_list.h"

#include "base/hash.h"
#include "codec/group_decoder.h"
#include "codec/kinds/kind.h"
#include "codec/spliced_block.h"
#include "container/container_reader.h"
#include "container/frame_table.h"

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
  info.opened_bytes = header.opened_bytes;
  info.coding = kind_of(header.kind).name;
  if (needs_model(header.kind)) info.model = frame.models.at(header.model);
  info.form = name_of(layout.form);
  if (layout.form != Form::kJpeg) info.stride = layout.stride;
  info.element = layout.element;
  info.channels = layout.channels;
  info.filter = names_of(header.filters);
  return info;
}

// Adds what a group opens to.
void add_inner(const GroupData& group, const FrameInfo& frame, BlockInfo& info) {
  for (const WrapperCount& wrapper : group.wrappers) {
    info.wrappers.push_back({find_wrapper(wrapper.number)->name, wrapper.stretches});
  }
  std::uint64_t offset = 0;
  for (const GroupBlock& block : group.blocks) {
    BlockInfo inner = block_info(block.header, frame);
    inner.content_offset = offset;
    offset += inner.content_bytes;
    add_inner(block.group, frame, inner);
    info.inner.push_back(std::move(inner));
  }
}

bool holds_blocks(BlockKind kind) {
  return kind == BlockKind::kGroup || kind == BlockKind::kCopies;
}

// Adds the blocks that a block holds.
void add_held(CodedBlock block, const FrameHeader& header, const FrameInfo& frame,
              BlockInfo& info) {
  if (take_copies(block, header)) {
    if (block.header.content_bytes == 0) return;
    BlockInfo literals = block_info(block.header, frame);
    literals.content_offset = 0;
    if (holds_blocks(block.header.kind)) add_held(std::move(block), header, frame, literals);
    info.inner.push_back(std::move(literals));
  } else {
    add_inner(read_group(block, header.models.size()), frame, info);
  }
}

const char* type_name(std::uint8_t type) {
  switch (static_cast<MetadataType>(type)) {
    case MetadataType::kDirectory:
      return "directory";
    case MetadataType::kNames:
      return "names";
    case MetadataType::kPart:
      return "part";
    case MetadataType::kApplication:
      return "application";
  }
  return "unknown";
}

ContainerReader::MetadataVisitor teller(const MetadataVisitor& each_metadata) {
  if (!each_metadata) return {};
  return [&each_metadata](const MetadataPlace& place) {
    each_metadata({place.type, type_name(place.type), place.offset, place.bytes});
  };
}

FrameInfo frame_info(const FrameHeader& header, const ModelStore& store) {
  FrameInfo info;
  info.version = kFormatVersion;
  for (const ModelId& id : header.models) info.models.push_back(model_name(id, store));
  return info;
}

FrameInfo frame_info(const ListedFrame& frame, const ModelStore& store) {
  FrameInfo info = frame_info(frame.header, store);
  for (const ListedBlock& block : frame.blocks) count_block(*kind_of_byte(block.first_byte), info);
  info.content_bytes = frame.content_bytes();
  info.coded_bytes = frame.bytes();
  if (frame.header.several_blocks) info.checksum = frame.checksum;
  return info;
}

// Nothing if there is no table of the whole file.
std::optional<std::vector<FrameInfo>> listed_by_directories(SeekableReader& file,
                                                            const ModelStore& store,
                                                            const MetadataVisitor& each_metadata) {
  const FrameTable table = directory_table(file);
  if (table.begin > 0 || table.frames.empty()) {
    file.seek(0);
    return std::nullopt;
  }
  if (each_metadata) read_metadata_between(table.frames, file, teller(each_metadata));
  std::vector<FrameInfo> frames;
  for (const ListedFrame& frame : table.frames) frames.push_back(frame_info(frame, store));
  return frames;
}

}  // namespace

std::vector<FrameInfo> frame_list(Reader& reader, const ModelStore& store,
                                  const BlockVisitor& each_block,
                                  const MetadataVisitor& each_metadata) {
  auto* const file = dynamic_cast<SeekableReader*>(&reader);
  if (file != nullptr && !each_block) {
    if (auto frames = listed_by_directories(*file, store, each_metadata)) return *frames;
  }
  ContainerReader container(reader, teller(each_metadata));
  std::vector<FrameInfo> frames;
  while (const auto header = container.next_frame()) {
    FrameInfo& info = frames.emplace_back(frame_info(*header, store));
    while (const auto block = container.next_header()) {
      check_header(*block);
      count_block(block->header.kind, info);
      if (each_block) {
        BlockInfo told = block_info(block->header, info);
        if (holds_blocks(block->header.kind)) {
          add_held({*block, container.coded_data(*block)}, *header, info, told);
        }
        each_block(frames.size() - 1, told);
      }
      info.content_bytes += block->header.content_bytes;
      if (!each_block || !holds_blocks(block->header.kind)) container.skip_data(*block);
    }
    info.checksum = container.content_hash();
    info.coded_bytes = container.position() - container.frame_offset();
  }
  return frames;
}

}  // namespace nnzip
