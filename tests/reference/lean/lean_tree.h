// SPDX-License-Identifier: Apache-2.0
// Decisions of LEAN.md: numbers of byte values and where they part.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "coder/range_encoder.h"

namespace nnzip::mixer_reference {

// Of each byte value, as a block gives it.
using Numbers = std::vector<unsigned>;

// What the encoder gives to such content if it gives weights.
Numbers numbers_of(const Bytes& content);

void code_numbers(const Numbers& numbers, RangeEncoder& out);

// Where the values [begin, end) part; 0 if no more than one of them occurs.
unsigned node_of(const Numbers& numbers, unsigned begin, unsigned end);

}  // namespace nnzip::mixer_reference
