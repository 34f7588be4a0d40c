// SPDX-License-Identifier: Apache-2.0
// Follows content and says where one kind of data ends and another begins.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "detect/sniff.h"
#include "split/block_plan.h"

namespace nnzip {

// What the next block should hold.
struct Segment {
  std::size_t bytes = 0;
  Layout layout = {};       // of pixels or samples as a header describes them; else unknown
  bool compressed = false;  // already
};

class Detector {
 public:
  // Headers that begin in a block are understood if they end this far behind the block.
  static constexpr std::size_t kLookahead = std::size_t{64} << 10;
  static constexpr std::size_t kWindow = kMaxBlockBytes + kLookahead;

  // window: the content that follows what next() gave so far, kWindow bytes of it, or all if that
  // is less. Not empty. The result, of 1 to kMaxBlockBytes bytes, depends on nothing but content.
  Segment next(std::span<const std::uint8_t> window);

 private:
  // Content offsets of a segment that is not general, and what it is.
  struct Stretch {
    std::uint64_t begin = 0, end = 0;
    Layout layout = {};
    bool compressed = false;
  };

  void scan(std::span<const std::uint8_t> window, std::size_t limit);
  bool accept(const Found& found, std::uint64_t header, std::uint64_t known_end);
  Segment take_stretch(std::span<const std::uint8_t> window);

  std::uint64_t position_ = 0;  // content offset of the window
  std::uint64_t scanned_ = 0;   // no header that begins before it is looked for again
  std::optional<Stretch> stretch_;
};

}  // namespace nnzip
