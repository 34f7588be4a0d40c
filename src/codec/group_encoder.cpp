// SPDX-License-Identifier: Apache-2.0
// All blocks at all depths are coded side by side; then groups are judged from the inside out.
#include "codec/group_encoder.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <utility>

#include "base/hash.h"
#include "codec/kinds/kind_zstd.h"
#include "container/group_data.h"
#include "container/span_reader.h"

namespace nnzip {
namespace {

// What is written of a block beside what coding it gave.
void complete(Coded& coded, std::span<const std::uint8_t> content) {
  coded.header.content_bytes = static_cast<std::uint32_t>(content.size());
  coded.header.coded_bytes = static_cast<std::uint32_t>(coded.data.size());
  coded.header.checksum = xxh32(content);
}

Coded group_of(const SourceBlock& block, std::vector<CodedPart> within) {
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

}  // namespace

SourceEncoder::SourceEncoder(const SourceBlock& block, const FrameModels& models,
                             const Level& level, bool single)
    : block_(block), models_(models), level_(level) {
  add_leaves(block, coded_, 1.0);
  single_ = single && leaves_.size() == 1;
}

void SourceEncoder::add_leaves(const SourceBlock& block, Coded& coded, double part) {
  if (!block.is_group()) return leaves_.push_back({&block, &coded, part});
  std::size_t bytes = 0;
  for (const SourceBlock& inner : block.inner) bytes += inner.content.size();
  part *= static_cast<double>(block.content.size()) / static_cast<double>(bytes);
  coded.inner.resize(block.inner.size());
  for (std::size_t i = 0; i < block.inner.size(); ++i) {
    add_leaves(block.inner[i], coded.inner[i], part);
  }
}

BlockProgress SourceEncoder::Leaf::progress(const BlockProgress& of_all) const {
  if (!of_all) return {};
  return [this, &of_all](std::size_t done) {
    of_all(static_cast<std::size_t>(part * static_cast<double>(done)));
  };
}

void SourceEncoder::encode(std::size_t index, int threads, const BlockProgress& progress) {
  const Leaf& leaf = leaves_[index];
  *leaf.coded = encode_block(leaf.block->content, leaf.block->segment, models_, level_, single_,
                             threads, leaf.progress(progress));
  complete(*leaf.coded, leaf.block->content);
}

std::vector<CodedPart> SourceEncoder::settle(int threads) {
  threads_ = threads;
  std::vector<CodedPart> parts;
  settle(block_, std::move(coded_), parts);
  return parts;
}

// Adds what the block has become.
void SourceEncoder::settle(const SourceBlock& block, Coded coded,
                           std::vector<CodedPart>& parts) const {
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

// What is wrapped is coded to hardly less than what zstd's quick level makes of it.
bool SourceEncoder::is_smaller(Coded& group, std::span<const std::uint8_t> content) const {
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
void SourceEncoder::add_closed(std::span<const std::uint8_t> content,
                               std::vector<CodedPart>& parts) const {
  SpanReader in(content);
  BlockSource source(in, level_.block_bytes);
  std::vector<SourceBlock> blocks;
  while (auto block = source.next()) blocks.push_back(std::move(*block));
  for (const SourceBlock& block : blocks) {
    const auto part = content.first(block.content.size());
    content = content.subspan(part.size());
    parts.push_back({part, encode_block(part, block.segment, models_, level_,
                                        single_ && blocks.size() == 1, threads_)});
    complete(parts.back().coded, part);
  }
}

std::vector<CodedPart> encode_sources(std::span<const SourceBlock> sources,
                                      const FrameModels& models, const Level& level,
                                      const SideBySide& side_by_side, const BlockProgress& tell) {
  std::deque<SourceEncoder> encoders;
  std::vector<const SourceEncoder::Leaf*> leaves;
  for (const SourceBlock& source : sources) {
    for (const auto& leaf : encoders.emplace_back(source, models, level, false).leaves_) {
      leaves.push_back(&leaf);
    }
  }
  BatchProgress progress(leaves.size(), tell);
  std::vector<BlockToEncode> blocks;
  std::vector<BlockProgress> of_leaves;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    of_leaves.emplace_back([&progress, i](std::size_t done) { progress.update(i, done); });
  }
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const SourceBlock& block = *leaves[i]->block;
    blocks.push_back({block.content, block.segment, leaves[i]->progress(of_leaves[i])});
  }
  encode_blocks(blocks, models, level, false, side_by_side);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    *leaves[i]->coded = std::move(blocks[i].coded);
    complete(*leaves[i]->coded, blocks[i].content);
  }
  std::vector<CodedPart> parts;
  for (SourceEncoder& encoder : encoders) {
    std::ranges::move(encoder.settle(side_by_side.threads_of_each), std::back_inserter(parts));
  }
  return parts;
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
