// SPDX-License-Identifier: Apache-2.0
// Rows in wavefront order, and contiguous parts.
#include "layout/block_order.h"

#include <algorithm>

namespace nnzip {
namespace {

// The mixer looks two pixels to the right in the row above. Taps look one pixel to the right, but
// for a byte that is coded a whole step later.
constexpr std::size_t kLagPixels = 3;

}  // namespace

bool BlockOrder::fits(const Layout& layout, int streams) {
  return layout.form != Form::kPixels || streams == 1 ||
         static_cast<std::size_t>(streams) * kLagPixels * layout.element <= layout.stride;
}

BlockOrder::BlockOrder(std::size_t content_bytes, int streams, const Layout& layout)
    : sizes_(static_cast<std::size_t>(streams)) {
  const std::size_t count = sizes_.size();
  if (layout.form == Form::kPixels && count > 1) {
    run_ = layout.stride;
    skip_ = (count - 1) * run_;
    lag_ = kLagPixels * layout.element;
  } else {
    run_ = std::max<std::size_t>((content_bytes + count - 1) / count, 1);
  }
  const std::size_t period = run_ + skip_;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t behind = content_bytes - std::min(first(i), content_bytes);
    // Of a period each stream has its run; what is left of the last period may be less than one.
    sizes_[i] = skip_ == 0 ? std::min(run_, behind)
                           : behind / period * run_ + std::min(behind % period, run_);
    if (sizes_[i] != 0) steps_ = std::max(steps_, start(i) + sizes_[i]);
  }
}

}  // namespace nnzip
