// SPDX-License-Identifier: Apache-2.0
// Directories from the end of a file to its beginning, then the index of a single frame.
#include "container/frame_table.h"

#include <iterator>
#include <optional>

#include "container/metadata_frame.h"
#include "container/tail_reader.h"

namespace nnzip {
namespace {

// Nothing if it describes more than there is, or is damaged: then frames are met on the way.
std::optional<Directory> directory_in(const FoundMetadata& found) try {
  if (found.type != static_cast<std::uint8_t>(MetadataType::kDirectory)) return std::nullopt;
  Directory directory = read_directory(found.payload);
  if (directory.described_bytes > found.offset) return std::nullopt;
  return directory;
} catch (const Error&) {
  return std::nullopt;
}

// What the index of a file that is one frame says of it.
ListedFrame listed(const FoundIndex& index) {
  ListedFrame frame{index.header, 0, index.content_hash, {}};
  for (const IndexEntry& block : index.blocks) frame.blocks.push_back({block, 0});
  return frame;
}

FrameTable directory_table(TailReader& in) {
  FrameTable table{in.file().size(), {}};
  std::vector<Directory> directories;  // from the last to the first
  while (const auto found = find_metadata_frame(in, table.begin)) {
    table.begin = found->offset;
    std::optional<Directory> directory = directory_in(*found);
    if (!directory) continue;
    table.begin -= directory->described_bytes;
    for (ListedFrame& frame : directory->frames) frame.offset += table.begin;
    directories.push_back(std::move(*directory));
  }
  for (auto each = directories.rbegin(); each != directories.rend(); ++each) {
    table.frames.insert(table.frames.end(), std::make_move_iterator(each->frames.begin()),
                        std::make_move_iterator(each->frames.end()));
  }
  return table;
}

}  // namespace

FrameTable directory_table(SeekableReader& file) {
  TailReader in(file);
  return directory_table(in);
}

FrameTable frame_table(SeekableReader& file) {
  TailReader in(file);
  FrameTable table = directory_table(in);
  if (const auto index = find_frame_index(in, table.begin)) {
    table.frames.insert(table.frames.begin(), listed(*index));
    table.begin = 0;
  }
  return table;
}

}  // namespace nnzip
