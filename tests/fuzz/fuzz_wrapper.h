// SPDX-License-Identifier: Apache-2.0
// What holds for any wrapper and any bytes: as content in which it looks for something, and as side
// data with two parts.
#pragma once

#include <algorithm>

#include "fuzz/fuzz_target.h"
#include "unwrap/wrapper.h"

namespace nnzip::fuzz {

inline constexpr std::size_t kMaxOpened = std::size_t{1} << 16;

inline void open_and_close(const Wrapper& wrapper, std::span<const std::uint8_t> content) {
  std::size_t end = 0;
  for (const FoundWrapped& found : wrapper.find(content, kMaxOpened)) {
    demand(found.offset >= end && found.offset <= content.size() &&
               found.bytes <= content.size() - found.offset,
           "what is found lies in the content, in order");
    end = found.offset + found.bytes;
    const auto opened = wrapper.open(content, found, kMaxOpened);
    if (!opened) continue;
    std::vector<std::span<const std::uint8_t>> parts;
    for (const OpenedPart& part : opened->parts) {
      demand(!part.layout || part.layout->is_valid(), "layouts are valid");
      parts.emplace_back(part.content);
    }
    Bytes closed;
    demand(opened->bytes <= found.bytes, "no more than was found is opened");
    demand(wrapper.close(opened->side, parts, opened->bytes, closed), "what is opened closes");
    demand(std::equal(closed.begin(), closed.end(),
                      content.begin() + static_cast<std::ptrdiff_t>(found.offset),
                      content.begin() + static_cast<std::ptrdiff_t>(found.offset + opened->bytes)),
           "to the same bytes");
  }
}

// Cut where the first two bytes say: side data, the first part, and the second if there are two.
inline void close_anything(const Wrapper& wrapper, std::span<const std::uint8_t> input,
                           std::size_t count) {
  if (input.size() < 2) return;
  const std::size_t side = std::min<std::size_t>(input[0], input.size() - 2);
  const auto rest = input.subspan(2 + side);
  const std::size_t first = count == 1 ? rest.size() : std::min<std::size_t>(input[1], rest.size());
  std::vector<std::span<const std::uint8_t>> parts{rest.first(first)};
  if (count == 2) parts.push_back(rest.subspan(first));
  Bytes closed;
  if (wrapper.close(input.subspan(2, side), parts, kMaxOpened, closed))
    demand(closed.size() <= kMaxOpened, "no more than is allowed");
}

}  // namespace nnzip::fuzz
