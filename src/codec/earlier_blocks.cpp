// SPDX-License-Identifier: Apache-2.0
// Blocks of a whole file are found by the hashes of its directory, those of an unfinished one,
// which has none, by being the next.
#include "codec/earlier_blocks.h"

#include <algorithm>

#include "codec/read_fully.h"
#include "codec/spliced_block.h"
#include "container/frame_table.h"
#include "container/group_data.h"
#include "container/span_reader.h"

namespace nnzip {
namespace {

// What read_group() gives, to be written anew.
void take_group(const GroupData& group, Coded& coded) {
  coded.wrappers = group.wrappers;
  for (const GroupBlock& block : group.blocks) {
    Coded& inner = coded.inner.emplace_back();
    inner.header = block.header;
    inner.data.assign(block.coded.begin(), block.coded.end());
    take_group(block.group, inner);
  }
}

}  // namespace

EarlierBlocks::EarlierBlocks(const Options& options, const FrameModels& models,
                             const FrameHeader& frame)
    : reuse_(options.reuse), resume_(options.resume), models_(models) {
  if (reuse_ != nullptr) add_hashed(*reuse_);
  if (resume_ != nullptr) add_unfinished(*resume_, frame);
}

void EarlierBlocks::add_hashed(SeekableReader& file) {
  bool has_hashes = false;
  for (const ListedFrame& frame : directory_table(file).frames) {
    std::uint64_t offset = frame.blocks_offset();
    has_hashes = has_hashes || !frame.hashes.empty();
    for (std::size_t i = 0; i < frame.blocks.size(); ++i) {
      const bool has_literals = frame.blocks[i].copied_bytes < frame.blocks[i].content_bytes;
      if (i < frame.hashes.size() && has_literals) {
        hashed_.try_emplace(frame.hashes[i], Place{frames_.size(), offset, frame.blocks[i]});
      }
      offset += frame.blocks[i].block_bytes;
    }
    frames_.push_back(frame.header);
  }
  if (has_hashes) return;
  throw Error(ErrorCode::kInvalidArgument,
              "the earlier file has no directory with hashes, so that nothing of it can be reused; "
              "--directory writes one.");
}

// Only what would be written once more, at the same place or before it, so that both may be one
// file.
void EarlierBlocks::add_unfinished(SeekableReader& file, const FrameHeader& expected) try {
  file.seek(0);
  ContainerReader reader(file);
  const auto frame = reader.next_frame();
  if (!frame || *frame != expected) return;
  frames_.push_back(*frame);
  while (const auto block = reader.next_header()) {
    reader.skip_data(*block);
    if (block->header.kind == BlockKind::kCopies && block->header.literal_bytes() == 0) continue;
    const IndexEntry sizes{static_cast<std::uint32_t>(reader.position() - block->place.offset),
                           block->header.content_bytes, block->header.copied_bytes};
    unfinished_.push_back(
        {frames_.size() - 1, block->place.offset, {sizes, first_byte_of(block->header)}});
  }
} catch (const Error& error) {
  // It ends anywhere, and may be empty.
  if (error.code() == ErrorCode::kReadFailed) throw;
}

std::vector<CodedPart> EarlierBlocks::find(std::span<const std::uint8_t> content) {
  if (next_ < unfinished_.size()) {
    auto parts = next_unfinished(content);
    if (!parts.empty()) return parts;
    unfinished_.clear();
  }
  const auto found = hashed_.empty() ? hashed_.end() : hashed_.find(xxh3_128(content));
  if (found == hashed_.end()) return {};
  std::vector<CodedPart> parts;
  if (auto coded = read(*reuse_, found->second, content)) {
    parts.push_back({content, std::move(*coded), true});
  }
  return parts;
}

// All of the content, or none.
std::vector<CodedPart> EarlierBlocks::next_unfinished(std::span<const std::uint8_t> content) {
  std::vector<CodedPart> parts;
  std::size_t next = next_;
  while (!content.empty()) {
    if (next == unfinished_.size()) return {};
    const Place& place = unfinished_[next++];
    const std::size_t literals = place.block.content_bytes - place.block.copied_bytes;
    const auto part = content.first(std::min(literals, content.size()));
    auto coded = read(*resume_, place, part);
    if (!coded) return {};
    parts.push_back({part, std::move(*coded), true});
    content = content.subspan(part.size());
  }
  next_ = next;
  return parts;
}

// What is damaged is none.
std::optional<Coded> EarlierBlocks::read(SeekableReader& file, const Place& place,
                                         std::span<const std::uint8_t> content) const try {
  if (place.block.content_bytes - place.block.copied_bytes != content.size()) return std::nullopt;
  const FrameHeader& frame = frames_[place.frame];
  Bytes bytes(place.block.block_bytes);
  read_fully(file, place.offset, bytes);
  SpanReader span(bytes);
  InputBuffer in(span);
  CodedBlock block;
  block.header = read_block_header(in, frame.models.size());
  if (in.position() + block.header.coded_bytes != bytes.size()) return std::nullopt;
  block.coded.resize(block.header.coded_bytes);
  in.read(block.coded);
  take_copies(block, frame);
  if (block.header.content_bytes != content.size() || block.header.checksum != xxh32(content)) {
    return std::nullopt;
  }
  check_header(block);  // not of kEnd, which holds nothing
  Coded coded{block.header, std::move(block.coded)};
  if (coded.header.kind == BlockKind::kGroup) {
    take_group(read_group(coded.header, coded.data, frame.models.size()), coded);
  }
  if (!place_models(coded, frame.models)) return std::nullopt;
  return coded;
} catch (const Error& error) {
  if (error.code() == ErrorCode::kReadFailed) throw;
  return std::nullopt;
}

// Places in the frame's list become places in models_; false if one is not there.
bool EarlierBlocks::place_models(Coded& coded, const std::vector<ModelId>& names) const {
  bool all = true;
  for_each_model(coded, [&](BlockHeader& header) {
    const std::vector<ModelId> known = models_.ids();
    const auto found = std::ranges::find(known, names.at(header.model));
    all = all && found != known.end();
    header.model = static_cast<std::uint8_t>(found - known.begin());
  });
  return all;
}

}  // namespace nnzip
