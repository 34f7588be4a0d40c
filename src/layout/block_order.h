// SPDX-License-Identifier: Apache-2.0
// Which byte of a block each stream has at which step of the lockstep.
//
// Streams of pixels are rows in wavefront order: stream k has rows k, k + S, k + 2S, ... and begins
// k * lag steps after stream 0, so that of the row above always so much is coded before a byte as
// lies up to its pixel and two pixels more. Streams of anything else are parts of the content, one
// behind the other, and begin together.
//
// At a step the streams that have a byte take turns, the first one first.
#pragma once

#include <cstddef>
#include <vector>

#include "layout/layout.h"

namespace nnzip {

class BlockOrder {
 public:
  // Precondition: fits(layout, streams).
  BlockOrder(std::size_t content_bytes, int streams, const Layout& layout);

  // Whether content of that layout can have so many streams. One always fits; several streams of
  // pixels must not be so many that a stream's next row would have to wait for the row above it.
  static bool fits(const Layout& layout, int streams);

  std::size_t streams() const { return sizes_.size(); }
  // Bytes of the stream.
  std::size_t size(std::size_t stream) const { return sizes_[stream]; }
  // The step of its first byte.
  std::size_t start(std::size_t stream) const { return stream * lag_; }
  // All steps.
  std::size_t steps() const { return steps_; }

  // The position in the block of the stream's first byte. Precondition: it has one.
  std::size_t first(std::size_t stream) const { return stream * run_; }
  // The position of the byte that follows in the stream. Precondition: there is one.
  std::size_t next(std::size_t position) const {
    return skip_ != 0 && (position + 1) % run_ == 0 ? position + 1 + skip_ : position + 1;
  }

 private:
  std::size_t run_;       // bytes of a stream that lie together: a row of pixels, or all
  std::size_t skip_ = 0;  // bytes of other streams between them
  std::size_t lag_ = 0;
  std::size_t steps_ = 0;
  std::vector<std::size_t> sizes_;
};

}  // namespace nnzip
