// SPDX-License-Identifier: Apache-2.0
// Both sides look up the same places, so that a repeat needs no distance.
#include "bwt/long_repeats.h"

#include <algorithm>
#include <array>
#include <vector>

namespace nnzip {
namespace {

constexpr std::size_t kBefore = 4;  // bytes that must have been the same
constexpr std::size_t kLeast = 40;  // of a repeat
constexpr int kLog2Places = 16;
constexpr std::uint8_t kMore = 254, kItself = 255;

// Where these bytes stood last; 0 for nowhere.
class Places {
 public:
  // The place for what stands before `end`, which becomes `end`. Precondition: end >= kBefore.
  std::uint32_t exchange(const std::uint8_t* content, std::size_t end) {
    std::uint32_t before = 0;
    for (std::size_t i = 0; i < kBefore; ++i) {
      before |= std::uint32_t{content[end - kBefore + i]} << (8 * i);
    }
    std::uint32_t& place = places_[before * 0x9E3779B1u >> (32 - kLog2Places)];
    const std::uint32_t found = place;
    place = static_cast<std::uint32_t>(end);
    return found;
  }

 private:
  std::vector<std::uint32_t> places_ = std::vector<std::uint32_t>(std::size_t{1} << kLog2Places);
};

std::uint8_t rarest(std::span<const std::uint8_t> content) {
  std::array<std::uint32_t, 256> counts{};
  for (const std::uint8_t byte : content) ++counts[byte];
  return static_cast<std::uint8_t>(std::min_element(counts.begin(), counts.end()) - counts.begin());
}

// Bytes from b > a on that are the same as those from a on; 0 if they are fewer than kLeast.
std::size_t repeat_length(std::span<const std::uint8_t> content, std::size_t a, std::size_t b) {
  if (b + kLeast > content.size() || content[a + kLeast - 1] != content[b + kLeast - 1]) return 0;
  const auto [end, other] =
      std::mismatch(content.begin() + static_cast<std::ptrdiff_t>(b), content.end(),
                    content.begin() + static_cast<std::ptrdiff_t>(a));
  const std::size_t length = static_cast<std::size_t>(end - content.begin()) - b;
  return length >= kLeast ? length : 0;
}

void write_length(std::size_t beyond, Bytes& out) {
  for (; beyond >= kMore; beyond -= kMore) out.push_back(kMore);
  out.push_back(static_cast<std::uint8_t>(beyond));
}

}  // namespace

Shortened take_out_repeats(std::span<const std::uint8_t> content) {
  Shortened shortened{{}, rarest(content)};
  Bytes& out = shortened.bytes;
  out.reserve(content.size());
  Places places;
  std::size_t at = 0;
  while (at < content.size()) {
    const std::uint32_t place = at < kBefore ? 0 : places.exchange(content.data(), at);
    const std::size_t length = place == 0 ? 0 : repeat_length(content, place, at);
    if (length != 0) {
      out.push_back(shortened.escape);
      write_length(length - kLeast, out);
      at += length;
      continue;
    }
    out.push_back(content[at]);
    if (place != 0 && content[at] == shortened.escape) out.push_back(kItself);
    ++at;
  }
  return shortened;
}

bool put_back_repeats(const Shortened& shortened, std::span<std::uint8_t> content) {
  Places places;
  auto next = shortened.bytes.begin();
  const auto end = shortened.bytes.end();
  std::size_t at = 0;
  while (next != end && at < content.size()) {
    const std::uint32_t place = at < kBefore ? 0 : places.exchange(content.data(), at);
    const std::uint8_t byte = *next++;
    if (place == 0 || byte != shortened.escape) {
      content[at++] = byte;
      continue;
    }
    if (next == end) return false;
    if (*next == kItself) {
      ++next;
      content[at++] = byte;
      continue;
    }
    std::size_t length = kLeast;
    while (next != end && *next == kMore) length += *next++;
    if (next == end || *next == kItself) return false;
    length += *next++;
    if (length > content.size() - at) return false;
    // They may overlap.
    for (std::size_t i = 0; i < length; ++i) content[at + i] = content[place + i];
    at += length;
  }
  return next == end && at == content.size();
}

std::uint64_t long_repeats_memory() { return sizeof(std::uint32_t) << kLog2Places; }

}  // namespace nnzip
