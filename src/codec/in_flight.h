// SPDX-License-Identifier: Apache-2.0
// How many blocks are coded at the same time. No result depends on it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>

#include "codec/block_coder.h"
#include "codec/lanes/call_shape.h"
#include "model/model_store.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// As threads allow. Each block in flight has a mixer of its own. Those that wait for a device leave
// their cores to others.
inline std::size_t most_side_by_side(int threads, bool by_device) {
  constexpr int kMost = 32, kWaiting = 2;
  return static_cast<std::size_t>(std::min(by_device ? kWaiting * threads : threads, kMost));
}

// As in diagnostics.hpp; 1 if the device or its model is not to be had. find_store is called if the
// options may mean a device.
std::size_t contents_at_once(const Options& options,
                             const std::function<std::shared_ptr<const ModelStore>()>& find_store);

inline SideBySide side_by_side(std::size_t blocks, int threads) {
  return {blocks, std::max(1, threads / static_cast<int>(std::max<std::size_t>(blocks, 1)))};
}

}  // namespace nnzip
