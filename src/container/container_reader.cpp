// SPDX-License-Identifier: Apache-2.0
// Reads and checks the layout; the coded data are left to the codec.
#include "container/container_reader.h"

namespace nnzip {
namespace {

// Reads a magic; returns whether it is that of metadata.
bool read_magic(InputBuffer& in) {
  const bool first = in.position() == 0;
  std::array<std::uint8_t, kFrameMagic.size()> magic;
  for (std::size_t i = 0; i < magic.size(); ++i) {
    magic[i] = in.u8();
    if (magic[i] == kFrameMagic[i] || magic[i] == kMetadataMagic[i]) continue;
    if (first) {
      throw Error(ErrorCode::kNotAFrame,
                  "the input is not in nnzip's format: it does not begin with its four magic "
                  "bytes.");
    }
    in.fail(ErrorCode::kCorrupt, "garbage after the end of the frame before");
  }
  return magic == kMetadataMagic;
}

}  // namespace

void ContainerReader::begin_frame() {
  done_ = false;
  index_.emplace(frame_.has_copies());
  content_hash_.reset();
}

std::optional<FrameHeader> ContainerReader::next_frame() {
  const bool first = in_.place().frame == 0;
  while (!in_.at_end()) {
    frame_offset_ = in_.position();
    in_.enter_frame();
    if (!read_magic(in_)) {
      frame_ = read_frame_header(in_);
      begin_frame();
      return frame_;
    }
    in_.enter_metadata();
    const MetadataPlace metadata = pass_metadata_frame(in_);
    if (each_metadata_) each_metadata_(metadata);
  }
  if (!first) return std::nullopt;
  in_.enter_frame();
  in_.fail(ErrorCode::kTruncated, in_.position() == 0
                                      ? "the input is empty and holds no frame"
                                      : "the input holds metadata alone and no frame of content");
}

void ContainerReader::enter(const FrameHeader& frame, const Place& before, SeekableReader& in) {
  in_.enter(before, in);
  frame_ = frame;
  begin_frame();
}

std::optional<BlockPlace> ContainerReader::next_header() {
  if (done_) return std::nullopt;
  BlockPlace block;
  in_.enter_block();
  block.place = in_.place();
  block.header = read_block_header(in_, frame_.models.size());
  done_ = !frame_.several_blocks || block.header.kind == BlockKind::kEnd;
  const bool copies = block.header.kind == BlockKind::kCopies;
  if (copies && !frame_.has_copies()) {
    in_.fail(ErrorCode::kCorrupt, "the block copies in a frame that has no copies");
  }
  const bool holds_others = copies || block.header.kind == BlockKind::kGroup;
  const std::size_t most = holds_others                     ? FrameHeader::kMaxModels
                           : needs_model(block.header.kind) ? 1
                                                            : 0;
  if (!frame_.several_blocks && frame_.models.size() > most) {
    in_.fail(ErrorCode::kCorrupt, "the frame names a model that its only block does not need");
  }
  if (block.header.kind == BlockKind::kEnd) {
    if (frame_.several_blocks) content_hash_ = index_->read_and_compare(in_);
    return std::nullopt;
  }
  const std::uint64_t header_bytes = in_.position() - block.place.offset;
  index_->add({static_cast<std::uint32_t>(header_bytes + block.header.coded_bytes),
               block.header.content_bytes, block.header.copied_bytes});
  return block;
}

Bytes ContainerReader::coded_data(const BlockPlace& block) {
  Bytes coded(block.header.coded_bytes);
  in_.read(coded);
  return coded;
}

void ContainerReader::go_on(SeekableReader& in) { in_.go_on(in); }

void ContainerReader::skip_data(const BlockPlace& block) { in_.skip(block.header.coded_bytes); }

std::optional<CodedBlock> ContainerReader::next_block() {
  const auto block = next_header();
  if (!block) return std::nullopt;
  return CodedBlock{*block, coded_data(*block)};
}

void read_metadata_between(const std::vector<ListedFrame>& frames, SeekableReader& file,
                           const ContainerReader::MetadataVisitor& each) {
  file.seek(0);
  InputBuffer in(file);
  Place begin{1, 0, 0};
  const auto read_gap = [&](std::uint64_t end) {
    if (begin.offset >= end) return;
    in.enter(begin, file);
    in.enter_metadata();
    while (in.position() < end) {
      if (!read_magic(in)) in.fail(ErrorCode::kCorrupt, "the directory does not tell all frames");
      each(pass_metadata_frame(in));
    }
    if (in.position() > end) in.fail(ErrorCode::kCorrupt, "the directory tells other frames");
  };
  for (const ListedFrame& frame : frames) {
    read_gap(frame.offset);
    begin = {begin.frame + 1, 0, frame.offset + frame.bytes()};
  }
  read_gap(file.size());
}

}  // namespace nnzip
