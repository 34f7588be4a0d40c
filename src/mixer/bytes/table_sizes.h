// SPDX-License-Identifier: Apache-2.0
// How large the tables of a block of bytes are.
#pragma once

#include <algorithm>
#include <cstddef>

#include "layout/effort.h"
#include "mixer/core/mixer_plan.h"

namespace nnzip::mixer {

// From its length alone.
struct TableSizes {
  TableSizes(std::size_t content_bytes, Effort effort) {
    const int length = log2_ceil(content_bytes), more = std::clamp(length - 22, 0, 2);
    log2_lines = effort == Effort::kLarge ? std::clamp(length + 2, 12, std::clamp(length, 22, 26))
                                          : std::clamp(length + 1, 10, 21 + more);
    log2_matches = std::max(std::clamp(length, 10, 20), length - 2);
  }
  int log2_lines;
  int log2_matches;
};

// Whether a block of the large effort has a refiner by two bytes.
inline bool has_pairs(const MixerPlan& plan) {
  return plan.content_bytes >= std::size_t{1} << 18 && plan.layout.form == Form::kBytes &&
         plan.layout.stride == 0;
}
inline constexpr int kLog2Pairs = 17;

}  // namespace nnzip::mixer
