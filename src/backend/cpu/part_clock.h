// SPDX-License-Identifier: Apache-2.0
// Tells how long the parts of a network take, each time they are run.
#pragma once

#include <array>
#include <chrono>

namespace nnzip::cpu {

enum class Part { kEmbedding, kNorms, kQkv, kAttention, kOut, kUp, kDown, kHead, kDistribution };
constexpr std::size_t kParts = 9;

class PartClock {
 public:
  // Begins a pass: all parts are at 0.
  void start() {
    seconds_ = {};
    last_ = Clock::now();
  }
  // The time since the start or the last lap belongs to that part.
  void lap(Part part) {
    const auto now = Clock::now();
    seconds_[static_cast<std::size_t>(part)] += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }
  const std::array<double, kParts>& seconds() const { return seconds_; }

 private:
  using Clock = std::chrono::steady_clock;
  std::array<double, kParts> seconds_{};
  Clock::time_point last_;
};

}  // namespace nnzip::cpu
