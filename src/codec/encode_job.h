// SPDX-License-Identifier: Apache-2.0
// Blocks that a source gave, as a job of a queue.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "codec/group_encoder.h"
#include "codec/job_queue.h"

namespace nnzip {

// What all jobs of a frame have in common.
struct EncodeMeans {
  const FrameModels& models;
  const Level& level;
  int threads;           // of all jobs
  std::size_t most;      // blocks at work at once
  std::size_t together;  // blocks that fill a device that codes them by itself; else 1
  std::uint64_t memory;  // bytes, for all jobs
};

class EncodeJob : public Job {
 public:
  // Of a block that is read and in no job yet: the bytes of memory that it holds.
  static std::uint64_t memory_of_read(const SourceBlock& block);

  // One block, of which the leaves are tasks. single: whether it is all of the frame.
  EncodeJob(SourceBlock block, const EncodeMeans& means, bool single);
  // Blocks that a device codes together, as one task.
  EncodeJob(std::vector<SourceBlock> blocks, const EncodeMeans& means);
  // A block that need not be coded.
  EncodeJob(SourceBlock block, std::vector<CodedPart> known);

  void run(std::size_t task, int threads, const BlockProgress& progress) override;
  std::uint64_t finish(int threads) override;

  // Once it has ended, in the order of the content.
  std::vector<CodedPart>& parts() { return parts_; }

 private:
  const std::vector<SourceBlock> blocks_;
  std::optional<EncodeMeans> means_;
  SideBySide side_by_side_;               // of blocks that are coded together
  std::optional<SourceEncoder> encoder_;  // of one block
  std::vector<CodedPart> parts_;
};

// Content that is to be coded, bytes.
std::size_t bytes_to_code(const SourceBlock& block);

}  // namespace nnzip
