// SPDX-License-Identifier: Apache-2.0
// Adds up how far blocks have got that are coded side by side.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <numeric>
#include <thread>
#include <vector>

namespace nnzip {

class BatchProgress {
 public:
  // tell: called with the bytes done of all blocks, from the thread that makes this object.
  BatchProgress(std::size_t blocks, std::function<void(std::size_t)> tell)
      : done_(blocks), tell_(std::move(tell)) {}

  // May be called from any thread.
  void update(std::size_t block, std::size_t done) {
    done_[block] = done;
    if (std::this_thread::get_id() != caller_) return;
    tell_(std::accumulate(done_.begin(), done_.end(), std::size_t{0}));
  }

 private:
  std::vector<std::atomic<std::size_t>> done_;
  std::function<void(std::size_t)> tell_;
  std::thread::id caller_ = std::this_thread::get_id();
};

}  // namespace nnzip
