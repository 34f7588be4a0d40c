// SPDX-License-Identifier: Apache-2.0
// A filter adds to each byte a prediction by the bytes to its left, above, and above to the left.
#include "unwrap/png_rows.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip {
namespace {

enum Filter : std::uint8_t { kNone, kSub, kUp, kAverage, kPaeth };

std::uint8_t paeth(int left, int up, int corner) {
  const int by_left = std::abs(up - corner), by_up = std::abs(left - corner),
            by_corner = std::abs(left + up - 2 * corner);
  if (by_left <= by_up && by_left <= by_corner) return static_cast<std::uint8_t>(left);
  return static_cast<std::uint8_t>(by_up <= by_corner ? up : corner);
}

std::uint8_t predict(std::uint8_t filter, std::uint8_t left, std::uint8_t up, std::uint8_t corner) {
  switch (filter) {
    case kSub:
      return left;
    case kUp:
      return up;
    case kAverage:
      return static_cast<std::uint8_t>((left + up) / 2);
    case kPaeth:
      return paeth(left, up, corner);
    default:
      return 0;
  }
}

// Calls step(i, prediction) for each byte of a row. row, above: as they are without filters.
template <typename Step>
void each_byte(const PngRows& rows, std::uint8_t filter, const std::uint8_t* row,
               const std::uint8_t* above, Step step) {
  const std::size_t before = std::min(rows.pixel_bytes, rows.row_bytes);
  for (std::size_t i = 0; i < before; ++i) step(i, predict(filter, 0, above[i], 0));
  const auto rest = [&](auto prediction) {
    for (std::size_t i = before; i < rows.row_bytes; ++i)
      step(i, prediction(row[i - before], above[i], above[i - before]));
  };
  using Byte = std::uint8_t;
  switch (filter) {  // once a row, not once a byte
    case kSub:
      return rest([](Byte left, Byte, Byte) { return left; });
    case kUp:
      return rest([](Byte, Byte up, Byte) { return up; });
    case kAverage:
      return rest([](Byte left, Byte up, Byte) { return Byte((left + up) / 2); });
    case kPaeth:
      return rest([](Byte left, Byte up, Byte corner) { return paeth(left, up, corner); });
    default:
      return rest([](Byte, Byte, Byte) { return Byte{0}; });
  }
}

}  // namespace

bool undo_filters(const PngRows& rows, std::span<const std::uint8_t> content, PngPixels& undone) {
  const std::size_t height = content.size() / (rows.row_bytes + 1);
  undone.filters.resize(height);
  undone.pixels.resize(height * rows.row_bytes);
  const Bytes zeros(rows.row_bytes, 0);
  const std::uint8_t* above = zeros.data();
  for (std::size_t y = 0; y < height; ++y) {
    const std::uint8_t* from = content.data() + y * (rows.row_bytes + 1);
    std::uint8_t* row = undone.pixels.data() + y * rows.row_bytes;
    const std::uint8_t filter = undone.filters[y] = *from++;
    if (filter > kPaeth) return false;
    each_byte(rows, filter, row, above, [&](std::size_t i, std::uint8_t prediction) {
      row[i] = static_cast<std::uint8_t>(from[i] + prediction);
    });
    above = row;
  }
  return true;
}

bool apply_filters(const PngRows& rows, std::span<const std::uint8_t> filters,
                   std::span<const std::uint8_t> pixels, Bytes& content) {
  const Bytes zeros(rows.row_bytes, 0);
  const std::uint8_t* above = zeros.data();
  const std::uint8_t* row = pixels.data();
  content.reserve(content.size() + filters.size() * (rows.row_bytes + 1));
  for (const std::uint8_t filter : filters) {
    if (filter > kPaeth) return false;
    content.push_back(filter);
    content.resize(content.size() + rows.row_bytes);
    std::uint8_t* to = content.data() + content.size() - rows.row_bytes;
    each_byte(rows, filter, row, above, [&](std::size_t i, std::uint8_t prediction) {
      to[i] = static_cast<std::uint8_t>(row[i] - prediction);
    });
    above = row;
    row += rows.row_bytes;
  }
  return true;
}

}  // namespace nnzip
