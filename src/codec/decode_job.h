// SPDX-License-Identifier: Apache-2.0
// Blocks that were read, as a job of a queue.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "codec/group_decoder.h"
#include "codec/job_queue.h"
#include "codec/spliced_block.h"

namespace nnzip {

// A block read, and where its content stands in all content. Of a block with copies it is the block
// of literals, until these are between the copies.
struct PendingBlock : CodedBlock {
  std::uint64_t content_at = 0;
  std::optional<Splice> splice;
  Engines engines;  // that it needs
  GroupData group;  // of a group
  GroupThreads group_threads;
  Bytes content;

  std::shared_ptr<const Engine> engine() const {
    return needs_model(header.kind) ? engines.at(header.model) : nullptr;
  }
};

// Bytes of memory that decoding takes at most with the block's group_threads, its content, coded
// data and copies included.
std::uint64_t memory_of(const PendingBlock& block, int threads);

// Fills the content, on this thread and others. Empty if it is damaged.
void decode(PendingBlock& block, int threads, const BlockProgress& progress);

class DecodeJob : public Job {
 public:
  // Of a block, also before its coded data are read.
  static Size size_of(const PendingBlock& block, int threads);

  // Several blocks are decoded together by a device, as far as they are for it. most: of the others
  // at once.
  DecodeJob(std::vector<PendingBlock> blocks, int threads, std::size_t most);

  void run(std::size_t task, int threads, const BlockProgress& progress) override;
  std::uint64_t finish(int threads) override;

  // In their order, decoded once it has ended.
  std::vector<PendingBlock>& blocks() { return blocks_; }

 private:
  void decode_together(const BlockProgress& progress);

  std::vector<PendingBlock> blocks_;
  int threads_;
  std::size_t most_;
  std::once_flag is_laid_out_;
  std::optional<GroupDecoder> group_;  // of a group alone whose blocks are tasks
};

}  // namespace nnzip
