// SPDX-License-Identifier: Apache-2.0
// Follows content and says where one kind of data ends and another begins.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "detect/sniff.h"
#include "layout/block_plan.h"

namespace nnzip {

// What the next block should hold.
struct Segment {
  std::size_t bytes = 0;
  Layout layout = {};       // of pixels, samples or code as a header describes them; else unknown
  bool compressed = false;  // already
};

class Detector {
 public:
  // block_bytes: of a segment at most.
  explicit Detector(std::size_t block_bytes) : block_bytes_(block_bytes) {}

  // Bytes that next() wants to see: headers that begin in a block are understood if they end this
  // far behind it.
  std::size_t window_bytes() const { return block_bytes_ + kLookahead; }

  // window: the content that follows what next() gave so far, window_bytes() of it, or all if that
  // is less. Not empty. The result, of 1 to block_bytes bytes and `most` at most, depends on
  // nothing but content and `most`.
  Segment next(std::span<const std::uint8_t> window,
               std::size_t most = std::numeric_limits<std::size_t>::max());

  // Passes over content that others have taken.
  void skip(std::size_t bytes);

 private:
  using Window = std::span<const std::uint8_t>;
  static constexpr std::size_t kLookahead = std::size_t{64} << 10;

  // Content offsets of what is not general, and what it is.
  struct Stretch {
    std::uint64_t begin = 0, end = 0;
    bool open = false;  // it may end before
    Layout layout = {};
    bool compressed = false;
  };

  void scan(Window window, std::size_t limit);
  void look_at(Window window, std::size_t at);
  void begin_file(Window window, std::size_t at);
  bool accept(Window window, const Found& found, std::size_t header);
  bool is_dense_at(Window window, std::uint64_t begin);
  Segment take_stretch(Window window, std::size_t limit);
  std::size_t dense_bytes(Window window) const;
  std::uint64_t end_of_file(Window window) const;

  std::size_t block_bytes_;
  std::uint64_t position_ = 0;    // content offset of the window
  std::uint64_t scanned_ = 0;     // no header that begins before it is looked for again
  std::uint64_t file_begin_ = 0;  // of the member of an archive that was found last
  std::uint64_t file_end_ = 0;    // 0: not known
  std::uint64_t next_look_ = 0;   // what headers before call compressed is not looked at
  std::optional<Stretch> stretch_;
};

}  // namespace nnzip
