// SPDX-License-Identifier: Apache-2.0
// Exact reversible transforms of a block's content before it is coded. FILTERS.md defines each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "layout/layout.h"

namespace nnzip {

enum class Filter : std::uint8_t {
  kSamples = 2,   // of kSamples with the low byte first or signed bytes: high bytes first, unsigned
  kCalls = 3,     // of kCode, x86: targets of calls and jumps instead of distances to them
  kBranches = 4,  // of kCode, instructions of four bytes (aarch64): the same
  kColumns = 5,   // of kBytes with a stride: differences from row to row
  kRepeats = 6,   // of kBytes and kCode: copies listed, which changes the length; see repeats.h
  kResiduals = 7,  // of kSamples: what a prediction leaves of them, high bytes first
  kCurves = 8,     // of kBytes with a stride of numbers of 4 or 8 bytes: distances from curves
  kIntegers = 9,   // of kSamples of 2 to 4 bytes, high byte first: out of floats or wider numbers,
                   // which changes the length; see integers.h
  kSparc = 10,    // of kCode, instructions of four bytes, high byte first: targets of SPARC's calls
  kPowerPc = 11,  // the same of PowerPC
  kTurned = 12,   // of kCode, instructions of four bytes: high byte first, what was low byte first
};

// A filter of a chain, and what it has to know to be reverted.
struct FilterStep {
  Filter filter;
  std::uint32_t made_bytes = 0;   // of a filter that changes the length: how many bytes it made
  std::uint32_t unused_bits = 0;  // of kResiduals: so many low bits are 0 in all numbers
  std::uint32_t source = 0;       // of kIntegers: as IntegerSource packs it
  bool operator==(const FilterStep&) const = default;
};

// Filters one after the other, the first one applied to the content.
using FilterChain = std::vector<FilterStep>;
constexpr std::size_t kMaxFilters = 4;

// Whether it is one of these: a number read may be any.
bool is_filter(Filter filter);

// As people see it. Precondition: one of these.
const char* name_of(Filter filter);
// Of a chain, joined by "+"; "none" if it is empty.
std::string names_of(const FilterChain& chain);

// Whether a chain may have the filter for content of that layout; no number that is no filter's.
bool filter_fits(Filter filter, const Layout& layout);
// Whether all of its filters fit and differ, and what they know can be.
bool chain_fits(const FilterChain& chain, const Layout& layout, std::size_t content_bytes);

bool changes_length(Filter filter);
bool has_filter(const FilterChain& chain, Filter filter);

// Bytes that the chain makes of so much content.
std::size_t filtered_bytes(const FilterChain& chain, std::size_t content_bytes);

// Takes any content, and fills in what each step has to know. Precondition: all filters fit.
Bytes apply_filters(FilterChain& chain, const Layout& layout, Bytes content);

// The inverse, of the content's length. Empty if no content can have become these bytes; else
// damage gives other content. Precondition: chain_fits, and filtered_bytes of them.
Bytes revert_filters(const FilterChain& chain, const Layout& layout, Bytes filtered,
                     std::size_t content_bytes);

}  // namespace nnzip
