// SPDX-License-Identifier: Apache-2.0
// What both sides must know of a block before its first byte.
#pragma once

#include <algorithm>
#include <bit>
#include <bitset>
#include <cstddef>
#include <cstdint>

#include "layout/effort.h"
#include "layout/layout.h"

namespace nnzip {

struct MixerPlan {
  std::size_t content_bytes = 0;  // of the block, at most kMaxContent
  int streams = 1;                // 1..64, as many as BlockOrder::fits the layout
  Layout layout;  // content of kSamples comes high byte first in any case: filter::reverse_numbers
  bool network = false;            // whether distributions of a network will be given
  Effort effort = Effort::kUsual;  // sound and images: usual, large
  std::bitset<128> disabled;       // contexts switched off, for measurements; none in any file

  static constexpr std::size_t kMaxContent = std::size_t{1} << 28;

  // A bound of what a Mixer of this plan allocates; a function of the plan alone. About 160 MB for
  // a block of 4 MiB, 290 MB with the large effort, 570 MB and 1.1 GB for one of 16 MiB, 4.6 GB
  // with it for one of 64 MiB, 2 MB for one of 1 KiB.
  std::size_t memory_bytes() const;
};

namespace mixer {

inline int log2_ceil(std::size_t n) { return n <= 1 ? 0 : static_cast<int>(std::bit_width(n - 1)); }

// Of the contexts of a refiner that has many of them, from the block's length alone.
inline int log2_refined(std::size_t content_bytes) {
  return std::clamp(log2_ceil(content_bytes) - 2, 12, 16);
}

}  // namespace mixer
}  // namespace nnzip
