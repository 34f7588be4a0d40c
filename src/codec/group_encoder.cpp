// SPDX-License-Identifier: Apache-2.0
// All blocks at all depths are coded side by side; then groups are judged from the inside out.
#include "codec/group_encoder.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/hash.h"
#include "codec/kinds/kind_zstd.h"
#include "container/group_data.h"
#include "container/span_reader.h"

namespace nnzip {
namespace {

// A block that is no group.
struct Leaf {
  const SourceBlock* block;
  Coded* coded;
  double part;  // bytes of all content that a byte of this one stands for
};

class SourceEncoder {
 public:
  SourceEncoder(const FrameModels& models, const Level& level, const SideBySide& side_by_side)
      : models_(models), level_(level), side_by_side_(side_by_side) {}

  std::vector<CodedPart> run(std::span<const SourceBlock> blocks, bool single,
                             const std::function<void(std::size_t)>& progress,
                             const KnownBlock& known) {
    std::vector<Coded> coded(blocks.size());
    std::vector<std::vector<CodedPart>> found(blocks.size());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (known) found[i] = known(blocks[i].content);
      if (found[i].empty()) add_leaves(blocks[i], coded[i], 1.0);
    }
    single_ = single && leaves_.size() == 1;
    encode_leaves(progress);
    std::vector<CodedPart> parts;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (found[i].empty()) {
        settle(blocks[i], std::move(coded[i]), parts);
      } else {
        std::ranges::move(found[i], std::back_inserter(parts));
      }
    }
    return parts;
  }

 private:
  void add_leaves(const SourceBlock& block, Coded& coded, double part) {
    if (!block.is_group()) return leaves_.push_back({&block, &coded, part});
    std::size_t bytes = 0;
    for (const SourceBlock& inner : block.inner) bytes += inner.content.size();
    part *= static_cast<double>(block.content.size()) / static_cast<double>(bytes);
    coded.inner.resize(block.inner.size());
    for (std::size_t i = 0; i < block.inner.size(); ++i) {
      add_leaves(block.inner[i], coded.inner[i], part);
    }
  }

  void encode_leaves(const std::function<void(std::size_t)>& tell) const {
    BatchProgress progress(leaves_.size(), tell);
    std::vector<BlockToEncode> blocks;
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
      const SourceBlock& block = *leaves_[i].block;
      blocks.push_back({block.content, block.segment, [&, i](std::size_t done) {
                          const double bytes = leaves_[i].part * static_cast<double>(done);
                          progress.update(i, static_cast<std::size_t>(bytes));
                        }});
    }
    encode(blocks, single_);
    for (std::size_t i = 0; i < leaves_.size(); ++i) *leaves_[i].coded = std::move(blocks[i].coded);
  }

  void encode(std::span<BlockToEncode> blocks, bool single) const {
    encode_blocks(blocks, models_, level_, single, side_by_side_);
    for (BlockToEncode& block : blocks) {
      BlockHeader& header = block.coded.header;
      header.content_bytes = static_cast<std::uint32_t>(block.content.size());
      header.coded_bytes = static_cast<std::uint32_t>(block.coded.data.size());
      header.checksum = xxh32(block.content);
    }
  }

  // Adds what the block has become.
  void settle(const SourceBlock& block, Coded coded, std::vector<CodedPart>& parts) const {
    if (!block.is_group()) return parts.push_back({block.content, std::move(coded)});
    std::vector<CodedPart> within;
    for (std::size_t i = 0; i < block.inner.size(); ++i) {
      settle(block.inner[i], std::move(coded.inner[i]), within);
    }
    coded = group_of(block, std::move(within));
    if (is_smaller(coded, block.content)) {
      parts.push_back({block.content, std::move(coded)});
    } else {
      add_closed(block.content, parts);
    }
  }

  static Coded group_of(const SourceBlock& block, std::vector<CodedPart> within) {
    Coded group;
    group.header.kind = BlockKind::kGroup;
    group.header.content_bytes = static_cast<std::uint32_t>(block.content.size());
    group.header.checksum = xxh32(block.content);
    group.wrappers = block.wrappers;
    for (CodedPart& part : within) {
      group.header.opened_bytes += part.coded.header.content_bytes + part.coded.header.opened_bytes;
      group.inner.push_back(std::move(part.coded));
    }
    return group;
  }

  // What is wrapped is coded to hardly less than what zstd's quick level makes of it.
  bool is_smaller(Coded& group, std::span<const std::uint8_t> content) const {
    seal_group(group, models_.all().size());
    std::set<std::uint8_t> used;
    for_each_model(group, [&](const BlockHeader& header) { used.insert(header.model); });
    const std::size_t quick = std::min(content.size(), zstd_pack(content, kZstdQuickLevel).size());
    const std::size_t names = used.size() * sizeof(ModelId);
    const bool smaller =
        block_header_bytes(group.header, models_.all().size()) + group.data.size() + names < quick;
    group.data = {};
    return smaller;
  }

  // The content in blocks as it is.
  void add_closed(std::span<const std::uint8_t> content, std::vector<CodedPart>& parts) const {
    SpanReader in(content);
    BlockSource source(in, level_.block_bytes);
    std::vector<SourceBlock> blocks;
    while (auto block = source.next()) blocks.push_back(std::move(*block));
    std::vector<BlockToEncode> encoded;
    for (const SourceBlock& block : blocks) encoded.push_back({block.content, block.segment, {}});
    encode(encoded, single_ && blocks.size() == 1);
    for (BlockToEncode& block : encoded) {
      parts.push_back({content.first(block.content.size()), std::move(block.coded)});
      content = content.subspan(parts.back().content.size());
    }
  }

  const FrameModels& models_;
  const Level& level_;
  SideBySide side_by_side_;
  std::vector<Leaf> leaves_;
  bool single_ = false;
};

}  // namespace

std::vector<CodedPart> encode_sources(std::span<const SourceBlock> blocks,
                                      const FrameModels& models, const Level& level, bool single,
                                      const SideBySide& side_by_side,
                                      const std::function<void(std::size_t)>& progress,
                                      const KnownBlock& known) {
  return SourceEncoder(models, level, side_by_side).run(blocks, single, progress, known);
}

void for_each_model(Coded& coded, const std::function<void(BlockHeader&)>& call) {
  if (needs_model(coded.header.kind)) call(coded.header);
  for (Coded& inner : coded.inner) for_each_model(inner, call);
}

void seal_group(Coded& coded, std::size_t models) {
  if (coded.header.kind != BlockKind::kGroup) return;
  coded.data.clear();
  write_group_wrappers(coded.wrappers, coded.data);
  for (Coded& inner : coded.inner) {
    seal_group(inner, models);
    write_block_header(inner.header, models, coded.data);
    coded.data.insert(coded.data.end(), inner.data.begin(), inner.data.end());
    if (inner.header.kind == BlockKind::kGroup) inner.data = {};
  }
  coded.header.coded_bytes = static_cast<std::uint32_t>(coded.data.size());
}

}  // namespace nnzip
