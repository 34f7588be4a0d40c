// SPDX-License-Identifier: Apache-2.0
// The borders of images.
#include "mixer/image/image_plane.h"

#include <algorithm>

namespace nnzip::mixer {
namespace {

struct Offset {
  std::int32_t dx, dy;  // dy counts rows upwards
};

constexpr Offset kOffsets[kNeighbours] = {{-1, 0}, {0, 1},  {-1, 1}, {1, 1},  {-2, 0}, {0, 2},
                                          {1, 2},  {-2, 1}, {2, 1},  {-1, 2}, {-3, 0}, {0, 3}};
constexpr std::uint32_t kReach = 3;
constexpr std::size_t kNowhere = ~std::size_t{0};

}  // namespace

ImagePlane::ImagePlane(const Layout& layout, std::size_t content_bytes)
    : layout_(layout),
      number_bytes_(layout.number_bytes()),
      width_(layout.stride / layout.element),
      numbers_(content_bytes + kMaxChannels * 2) {
  for (int i = 0; i < kNeighbours; ++i) {
    distances_[i] =
        static_cast<std::size_t>(kOffsets[i].dy * static_cast<std::int64_t>(layout.stride) -
                                 kOffsets[i].dx * static_cast<std::int64_t>(layout.element));
  }
}

PixelPlace ImagePlane::place(std::size_t position) const {
  const auto offset = static_cast<std::uint32_t>(position % layout_.stride);
  if (offset >= width_ * layout_.element) return {position, 0, 0, 0, true};
  const std::uint32_t x = offset / layout_.element;
  const std::uint32_t within = offset - x * layout_.element;
  return {position - within, x, within / number_bytes_, within % number_bytes_, false};
}

// The pixel at that offset or the nearest one that is known; kNowhere if none is.
std::size_t ImagePlane::nearest(const PixelPlace& place, std::int32_t dx, std::int32_t dy) const {
  const auto x = static_cast<std::int32_t>(place.x);
  for (; dy >= 0; --dy) {
    if (dy == 0 && dx >= 0) dx = -1;
    const std::int32_t column = std::clamp(x + dx, 0, static_cast<std::int32_t>(width_) - 1);
    if (dy == 0 && column >= x) break;
    const std::size_t back = static_cast<std::size_t>(dy) * layout_.stride +
                             static_cast<std::size_t>(x - column) * layout_.element;
    if (back <= place.pixel) return place.pixel - back;
  }
  // At a row's left end: above if there is a row.
  return layout_.stride <= place.pixel ? place.pixel - layout_.stride : kNowhere;
}

void ImagePlane::surround(const PixelPlace& place, Surroundings& around) const {
  const bool inside = place.x >= kReach && place.x + kReach < width_ &&
                      kReach * (std::size_t{layout_.stride} + layout_.element) <= place.pixel;
  for (int i = 0; i < kNeighbours; ++i) {
    const std::size_t at =
        inside ? place.pixel - distances_[i] : nearest(place, kOffsets[i].dx, kOffsets[i].dy);
    for (std::uint32_t c = 0; c < layout_.channels; ++c) {
      around[c][i] = at == kNowhere ? 0 : numbers_[at + c * number_bytes_];
    }
  }
}

}  // namespace nnzip::mixer
