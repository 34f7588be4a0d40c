// SPDX-License-Identifier: Apache-2.0
// Keeps Options::memory_limit: what a call is about to need is counted before it is allocated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace nnzip {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit) : limit_(limit) {}  // 0: none

  // Counts bytes that stay for the rest of the call. Throws Error(kMemoryLimit).
  void take(std::uint64_t bytes);

  // Counts bytes for a while, beside those taken. Throws Error(kMemoryLimit).
  void need(std::uint64_t bytes);

  bool fits(std::uint64_t bytes) const { return limit_ == 0 || taken_ + bytes <= limit_; }

  // Whether so many bytes may be taken for what could be done later instead: without a limit at
  // most 6 GiB.
  bool fits_at_once(std::uint64_t bytes) const {
    constexpr std::uint64_t kMost = std::uint64_t{6} << 30;
    return taken_ + bytes <= (limit_ == 0 ? kMost : limit_);
  }

  // Bytes that fit.
  std::uint64_t left() const {
    return limit_ == 0 ? std::numeric_limits<std::uint64_t>::max()
                       : limit_ - std::min(limit_, taken_);
  }

  std::uint64_t peak() const { return peak_; }

 private:
  std::uint64_t limit_;
  std::uint64_t taken_ = 0;
  std::uint64_t peak_ = 0;
};

}  // namespace nnzip
