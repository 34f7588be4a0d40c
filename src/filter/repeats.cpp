// SPDX-License-Identifier: Apache-2.0
// Greedy: the repeat at the last distance, else that of the place where these bytes stood before.
#include "filter/repeats.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <vector>

namespace nnzip {
namespace {

// A shorter repeat costs contexts no more than an entry of the list.
constexpr std::size_t kMinRepeat = 32;
// Places within a copy are found again through every so many of them.
constexpr std::size_t kSpacing = 32;
constexpr int kLog2Places = 16;

struct Copy {
  std::size_t at = 0, length = 0, distance = 1;
};

std::size_t place_of(const std::uint8_t* p) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < kMinRepeat; i += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, p + i, sizeof word);
    hash = (std::rotl(hash, 23) ^ word) * 0x9E3779B97F4A7C15;
  }
  return hash >> (64 - kLog2Places);
}

// How many bytes at `at` are those `distance` before.
std::size_t repeat_length(std::span<const std::uint8_t> content, std::size_t at,
                          std::size_t distance) {
  const auto begin = content.begin() + static_cast<std::ptrdiff_t>(at);
  const auto earlier = begin - static_cast<std::ptrdiff_t>(distance);
  return static_cast<std::size_t>(std::mismatch(begin, content.end(), earlier).first - begin);
}

std::vector<Copy> find_copies(std::span<const std::uint8_t> content) {
  std::vector<Copy> copies;
  std::vector<std::uint32_t> places(std::size_t{1} << kLog2Places);  // position + 1, 0 for none
  std::size_t literals = 0;                                          // where they begin
  std::size_t distance = 1;
  for (std::size_t at = 0; at + kMinRepeat <= content.size();) {
    std::uint32_t& place = places[place_of(content.data() + at)];
    const std::size_t found = place;
    place = static_cast<std::uint32_t>(at + 1);
    std::size_t length = distance <= at ? repeat_length(content, at, distance) : 0;
    if (length < kMinRepeat && found != 0) {
      distance = at - (found - 1);
      length = repeat_length(content, at, distance);
    }
    if (length < kMinRepeat) {
      ++at;
      continue;
    }
    const std::size_t end = at + length;
    while (at > literals && at > distance && content[at - 1] == content[at - 1 - distance]) --at;
    copies.push_back({at, end - at, distance});
    for (at += kSpacing; at + kMinRepeat <= end; at += kSpacing) {
      places[place_of(content.data() + at)] = static_cast<std::uint32_t>(at + 1);
    }
    at = literals = end;
  }
  return copies;
}

// A number of the list; `good` becomes false where there is none.
std::size_t take_number(std::span<const std::uint8_t>& folded, bool& good) {
  std::size_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    if (folded.empty()) break;
    const std::uint8_t byte = folded.front();
    folded = folded.subspan(1);
    value |= std::size_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  good = false;
  return 0;
}

// The entry behind that one; `at` counts from the end of the copy before.
Copy take_copy(std::span<const std::uint8_t>& list, const Copy& before, bool& good) {
  const std::size_t first = take_number(list, good);
  Copy copy;
  copy.at = first / 2;
  copy.length = take_number(list, good) + 1;
  copy.distance = first % 2 == 0 ? before.distance : take_number(list, good) + 1;
  return copy;
}

}  // namespace

Folded fold_repeats(std::span<const std::uint8_t> content) {
  const std::vector<Copy> copies = find_copies(content);
  Folded folded{{}, copies.size()};
  ByteWriter out(folded.bytes);
  out.varint(copies.size());
  std::size_t end = 0;
  Copy before;
  for (const Copy& copy : copies) {
    const bool states_distance = copy.distance != before.distance;
    out.varint(2 * (copy.at - end) + (states_distance ? 1 : 0));
    out.varint(copy.length - 1);
    if (states_distance) out.varint(copy.distance - 1);
    end = copy.at + copy.length;
    before = copy;
  }
  end = 0;
  for (const Copy& copy : copies) {
    out.bytes(content.subspan(end, copy.at - end));
    end = copy.at + copy.length;
  }
  out.bytes(content.subspan(end));
  return folded;
}

bool unfold_repeats(std::span<const std::uint8_t> folded, std::span<std::uint8_t> content) {
  bool good = true;
  const std::size_t copies = take_number(folded, good);
  std::span<const std::uint8_t> list = folded, literals = folded;
  for (std::size_t i = 0; i < copies && good; ++i) take_copy(literals, {}, good);
  std::size_t at = 0;
  const auto take_literals = [&](std::size_t size) {
    if (!good || size > literals.size() || size > content.size() - at) return false;
    std::copy_n(literals.begin(), size, content.begin() + static_cast<std::ptrdiff_t>(at));
    literals = literals.subspan(size);
    at += size;
    return true;
  };
  Copy copy;
  for (std::size_t i = 0; i < copies; ++i) {
    copy = take_copy(list, copy, good);
    if (!take_literals(copy.at)) return false;
    if (copy.distance > at || copy.length > content.size() - at) return false;
    for (const std::size_t end = at + copy.length; at < end; ++at) {
      content[at] = content[at - copy.distance];
    }
  }
  return take_literals(content.size() - at) && literals.empty();
}

std::vector<std::uint32_t> folded_places(std::span<const std::uint8_t> folded,
                                         std::size_t content_bytes) {
  bool good = true;
  std::span<const std::uint8_t> list = folded;
  std::vector<Copy> copies(take_number(list, good));
  Copy copy;
  for (Copy& each : copies) each = copy = take_copy(list, copy, good);
  std::vector<std::uint32_t> places;
  auto place = static_cast<std::uint32_t>(folded.size() - list.size());
  for (const Copy& each : copies) {
    for (std::size_t i = 0; i < each.at; ++i) places.push_back(place++);
    places.insert(places.end(), each.length, kCopied);
  }
  while (places.size() < content_bytes) places.push_back(place++);
  return places;
}

}  // namespace nnzip
