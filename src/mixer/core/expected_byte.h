// SPDX-License-Identifier: Apache-2.0
// For people who look at what a predictor does; coding needs nothing of it.
#pragma once

#include <cstdint>

namespace nnzip {

// What the adaptive parts by themselves expect of a byte of kBytes or kCode; -1 for nothing.
struct ExpectedByte {
  int contexts = -1;              // by most of those whose bytes were the same of late
  int match = -1;                 // what followed the longest match
  std::uint32_t match_bytes = 0;  // how long that is
};

}  // namespace nnzip
