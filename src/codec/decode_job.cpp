// SPDX-License-Identifier: Apache-2.0
// Leaves of groups keep several threads busy, as blocks do.
#include "codec/decode_job.h"

#include <algorithm>

#include "codec/block_coder.h"
#include "codec/in_flight.h"

namespace nnzip {
namespace {

// As tasks, unless a device decodes some of them together.
std::size_t leaves_apart(const PendingBlock& block) {
  if (block.header.kind != BlockKind::kGroup) return 1;
  std::size_t leaves = 0;
  bool apart = true;
  for_each_leaf(block.group, [&](const BlockHeader& leaf) {
    ++leaves;
    const bool needs = needs_model(leaf.kind);
    apart = apart && !codes_together(leaf, needs ? block.engines.at(leaf.model).get() : nullptr);
  });
  return apart ? std::max<std::size_t>(leaves, 1) : 1;
}

std::uint64_t memory_of_copies(const PendingBlock& block) {
  if (!block.splice) return 0;
  return block.splice->header.content_bytes + block.splice->copies.size() * sizeof(Copy);
}

// Once it is decoded.
std::uint64_t held_bytes(const PendingBlock& block) {
  return block.header.content_bytes + memory_of_copies(block);
}

}  // namespace

std::uint64_t memory_of(const PendingBlock& block, int threads) {
  const std::uint64_t copies = memory_of_copies(block);
  if (block.header.kind != BlockKind::kGroup) {
    return copies + decode_memory(block.header, block.engine().get(), threads);
  }
  return copies + group_memory(block.header, block.group, block.engines, block.group_threads);
}

void decode(PendingBlock& block, int threads, const BlockProgress& progress) {
  if (block.header.kind != BlockKind::kGroup) {
    block.content = decode_block(block.header, block.coded, {block.engine(), threads, progress});
  } else {
    const GroupThreads at_once{std::min(block.group_threads.threads, threads),
                               std::min(block.group_threads.blocks, threads)};
    block.content = decode_group(block.header, block.group, block.engines, at_once, progress);
  }
  block.group = {};
  block.coded = {};
}

Job::Size DecodeJob::size_of(const PendingBlock& block, int threads) {
  Job::Size size{.bytes = block.header.content_bytes,
                 .held = held_bytes(block) + block.header.coded_bytes};
  const std::uint64_t memory = memory_of(block, threads);
  size.working = memory - std::min(memory, size.held);
  if (block.header.content_bytes == 0) size.tasks = 0;  // of copies alone
  if (block.header.kind == BlockKind::kGroup) {
    size.tasks = leaves_apart(block);
    size.at_once = static_cast<std::size_t>(block.group_threads.blocks);
  }
  return size;
}

DecodeJob::DecodeJob(std::vector<PendingBlock> blocks, int threads, std::size_t most)
    : blocks_(std::move(blocks)), threads_(threads), most_(most) {
  size = size_of(blocks_.front(), threads);
  for (std::size_t i = 1; i < blocks_.size(); ++i) {
    const Size more = size_of(blocks_[i], threads);
    size.bytes += more.bytes;
    size.held += more.held;
    size.working += more.working;
  }
  if (blocks_.size() > 1) size.tasks = size.at_once = 1;
}

void DecodeJob::run(std::size_t task, int threads, const BlockProgress& progress) {
  if (blocks_.size() > 1) return decode_together(progress);
  PendingBlock& block = blocks_.front();
  if (size.tasks == 1) return decode(block, threads, progress);
  std::call_once(is_laid_out_, [&] { group_.emplace(block.header, block.group, block.engines); });
  group_->decode(task, threads, progress);
}

void DecodeJob::decode_together(const BlockProgress& tell) {
  const auto [at_once, threads_of_each] = side_by_side(std::min(blocks_.size(), most_), threads_);
  BatchProgress progress(blocks_.size(), tell);
  std::vector<BlockToDecode> parts;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    PendingBlock& block = blocks_[i];
    if (block.header.content_bytes == 0) continue;
    const BlockProgress of_block = [&progress, i](std::size_t done) { progress.update(i, done); };
    const auto decode_alone = [&block, of_block, threads = threads_of_each] {
      decode(block, threads, of_block);
      return std::move(block.content);
    };
    parts.push_back({block.header, block.coded, block.engine(), of_block, decode_alone,
                     [&block](Bytes content) { block.content = std::move(content); }});
  }
  decode_blocks(parts, at_once);
}

std::uint64_t DecodeJob::finish(int threads) {
  if (group_) {
    blocks_.front().content = group_->close(threads);
    group_.reset();
  }
  std::uint64_t held = 0;
  for (PendingBlock& block : blocks_) {
    block.group = {};
    block.coded = {};
    held += held_bytes(block);
  }
  return held;
}

}  // namespace nnzip
