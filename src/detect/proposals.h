// SPDX-License-Identifier: Apache-2.0
// Ways of looking at content that may make it smaller. Proposing happens here alone; what is
// measured decides, in codec/choose.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "filter/filter.h"
#include "layout/layout.h"

namespace nnzip {

struct Proposal {
  Layout layout;
  FilterChain filters = {};
};

// At least one; the layout of the last one is that of the rows. described: what a header or a
// caller says of the content, Layout{} if none does.
std::vector<Proposal> proposals_of(std::span<const std::uint8_t> content, const Layout& described);

}  // namespace nnzip
