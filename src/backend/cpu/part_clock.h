// SPDX-License-Identifier: Apache-2.0
// Tells how long the parts of a network take, each time they are run.
#pragma once

#include <array>
#include <cstddef>
#include <ctime>

namespace nnzip::cpu {

enum class Part { kEmbedding, kNorms, kQkv, kAttention, kOut, kUp, kDown, kHead, kDistribution };
constexpr std::size_t kParts = 9;

class PartClock {
 public:
  // The processor time of the thread leaves out what others did meanwhile, but takes up to a
  // microsecond to read: too much for the parts of short passes.
  explicit PartClock(bool processor_time)
      : clock_(processor_time ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC) {}

  // Begins a pass: all parts are at 0.
  void start() {
    seconds_ = {};
    last_ = now();
  }
  // The time since the start or the last lap belongs to that part.
  void lap(Part part) {
    const double time = now();
    seconds_[static_cast<std::size_t>(part)] += time - last_;
    last_ = time;
  }
  const std::array<double, kParts>& seconds() const { return seconds_; }

 private:
  double now() const {
    timespec time{};
    clock_gettime(clock_, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  clockid_t clock_;
  std::array<double, kParts> seconds_{};
  double last_ = 0;
};

}  // namespace nnzip::cpu
