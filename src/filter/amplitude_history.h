// SPDX-License-Identifier: Apache-2.0
// The last amplitudes of a channel of sound.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace nnzip::filter {

class AmplitudeHistory {
 public:
  static constexpr int kReach = 32;

  // The newest one is at end()[-1], the oldest that is kept at end()[-kReach]; 0 before the first.
  const std::int32_t* end() const { return values_.data() + end_; }

  void push(std::int32_t value) {
    if (end_ == values_.size()) {
      std::copy_n(values_.end() - kReach, kReach, values_.begin());
      end_ = kReach;
    }
    values_[end_++] = value;
  }

  // The last ones of a channel, then the last ones of the channel beside it, the oldest first.
  static void gather(const AmplitudeHistory& own, int own_count, const AmplitudeHistory& other,
                     int other_count, std::int64_t* inputs) {
    std::copy_n(own.end() - own_count, own_count, inputs);
    std::copy_n(other.end() - other_count, other_count, inputs + own_count);
  }

 private:
  std::array<std::int32_t, 512> values_{};
  std::size_t end_ = kReach;
};

}  // namespace nnzip::filter
