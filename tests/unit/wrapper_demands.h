// SPDX-License-Identifier: Apache-2.0
// What holds for every wrapper, tried on content.
#pragma once

#include <catch2/catch.hpp>

#include "unwrap/wrapper.h"

namespace nnzip::test {

inline constexpr std::size_t kMaxOpened = std::size_t{1} << 24;

inline bool close_opened(const Wrapper& wrapper, const Opened& opened, std::size_t max_bytes,
                         Bytes& closed) {
  std::vector<std::span<const std::uint8_t>> parts;
  for (const OpenedPart& part : opened.parts) parts.emplace_back(part.content);
  return wrapper.close(opened.side, parts, max_bytes, closed);
}

// What is found lies in the content, in order. What opens closes to the same bytes, and to no more
// than is allowed. Returns what opens.
inline std::vector<Opened> demand_exact(const Wrapper& wrapper,
                                        std::span<const std::uint8_t> content) {
  std::vector<Opened> all;
  std::size_t end = 0;
  for (const FoundWrapped& found : wrapper.find(content, kMaxOpened)) {
    REQUIRE(found.offset >= end);
    REQUIRE(found.offset <= content.size());
    REQUIRE(found.bytes <= content.size() - found.offset);
    end = found.offset + found.bytes;
    auto opened = wrapper.open(content, found, kMaxOpened);
    if (!opened) continue;
    const auto stretch = content.subspan(found.offset, opened->bytes);
    Bytes closed{1, 2, 3};
    REQUIRE(close_opened(wrapper, *opened, stretch.size(), closed));
    REQUIRE(closed.size() == stretch.size() + 3);
    REQUIRE(std::equal(stretch.begin(), stretch.end(), closed.begin() + 3));
    REQUIRE_FALSE(close_opened(wrapper, *opened, stretch.size() - 1, closed));
    for (const OpenedPart& part : opened->parts)
      if (part.layout) REQUIRE(part.layout->is_valid());
    all.push_back(std::move(*opened));
  }
  return all;
}

// Side data with any byte changed or cut off make anything or nothing, but no more than allowed.
inline void demand_harmless(const Wrapper& wrapper, const Opened& opened, std::size_t max_bytes) {
  for (std::size_t i = 0; i < opened.side.size(); ++i)
    for (const int change : {1, 2, 0x55, 0x80, 0xFF}) {
      Opened changed = opened;
      changed.side[i] = static_cast<std::uint8_t>(changed.side[i] ^ change);
      Bytes closed;
      if (close_opened(wrapper, changed, max_bytes, closed)) REQUIRE(closed.size() <= max_bytes);
    }
  for (std::size_t size = 0; size < opened.side.size(); ++size) {
    Opened cut = opened;
    cut.side.resize(size);
    Bytes closed;
    if (close_opened(wrapper, cut, max_bytes, closed)) REQUIRE(closed.size() <= max_bytes);
  }
  for (std::size_t parts = 0; parts < opened.parts.size(); ++parts) {
    Opened fewer = opened;
    fewer.parts.resize(parts);
    Bytes closed;
    CHECK_FALSE(close_opened(wrapper, fewer, max_bytes, closed));
  }
}

}  // namespace nnzip::test
