// SPDX-License-Identifier: Apache-2.0
// Blocks that a source gave to coded data, those within groups too. A group stays one only if it is
// smaller than its content coded as it is.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "codec/progress.h"

namespace nnzip {

struct CodedPart {
  std::span<const std::uint8_t> content;  // of a SourceBlock
  Coded coded;                            // of a group: not sealed
  bool known = false;                     // not coded anew
};

// Of one block that a source gave.
class SourceEncoder {
 public:
  // single: whether there are no others in the frame. All are to stay where they are.
  SourceEncoder(const SourceBlock& block, const FrameModels& models, const Level& level,
                bool single);

  // Blocks at all depths that are no groups, 1 if it is none itself.
  std::size_t leaves() const { return leaves_.size(); }

  // Each once, on any thread. progress: called with bytes of all content. Throws Error.
  void encode(std::size_t leaf, int threads, const BlockProgress& progress);

  // After these. One part or, where a group is given up, several in their order. Neither depends on
  // threads. Throws Error.
  std::vector<CodedPart> settle(int threads);

 private:
  friend std::vector<CodedPart> encode_sources(std::span<const SourceBlock> blocks,
                                               const FrameModels& models, const Level& level,
                                               const SideBySide& side_by_side,
                                               const BlockProgress& progress);
  // A block that is no group.
  struct Leaf {
    const SourceBlock* block;
    Coded* coded;
    double part;  // bytes of all content that a byte of this one stands for
    BlockProgress progress(const BlockProgress& of_all) const;
  };

  void add_leaves(const SourceBlock& block, Coded& coded, double part);
  void settle(const SourceBlock& block, Coded coded, std::vector<CodedPart>& parts) const;
  bool is_smaller(Coded& group, std::span<const std::uint8_t> content) const;
  void add_closed(std::span<const std::uint8_t> content, std::vector<CodedPart>& parts) const;

  const SourceBlock& block_;
  const FrameModels& models_;
  const Level& level_;
  Coded coded_;
  std::vector<Leaf> leaves_;
  bool single_;
  int threads_ = 1;
};

// The parts of blocks that a device codes together, one block after the other; there are others in
// the frame.
std::vector<CodedPart> encode_sources(std::span<const SourceBlock> blocks,
                                      const FrameModels& models, const Level& level,
                                      const SideBySide& side_by_side,
                                      const BlockProgress& progress);

// Calls it with the header of the block, if it needs a model, and of all within that do.
void for_each_model(Coded& coded, const std::function<void(BlockHeader&)>& call);

// Writes the coded data of a group, now that it is known how many models the frame names; leaves
// others as they are.
void seal_group(Coded& coded, std::size_t models);

}  // namespace nnzip
