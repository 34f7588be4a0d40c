// SPDX-License-Identifier: Apache-2.0
// The section Exact contexts of MIXING_IMAGES.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "layout/layout.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {

// mixed() of the section Exact contexts.
std::uint64_t mixed(std::uint64_t h, std::uint64_t v);

class PixelReference {
 public:
  using Int = std::int64_t;
  using Numbers = std::vector<Int>;  // of a pixel
  static constexpr std::size_t kNeighbours = 12, kContexts = 12, kCopies = 2, kInputs = 28;

  PixelReference(std::size_t n, std::size_t streams, const Layout& layout);

  // Before the first byte of a pixel: its position, and the pixels around it in the order of the
  // section Numbers.
  void begin_pixel(std::size_t stream, Int pixel, const std::array<Numbers, kNeighbours>& around);
  // Before each byte: channel, place in the number, this pixel's numbers before it, and q.
  void begin_byte(std::size_t stream, std::size_t c, Int place, const Numbers& current, Int q);
  // Of the bit after k others that make the partial byte.
  std::array<Int, kInputs> inputs(unsigned partial, unsigned k);
  void learn(int bit);
  // After the last byte of a pixel, with the content so far.
  void end_pixel(std::size_t stream, const std::vector<std::uint8_t>& content);

  std::size_t copy_state = 0, seen = 0;  // of the last inputs()

 private:
  struct Line {
    std::uint64_t check = 0;
    std::array<Counter, 16> nodes{};  // by the half byte's bits below a leading 1
  };
  struct Copy {
    Int from = -1, length = 0, misses = 0;
    std::uint64_t place = 0;
  };
  struct Stream {
    Int pixel = 0;
    std::array<Numbers, kNeighbours> around;
    std::array<Copy, kCopies> copies;
  };

  std::uint64_t hash_around(std::uint64_t h, const std::vector<std::size_t>& which) const;
  void follow(Copy& copy, Int found);
  Counter& line_counter(std::size_t i) { return line_at_[i]->nodes[node_]; }

  Int stride_, b_, channels_, pixel_bytes_, width_;
  bool low_first_;
  int line_bits_, place_bits_;
  std::vector<Stream> streams_;
  std::unordered_map<Int, Numbers> pixels_;
  std::unordered_map<std::uint64_t, Line> lines_;
  std::vector<Counter> map_;
  std::array<std::unordered_map<std::uint64_t, Int>, kCopies> places_;
  std::vector<Counter> right_;

  Stream* s_ = nullptr;
  std::array<std::uint64_t, kContexts> hashes_{};
  std::array<Line*, kContexts> line_at_{};
  std::array<Int, kCopies> expected_{}, says_{};
  std::array<std::size_t, kCopies> right_at_{};
  std::array<std::size_t, kContexts> map_at_{};
  std::size_t node_ = 1;
};

}  // namespace nnzip::mixer_reference
