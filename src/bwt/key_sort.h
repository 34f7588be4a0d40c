// SPDX-License-Identifier: Apache-2.0
// Sorts suffixes of a text by comparing their bytes, several at a time: faster than sorting by
// induction where suffixes soon differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nnzip {

class KeySorter {
 public:
  // Places fit 24 bits.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 24;

  // budget: how many keys of five bytes are looked at in all.
  // Precondition: text.size() <= kMostBytes.
  KeySorter(std::span<const std::uint8_t> text, std::int64_t budget)
      : text_(text), budget_(budget) {}

  // Sorts the suffixes that begin at these places, all different, whose first `depth` bytes are the
  // same; one that another begins with comes before it. Returns false, with the places in any
  // order, when the budget is spent. Throws std::bad_alloc.
  bool sort(std::span<std::int32_t> places, std::size_t depth);

 private:
  std::uint64_t key(std::size_t place, std::size_t depth) const;
  bool sort_pair(std::span<std::int32_t> places, std::size_t depth);
  bool sort_equal(std::span<std::int32_t> places, std::size_t depth);

  std::span<const std::uint8_t> text_;
  std::int64_t budget_;
  std::vector<std::uint64_t> keys_;  // above the places' 24 bits
};

}  // namespace nnzip
