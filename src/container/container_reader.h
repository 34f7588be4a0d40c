// SPDX-License-Identifier: Apache-2.0
// Takes frames apart, one after the other: next_frame(), then next_block() until it gives nothing.
// Memory is bounded by one block whatever the headers say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "container/block_header.h"
#include "container/directory.h"
#include "container/frame_header.h"
#include "container/frame_index.h"
#include "container/input_buffer.h"
#include "container/metadata_frame.h"

namespace nnzip {

struct BlockPlace {
  BlockHeader header;
  Place place;  // of its first byte
};

struct CodedBlock : BlockPlace {
  Bytes coded;
};

class ContainerReader {
 public:
  using MetadataVisitor = std::function<void(const MetadataPlace&)>;

  // each_metadata, if given, is called for every metadata frame that next_frame() passes over.
  explicit ContainerReader(Reader& in, MetadataVisitor each_metadata = {})
      : in_(in), each_metadata_(std::move(each_metadata)) {}

  // Passes over metadata. Nothing at the end of the input, which must hold at least one frame of
  // content. Throws Error.
  std::optional<FrameHeader> next_frame();
  std::uint64_t frame_offset() const { return frame_offset_; }  // of its magic

  // Goes on in the midst of a frame, at the block that stands at before.offset and follows
  // before.block, by seeking in the reader given to the constructor if it is far. An index would be
  // checked against the blocks read from here, so must not be met.
  void enter(const FrameHeader& frame, const Place& before, SeekableReader& in);

  // Goes on where it was after others have read `in`, which is the reader given to the constructor.
  void go_on(SeekableReader& in);

  // Nothing after the frame's last block; the frame's index has been checked then. Throws Error.
  std::optional<CodedBlock> next_block();
  // The same in two steps: the header, then, if there is one, either its coded data or what is
  // after.
  std::optional<BlockPlace> next_header();
  Bytes coded_data(const BlockPlace& block);
  void skip_data(const BlockPlace& block);

  // After the last block: XXH64 of the frame's whole content, if the frame states it.
  const std::optional<std::uint64_t>& content_hash() const { return content_hash_; }

  std::uint64_t position() const { return in_.position(); }
  Place place() const { return in_.place(); }

 private:
  void begin_frame();

  InputBuffer in_;
  MetadataVisitor each_metadata_;
  std::uint64_t frame_offset_ = 0;
  FrameHeader frame_;
  bool done_ = true;  // with the blocks of the frame
  std::optional<IndexChecker> index_;
  std::optional<std::uint64_t> content_hash_;
};

// Reads the metadata before, between and after the frames that directories tell, which must be all
// that the file holds. Throws Error.
void read_metadata_between(const std::vector<ListedFrame>& frames, SeekableReader& file,
                           const ContainerReader::MetadataVisitor& each);

}  // namespace nnzip
