// SPDX-License-Identifier: Apache-2.0
// Exact reversible transforms of a block's content before it is coded. FILTERS.md defines each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "layout/layout.h"

namespace nnzip {

enum class Filter : std::uint8_t {
  kNone = 0,
  kSamples = 2,    // of kSamples with the low byte first: high bytes first; signed bytes
  kCalls = 3,      // of kCode, x86: targets of calls and jumps instead of distances to them
  kBranches = 4,   // of kCode, instructions of four bytes (aarch64): the same
  kColumns = 5,    // of kBytes with a stride: differences from row to row
  kRepeats = 6,    // of kBytes: copies listed, which makes it shorter; see repeats.h
  kResiduals = 7,  // of kSamples: what a prediction leaves of them, high bytes first
  kCurves = 8,     // of kBytes with a stride of numbers of 4 or 8 bytes: distances from curves
};

// Whether it is one of these: a number read may be any.
bool is_filter(Filter filter);

// As people see it. Precondition: one of these.
const char* name_of(Filter filter);

// Whether the filter takes content of that layout; kNone takes any, a number that is no filter's
// takes none.
bool filter_fits(Filter filter, const Layout& layout);

// In place and of any content. Precondition: the filter fits the layout and is not kRepeats; for
// kResiduals the layout's unused_bits are no more than the content has.
void apply_filter(Filter filter, const Layout& layout, std::span<std::uint8_t> content);
// The inverse.
void revert_filter(Filter filter, const Layout& layout, std::span<std::uint8_t> content);

}  // namespace nnzip
