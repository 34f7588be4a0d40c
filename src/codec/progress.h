// SPDX-License-Identifier: Apache-2.0
// How far the coding of blocks has got.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

namespace nnzip {

// Called now and then from the calling thread with the content bytes of the block done so far.
using BlockProgress = std::function<void(std::size_t)>;

// Tells the caller now and then.
class ProgressReporter {
 public:
  explicit ProgressReporter(const BlockProgress& progress) : progress_(progress) {}
  void add(std::size_t bytes) {
    done_ += bytes;
    if (!progress_ || done_ < reported_ + kBytesPerReport) return;
    reported_ = done_;
    progress_(done_);
  }

 private:
  static constexpr std::size_t kBytesPerReport = 256;
  const BlockProgress& progress_;
  std::size_t done_ = 0, reported_ = 0;
};

// Adds up blocks that are coded side by side.
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
