// SPDX-License-Identifier: Apache-2.0
// Reads headers and passes over coded data.
#include "codec/frame_walk.h"

#include "codec/kinds/kind.h"
#include "container/frame_table.h"

namespace nnzip {

ListedFrame walk_frame(const FrameHeader& header, ContainerReader& reader) {
  ListedFrame frame{header, reader.frame_offset(), 0, {}};
  while (const auto block = reader.next_header()) {
    check_header(*block);
    const std::uint64_t bytes =
        block_header_bytes(block->header, header.models.size()) + block->header.coded_bytes;
    frame.blocks.push_back({{static_cast<std::uint32_t>(bytes), block->header.content_bytes,
                             block->header.copied_bytes},
                            first_byte_of(block->header)});
    reader.skip_data(*block);
  }
  frame.checksum = reader.content_hash().value_or(0);
  return frame;
}

std::vector<ListedFrame> all_frames(SeekableReader& file) {
  FrameTable table = frame_table(file);
  if (table.begin == 0 && !table.frames.empty()) return std::move(table.frames);
  file.seek(0);
  ContainerReader reader(file);
  std::vector<ListedFrame> frames;
  while (const auto header = reader.next_frame()) frames.push_back(walk_frame(*header, reader));
  return frames;
}

}  // namespace nnzip
