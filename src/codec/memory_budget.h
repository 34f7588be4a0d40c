// SPDX-License-Identifier: Apache-2.0
// Keeps Options::memory_limit: what a call is about to need is counted before it is allocated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace nnzip {

class MemoryBudget {
 public:
  // limit: 0 is none. at_once: of what is done side by side; 0: the limit, or 6 GiB without one.
  explicit MemoryBudget(std::uint64_t limit, std::uint64_t at_once = 0)
      : limit_(limit),
        at_once_(at_once != 0 ? at_once
                 : limit != 0 ? limit
                              : kUsualAtOnce) {
    if (limit != 0) at_once_ = std::min(at_once_, limit);
  }

  // Counts bytes that stay for the rest of the call. Throws Error(kMemoryLimit).
  void take(std::uint64_t bytes);

  // Counts bytes for a while, beside those taken. Throws Error(kMemoryLimit).
  void need(std::uint64_t bytes);

  bool fits(std::uint64_t bytes) const { return limit_ == 0 || taken_ + bytes <= limit_; }

  // Bytes that may be taken for what could be done later instead.
  std::uint64_t left_at_once() const { return at_once_ - std::min(at_once_, taken_); }

  // Bytes that fit.
  std::uint64_t left() const {
    return limit_ == 0 ? std::numeric_limits<std::uint64_t>::max()
                       : limit_ - std::min(limit_, taken_);
  }

  // Counts bytes that were needed for a while beside those taken, and were known to fit.
  void note(std::uint64_t bytes) { peak_ = std::max(peak_, taken_ + bytes); }
  std::uint64_t peak() const { return peak_; }

 private:
  static constexpr std::uint64_t kUsualAtOnce = std::uint64_t{6} << 30;

  std::uint64_t limit_, at_once_;
  std::uint64_t taken_ = 0;
  std::uint64_t peak_ = 0;
};

}  // namespace nnzip
