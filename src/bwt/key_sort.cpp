// SPDX-License-Identifier: Apache-2.0
// A key and its place are one number, so that numbers are sorted, all of them different.
#include "bwt/key_sort.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

namespace nnzip {
namespace {

constexpr int kPlaceBits = 24;
constexpr std::uint64_t kPlace = (std::uint64_t{1} << kPlaceBits) - 1;
constexpr std::size_t kKeyBytes = 5;
constexpr std::size_t kDeepest =
    500;                             // bytes, since groups of more than two are sorted by recursion
constexpr std::ptrdiff_t kFew = 20;  // which are sorted by insertion

void insertion_sort(std::uint64_t* begin, const std::uint64_t* end) {
  for (std::uint64_t* at = begin + 1; at < end; ++at) {
    const std::uint64_t number = *at;
    std::uint64_t* to = at;
    for (; to > begin && to[-1] > number; --to) *to = to[-1];
    *to = number;
  }
}

std::uint64_t median(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return std::max(std::min(a, b), std::min(std::max(a, b), c));
}

// Numbers below the pivot to the front, without branches on what they are. Returns how many.
std::ptrdiff_t part(std::uint64_t* begin, std::ptrdiff_t count, std::uint64_t pivot) {
  std::ptrdiff_t below = 0;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const std::uint64_t number = begin[i];
    begin[i] = begin[below];
    begin[below] = number;
    below += number < pivot ? 1 : 0;
  }
  return below;
}

// Numbers that are all different. rounds: after so many, what is left is sorted otherwise, lest
// bad pivots take their time.
void sort_numbers(std::uint64_t* begin, std::uint64_t* end, int rounds) {
  while (end - begin > kFew) {
    if (rounds-- == 0) return std::sort(begin, end);
    const std::ptrdiff_t count = end - begin;
    const std::uint64_t pivot =
        count < 200 ? median(begin[0], begin[count / 2], begin[count - 1])
                    : median(median(begin[0], begin[count / 8], begin[count / 4]),
                             median(begin[count * 3 / 8], begin[count / 2], begin[count * 5 / 8]),
                             median(begin[count * 3 / 4], begin[count * 7 / 8], begin[count - 1]));
    std::uint64_t* const middle = begin + part(begin, count, pivot);
    sort_numbers(begin, middle, rounds);
    begin = middle;
  }
  insertion_sort(begin, end);
}

}  // namespace

// The bytes from there on, the first one highest; zeros behind the end.
inline std::uint64_t KeySorter::key(std::size_t place, std::size_t depth) const {
  const std::size_t at = place + depth;
  std::uint64_t bytes = 0;
  if (at + sizeof(bytes) <= text_.size()) {
    std::memcpy(&bytes, text_.data() + at, sizeof(bytes));
    if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
  } else if (at < text_.size()) {
    for (std::size_t i = 0; i < sizeof(bytes); ++i) {
      bytes = bytes << 8 | (at + i < text_.size() ? text_[at + i] : 0u);
    }
  }
  return bytes;
}

bool KeySorter::sort(std::span<std::int32_t> places, std::size_t depth) {
  if (places.size() < 2) return true;
  if (places.size() == 2) return sort_pair(places, depth);
  budget_ -= static_cast<std::int64_t>(places.size());
  if (budget_ < 0 || depth > kDeepest) return false;
  if (keys_.size() < places.size()) keys_.resize(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto place = static_cast<std::size_t>(places[i]);
    keys_[i] = (key(place, depth) & ~kPlace) | place;
  }
  std::uint64_t* const keys = keys_.data();
  sort_numbers(keys, keys + places.size(), 2 * static_cast<int>(std::bit_width(places.size())));
  // Those whose key is that of the one before are marked, as keys_ is about to be used again.
  bool any = false;
  places[0] = static_cast<std::int32_t>(keys[0] & kPlace);
  for (std::size_t i = 1; i < places.size(); ++i) {
    const auto place = static_cast<std::int32_t>(keys[i] & kPlace);
    const bool same = (keys[i] ^ keys[i - 1]) <= kPlace;
    any |= same;
    places[i] = same ? ~place : place;
  }
  for (std::size_t i = 1; any && i < places.size(); ++i) {
    if (places[i] >= 0) continue;
    const std::size_t begin = i - 1;
    for (; i < places.size() && places[i] < 0; ++i) places[i] = ~places[i];
    if (!sort_equal(places.subspan(begin, i - begin), depth)) return false;
  }
  return true;
}

// Those whose keys at that depth are the same.
bool KeySorter::sort_equal(std::span<std::int32_t> places, std::size_t depth) {
  // Zeros behind the end are less than zeros within: the shortest suffix is the first.
  const auto ends = [&](std::int32_t place) {
    return static_cast<std::size_t>(place) + depth + kKeyBytes > text_.size();
  };
  if (std::none_of(places.begin(), places.end(), ends)) return sort(places, depth + kKeyBytes);
  const auto others = std::partition(places.begin(), places.end(), ends);
  std::sort(places.begin(), others, std::greater());
  const auto done = static_cast<std::size_t>(others - places.begin());
  return sort(places.subspan(done), depth + kKeyBytes);
}

bool KeySorter::sort_pair(std::span<std::int32_t> places, std::size_t depth) {
  const auto first = static_cast<std::size_t>(places[0]);
  const auto second = static_cast<std::size_t>(places[1]);
  const std::size_t end = text_.size() - std::max(first, second);
  std::size_t at = std::min(depth, end);
  for (; at + 8 <= end && budget_ > 0 && key(first, at) == key(second, at); at += 8) --budget_;
  if (--budget_ < 0) return false;
  while (at < end && text_[first + at] == text_[second + at]) ++at;
  const bool in_order = at == end ? first > second : text_[first + at] < text_[second + at];
  if (!in_order) std::swap(places[0], places[1]);
  return true;
}

}  // namespace nnzip
