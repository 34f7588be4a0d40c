// SPDX-License-Identifier: Apache-2.0
// Groups back to their content.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "codec/progress.h"
#include "container/container_reader.h"
#include "container/group_data.h"

namespace nnzip {

// By the frame's list of models; null where no block needs it.
using Engines = std::vector<std::shared_ptr<const Engine>>;

// What is in the group, checked but for what engines must fit. Throws Error that says where in the
// input it stands.
GroupData read_group(const CodedBlock& block, std::size_t models);

// Calls it with the header of each block within that is no group.
void for_each_leaf(const GroupData& group, const std::function<void(const BlockHeader&)>& call);

// At most so many blocks within are decoded at a time, on some threads in all.
struct GroupThreads {
  int threads = 1;
  int blocks = 1;
};

// Bytes of memory that decoding takes at most, content and coded data included.
std::uint64_t group_memory(const BlockHeader& header, const GroupData& group,
                           const Engines& engines, GroupThreads threads);

// Of one group. Precondition: headers within fit their kinds and engines.
class GroupDecoder {
 public:
  // All are to stay where they are.
  GroupDecoder(const BlockHeader& header, const GroupData& group, const Engines& engines);

  // Blocks at all depths that are no groups.
  std::size_t leaves() const { return leaves_.size(); }
  // Each once, on any thread, and each telling of its own bytes; or all of them, also together on
  // a device that likes that. Throws Error.
  void decode(std::size_t leaf, int threads, const BlockProgress& progress);
  void decode_all(GroupThreads threads, const BlockProgress& progress);
  // After that: content of the length stated; empty if the data are damaged, but for what the
  // group's own checksum tells.
  Bytes close(int threads);

 private:
  // A group and what it opens to.
  struct Node {
    const GroupData* group;
    Bytes opened;
    std::vector<Node> inner;  // of its blocks that are groups
  };
  struct Leaf {
    const GroupBlock* block;
    std::span<std::uint8_t> content;  // to fill
  };

  Node lay_out(const GroupData& group);
  void take(const Leaf& leaf, const Bytes& content);
  BlockProgress part_of(const BlockProgress& progress) const;
  Bytes close(Node& node, std::size_t content_bytes, int threads) const;

  const BlockHeader& header_;
  const Engines& engines_;
  std::vector<Leaf> leaves_;
  std::size_t leaf_bytes_ = 0;
  double part_ = 0;  // bytes of the content that a byte of a leaf stands for
  Node root_;        // after the leaves
  std::atomic<bool> good_ = true;
};

// All of that.
Bytes decode_group(const BlockHeader& header, const GroupData& group, const Engines& engines,
                   GroupThreads threads, const BlockProgress& progress);

}  // namespace nnzip
