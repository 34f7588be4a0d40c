// SPDX-License-Identifier: Apache-2.0
// How a block is best looked at: what headers and statistics propose, judged by samples.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "codec/levels.h"
#include "detect/detector.h"
#include "filter/filter.h"

namespace nnzip {

struct View {
  Layout layout;
  FilterChain filters = {};
  Bytes filtered = {};  // what they made of the content; empty if there are none
  bool lean = false;    // few contexts do, in place of many or of sorting

  std::span<const std::uint8_t> of(std::span<const std::uint8_t> content) const {
    return filters.empty() ? content : std::span<const std::uint8_t>(filtered);
  }
};

// The one that makes samples of the content smallest; those of bytes and code are coded as `alone`
// says, see KindsTried. Takes about a tenth of the time that coding the content takes.
View choose_view(std::span<const std::uint8_t> content, const Segment& segment,
                 const Sampling& sampling, BlockKind alone = BlockKind::kContexts);

}  // namespace nnzip
