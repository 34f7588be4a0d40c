// SPDX-License-Identifier: Apache-2.0
// Groups back to their content.
#pragma once

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

// Content of the length stated; empty if the data are damaged, but for what the group's own
// checksum tells. Precondition: headers within fit their kinds and engines. Throws Error.
Bytes decode_group(const BlockHeader& header, const GroupData& group, const Engines& engines,
                   GroupThreads threads, const BlockProgress& progress);

}  // namespace nnzip
