// SPDX-License-Identifier: Apache-2.0
// Finds long repeats in all content of a frame, before anything is known of it: gives the literals,
// what is left, and keeps what copies of earlier literals belong between them. What it finds
// depends on the content alone.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/bytes.h"
#include "container/copy_data.h"
#include "nnzip/nnzip.hpp"
#include "repeats/literal_window.h"

namespace nnzip {

// Bytes of memory that a finder takes at most, but for literals that are in no block yet.
std::uint64_t window_memory(int log2_window);

// Literals come in stretches, which end where there are copies enough for one block; mostly there
// is one stretch.
class CopyFinder : public Reader {
 public:
  // Finds what is repeated within 2^log2_window literals.
  CopyFinder(Reader& in, int log2_window);

  // Whether there is no content.
  bool is_empty();

  // Literals; nothing at the end of the stretch. Throws what the reader throws.
  std::size_t read(std::span<std::uint8_t> out) override;

  // Goes on behind the end of a stretch; false if there is no more content. Precondition: read()
  // has come to the end.
  bool next_stretch();

  // Stretches found so far, the one that is being read included.
  std::size_t stretches() const { return stretches_; }
  bool found_any() const { return found_any_; }

  // That all copies are within, and the least one that all copies found so far are within.
  int log2_window() const;
  int least_log2_window() const;

  // Copies of a block of the literals that follow those of the blocks before: what stands before
  // each of them, and behind the last one if a stretch ends with it, which must have been noticed.
  // These blocks must be as large as the ones read() gave them for.
  std::vector<Copy> take(std::uint32_t literals);
  // Whether a stretch without literals stands here, whose copies take(0) gives.
  bool at_bare_stretch() const;
  // As splice() wants them, for the block that take() was called for last.
  void read_source(std::int64_t source, std::span<std::uint8_t> out) const;

  // Bytes of memory at present, and at most but for literals that are in no block yet.
  std::uint64_t memory_bytes() const;
  std::uint64_t most_memory_bytes() const;

 private:
  struct Anchor {
    std::size_t end = 0;  // of its bytes in the input
    std::uint32_t hash = 0;
  };
  // What stood before a place, by the hash of it.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = 0;  // its low bits
  };
  // Places of the frame's literals; of length 0 the end of a stretch.
  struct Found {
    std::uint64_t at = 0, source = 0, length = 0;
  };

  void scan_more();
  void find_anchors(std::span<const std::uint8_t> input);
  void scan(std::span<const std::uint8_t> input);
  bool begin_copy(std::uint32_t hash);
  std::size_t extend(std::span<const std::uint8_t> input);
  void finish_copy();
  void add(Found copy);
  void append_again(std::uint64_t place, std::uint64_t length);
  void grow_table();
  std::uint64_t common_suffix(std::uint64_t a, std::uint64_t b, std::uint64_t most) const;
  std::uint64_t sure_end() const;

  Reader& in_;
  std::uint64_t window_;
  Bytes input_;
  bool ended_ = false;
  LiteralWindow literals_;
  std::uint64_t given_ = 0;    // by read()
  std::uint64_t written_ = 0;  // by take()
  std::uint64_t floor_ = 0;    // copies do not begin before it
  std::uint64_t rolling_ = 0;
  std::uint32_t last_hash_ = 0;
  std::vector<Anchor> anchors_;  // of the input
  std::vector<Slot> slots_;
  bool copying_ = false;
  Found copy_;                // that goes on, if copying_
  std::deque<Found> found_;   // not yet taken
  std::uint64_t copied_ = 0;  // in the last stretch
  std::uint64_t block_begin_ = 0;
  std::size_t stretches_ = 1, stretches_found_ = 1;
  bool found_any_ = false;
};

}  // namespace nnzip
