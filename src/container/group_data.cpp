// SPDX-License-Identifier: Apache-2.0
// Reads headers alone; what they claim is compared before anything is decoded.
#include "container/group_data.h"

#include <utility>

#include "container/span_reader.h"

namespace nnzip {
namespace {

class GroupReader {
 public:
  explicit GroupReader(std::size_t models) : models_(models) {}

  GroupData read(const BlockHeader& header, std::span<const std::uint8_t> coded, int depth) {
    SpanReader source(coded);
    InputBuffer in(source);
    if (depth > kMaxGroupDepth) in.fail(ErrorCode::kCorrupt, "there are too many groups in groups");
    GroupData group;
    group.wrappers = read_wrappers(in);
    std::uint32_t left = header.opened_bytes;
    const auto take = [&](std::uint32_t bytes) {
      if (bytes > left) in.fail(ErrorCode::kCorrupt, "blocks within hold more than was stated");
      left -= bytes;
    };
    while (in.position() < coded.size()) {
      GroupBlock& block = group.blocks.emplace_back();
      in.enter_block();
      block.header = read_block_header(in, models_);
      const std::size_t begin = in.position();
      if (++blocks_ > kMaxGroupBlocks || block.header.kind == BlockKind::kEnd ||
          block.header.kind == BlockKind::kCopies ||
          block.header.coded_bytes > coded.size() - begin) {
        in.fail(ErrorCode::kCorrupt, "blocks are too many, or not what belongs here");
      }
      take(block.header.content_bytes);
      take(block.header.opened_bytes);
      block.coded = coded.subspan(begin, block.header.coded_bytes);
      in.skip(block.coded.size());
      if (block.header.kind == BlockKind::kGroup) {
        block.group = read(block.header, block.coded, depth + 1);
      }
    }
    if (left != 0) in.fail(ErrorCode::kCorrupt, "blocks within hold less than was stated");
    return group;
  }

 private:
  static std::vector<WrapperCount> read_wrappers(InputBuffer& in) {
    std::vector<WrapperCount> wrappers(in.u8());
    std::uint64_t stretches = 0;
    for (WrapperCount& wrapper : wrappers) {
      const bool first = &wrapper == wrappers.data();
      wrapper.number = in.u8();
      const std::uint64_t count = in.varint();
      stretches += count;
      if (count == 0 || stretches > kMaxGroupStretches ||
          (!first && wrapper.number <= (&wrapper)[-1].number)) {
        in.fail(ErrorCode::kCorrupt, "the group's wrappers are not stated as they should be");
      }
      wrapper.stretches = static_cast<std::uint32_t>(count);
      if (find_wrapper(wrapper.number) == nullptr) {
        in.fail(ErrorCode::kUnsupportedVersion,
                "content is wrapped in a way that this nnzip does not know; a newer one may "
                "read it");
      }
    }
    if (wrappers.empty()) in.fail(ErrorCode::kCorrupt, "the group has no wrapper");
    return wrappers;
  }

  std::size_t models_, blocks_ = 0;
};

}  // namespace

std::size_t GroupData::opened_bytes() const {
  std::size_t sum = 0;
  for (const GroupBlock& block : blocks) sum += block.header.content_bytes;
  return sum;
}

GroupData read_group(const BlockHeader& header, std::span<const std::uint8_t> coded,
                     std::size_t models) {
  return GroupReader(models).read(header, coded, 1);
}

void write_group_wrappers(std::span<const WrapperCount> wrappers, Bytes& out) {
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(wrappers.size()));
  for (const WrapperCount& wrapper : wrappers) {
    writer.u8(wrapper.number);
    writer.varint(wrapper.stretches);
  }
}

}  // namespace nnzip
