// SPDX-License-Identifier: Apache-2.0
// The numbers of an image, as far as they are coded, and what surrounds one of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "layout/layout.h"

namespace nnzip::mixer {

// Directions of neighbours: kNWW is one row above, two pixels to the left.
enum Neighbour { kW, kN, kNW, kNE, kWW, kNN, kNNE, kNWW, kNEE, kNNW, kWWW, kNNN, kNeighbours };

constexpr int kMaxChannels = 4;
using Surroundings = std::array<std::array<std::int32_t, kNeighbours>, kMaxChannels>;

// Where a byte lies in its image.
struct PixelPlace {
  std::size_t pixel;  // position in the block of its pixel's first byte; of padding, its own
  std::uint32_t x;    // of the pixel
  std::uint32_t channel;
  std::uint32_t byte;  // of the number: 0 or 1
  bool padding;        // at the end of a row; a number of one byte, x and channel are 0
};

class ImagePlane {
 public:
  ImagePlane(const Layout& layout, std::size_t content_bytes);

  PixelPlace place(std::size_t position) const;
  // Reads what lies around that pixel to its left and above it. Where there is nothing, what is
  // nearest takes its place.
  void surround(const PixelPlace& place, Surroundings& around) const;

  // By the position of their first byte.
  std::uint16_t number(std::size_t position) const { return numbers_[position]; }
  void set_number(std::size_t position, std::uint16_t value) { numbers_[position] = value; }

  std::uint32_t width() const { return width_; }
  std::uint32_t channels() const { return layout_.channels; }
  std::uint32_t number_bytes() const { return number_bytes_; }
  bool low_first() const { return layout_.low_first; }
  std::uint32_t element() const { return layout_.element; }
  std::uint32_t stride() const { return layout_.stride; }

 private:
  std::size_t nearest(const PixelPlace& place, std::int32_t dx, std::int32_t dy) const;

  Layout layout_;
  std::uint32_t number_bytes_;
  std::uint32_t width_;  // pixels of a row
  std::array<std::size_t, kNeighbours> distances_;
  std::vector<std::uint16_t> numbers_;
};

}  // namespace nnzip::mixer
