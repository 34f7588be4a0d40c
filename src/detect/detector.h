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
  std::size_t bytes = 0;    // 0: see wanted
  Layout layout = {};       // of pixels, samples or code as a header describes them, or what a
                            // caller said; else unknown
  bool compressed = false;  // already
  std::size_t wanted = 0;   // bytes of window without which it cannot be said
};

class Detector {
 public:
  // block_bytes: of a segment at most. described: what all of the content is, where a caller knows
  // it; no headers are looked for then.
  explicit Detector(std::size_t block_bytes, const Layout& described = {});

  // Bytes that next() wants to see: headers that begin in a block are understood if they end this
  // far behind it.
  std::size_t window_bytes() const { return block_bytes_ + kLookahead; }

  // window: the content that follows what next() gave so far, window_bytes() of it, or all if that
  // is less. Not empty. The result depends on nothing but content and `most`. It is of 1 to
  // block_bytes bytes and `most` at most, or of a whole JPEG file of up to kMaxWholeBytes, or of
  // none and wants a longer window: next() is to be called again with so many bytes, or all there
  // are; a window that is no longer is taken for all.
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
    bool whole = false;     // it is one segment, however long
    bool doubtful = false;  // it begins here, and the window is too short to say where it ends
  };

  void scan(Window window, std::size_t limit);
  void look_at(Window window, std::size_t at);
  void begin_file(Window window, std::size_t at);
  bool accept(Window window, const Found& found, std::size_t header);
  bool is_dense_at(Window window, std::uint64_t begin);
  Segment take_stretch(Window window, std::size_t limit);
  bool is_doubtful_here() const;
  bool is_all(Window window) const;
  bool wait_for(Window window, std::uint64_t begin);
  std::size_t dense_bytes(Window window) const;
  std::uint64_t end_of_file(Window window) const;

  std::size_t block_bytes_;
  std::uint64_t position_ = 0;    // content offset of the window
  std::uint64_t scanned_ = 0;     // no header that begins before it is looked for again
  std::uint64_t file_begin_ = 0;  // of the member of an archive that was found last
  std::uint64_t file_end_ = 0;    // 0: not known
  std::size_t wanted_ = 0;        // bytes of window that were asked for last
  std::uint64_t next_look_ = 0;   // what headers before call compressed is not looked at
  std::optional<Stretch> stretch_;
};

}  // namespace nnzip
