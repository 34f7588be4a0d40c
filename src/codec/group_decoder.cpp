// SPDX-License-Identifier: Apache-2.0
// All blocks at all depths are decoded side by side; then groups are closed from the inside out.
#include "codec/group_decoder.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/hash.h"
#include "codec/block_coder.h"
#include "codec/parallel.h"
#include "unwrap/group.h"

namespace nnzip {
namespace {

// What closing takes for each thread beside what it makes.
constexpr std::uint64_t kClosing = std::uint64_t{3} << 20;

std::shared_ptr<const Engine> engine_of(const BlockHeader& header, const Engines& engines) {
  return needs_model(header.kind) ? engines.at(header.model) : nullptr;
}

int threads_of_each(GroupThreads threads, std::size_t leaves) {
  const std::size_t blocks = std::min(static_cast<std::size_t>(threads.blocks), leaves);
  return std::max(1, threads.threads / static_cast<int>(std::max(blocks, std::size_t{1})));
}

}  // namespace

GroupDecoder::GroupDecoder(const BlockHeader& header, const GroupData& group,
                           const Engines& engines)
    : header_(header), engines_(engines), root_(lay_out(group)) {
  part_ = static_cast<double>(header.content_bytes) / static_cast<double>(leaf_bytes_);
}

GroupDecoder::Node GroupDecoder::lay_out(const GroupData& group) {
  Node node{&group, Bytes(group.opened_bytes()), {}};
  std::span<std::uint8_t> left = node.opened;
  for (const GroupBlock& block : group.blocks) {
    const auto content = left.first(block.header.content_bytes);
    left = left.subspan(content.size());
    if (block.header.kind == BlockKind::kGroup) {
      node.inner.push_back(lay_out(block.group));
    } else {
      leaves_.push_back({&block, content});
      leaf_bytes_ += content.size();
    }
  }
  return node;
}

BlockProgress GroupDecoder::part_of(const BlockProgress& progress) const {
  if (!progress) return {};
  return [this, &progress](std::size_t done) {
    progress(static_cast<std::size_t>(part_ * static_cast<double>(done)));
  };
}

void GroupDecoder::decode(std::size_t leaf, int threads, const BlockProgress& progress) {
  const GroupBlock& block = *leaves_[leaf].block;
  if (!good_) return;
  const Means means{engine_of(block.header, engines_), threads, part_of(progress)};
  take(leaves_[leaf], decode_block(block.header, block.coded, means));
}

void GroupDecoder::decode_all(GroupThreads threads, const BlockProgress& tell) {
  BatchProgress progress(leaves_.size(), part_of(tell));
  std::vector<BlockToDecode> blocks;
  const int threads_of_leaf = threads_of_each(threads, leaves_.size());
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    const GroupBlock& block = *leaves_[i].block;
    const Means means{engine_of(block.header, engines_), threads_of_leaf,
                      [&progress, i](std::size_t done) { progress.update(i, done); }};
    blocks.push_back({block.header, block.coded, means.engine, means.progress,
                      [this, &block, means] {
                        return good_ ? decode_block(block.header, block.coded, means) : Bytes();
                      },
                      [this, i](const Bytes& content) { take(leaves_[i], content); }});
  }
  decode_blocks(blocks, static_cast<std::size_t>(threads.blocks));
}

void GroupDecoder::take(const Leaf& leaf, const Bytes& content) {
  if (content.empty() || xxh32(content) != leaf.block->header.checksum) {
    good_ = false;
  } else {
    std::ranges::copy(content, leaf.content.begin());
  }
}

Bytes GroupDecoder::close(int threads) {
  return good_ ? close(root_, header_.content_bytes, threads) : Bytes();
}

Bytes GroupDecoder::close(Node& node, std::size_t content_bytes, int threads) const {
  auto inner = node.inner.begin();
  std::size_t at = 0;
  for (const GroupBlock& block : node.group->blocks) {
    if (block.header.kind == BlockKind::kGroup) {
      const Bytes content = close(*inner++, block.header.content_bytes, threads);
      if (content.empty() || xxh32(content) != block.header.checksum) return {};
      std::ranges::copy(content, node.opened.begin() + static_cast<std::ptrdiff_t>(at));
    }
    at += block.header.content_bytes;
  }
  Bytes content(content_bytes);
  const auto for_each = [threads](std::size_t count, const std::function<void(std::size_t)>& task) {
    parallel_for(threads, count, task);
  };
  if (!close_group(node.group->wrappers, node.opened, for_each, content)) return {};
  node.opened = {};
  return content;
}

namespace {

GroupData read_placed(const CodedBlock& block, std::size_t models) try {
  return read_group(block.header, block.coded, models);
} catch (const Error& error) {
  const bool too_short = error.code() == ErrorCode::kTruncated;
  throw Error(too_short ? ErrorCode::kCorrupt : error.code(),
              to_string(block.place) + ": within the group: " + error.what());
}

}  // namespace

GroupData read_group(const CodedBlock& block, std::size_t models) {
  GroupData group = read_placed(block, models);
  for_each_leaf(group, [&](const BlockHeader& header) { check_header({header, block.place}); });
  return group;
}

void for_each_leaf(const GroupData& group, const std::function<void(const BlockHeader&)>& call) {
  for (const GroupBlock& block : group.blocks) {
    if (block.header.kind == BlockKind::kGroup) {
      for_each_leaf(block.group, call);
    } else {
      call(block.header);
    }
  }
}

std::uint64_t group_memory(const BlockHeader& header, const GroupData& group,
                           const Engines& engines, GroupThreads threads) {
  std::vector<BlockHeader> headers;
  for_each_leaf(group, [&](const BlockHeader& leaf) { headers.push_back(leaf); });
  std::vector<std::uint64_t> leaves;
  // The last one may have all threads.
  for (const BlockHeader& leaf : headers) {
    leaves.push_back(decode_memory(leaf, engine_of(leaf, engines).get(), threads.threads));
  }
  std::ranges::sort(leaves, std::greater<>());
  leaves.resize(std::min(leaves.size(), static_cast<std::size_t>(threads.blocks)));
  // What is wrapped stands once as its wrapper makes it, and once in its place; what it is made of
  // may stand twice as well.
  const std::uint64_t always = std::uint64_t{header.coded_bytes} +
                               2 * std::uint64_t{header.content_bytes} +
                               2 * std::uint64_t{header.opened_bytes} +
                               static_cast<std::uint64_t>(threads.threads) * kClosing;
  return std::accumulate(leaves.begin(), leaves.end(), always);
}

Bytes decode_group(const BlockHeader& header, const GroupData& group, const Engines& engines,
                   GroupThreads threads, const BlockProgress& progress) {
  GroupDecoder decoder(header, group, engines);
  decoder.decode_all(threads, progress);
  return decoder.close(threads.threads);
}

}  // namespace nnzip
