// SPDX-License-Identifier: Apache-2.0
// What the section Matches of MIXING.md says of how a match moves on.
#include <algorithm>

#include "reference/mixer/mixer_reference.h"

namespace nnzip {

void MixerReference::move_match(MatchModel& model, Match& match) {
  const mixer_reference::Place p = place();
  if (match.m != 0) {
    const bool right = match.expected == p.c(1);
    match.outcomes = (2 * match.outcomes + (right ? 1 : 0)) % 256;
    match.length = right ? std::min<std::size_t>(match.length + 1, 400) : 0;
    ++match.m;
  }
  if (p.e - p.b < model.least) return;
  const auto bytes_from = [&](std::size_t first) {
    std::uint64_t sum = 0;
    for (std::size_t i = std::min<std::size_t>(model.least, 8); i-- > 0;) {
      sum = sum << 8 | content_[first + i];
    }
    return sum;
  };
  const std::uint64_t u = bytes_from(p.e - std::min<std::size_t>(model.least, 8));
  const std::uint64_t v = bytes_from(p.e - model.least);
  std::uint64_t q = u * 0x9E3779B97F4A7C15;
  q = (q ^ (q >> 29) ^ v) * 0xC2B2AE3D27D4EB4F;
  std::size_t& entry = model.table[q >> (64 - match_bits_)];
  const auto is_known = [&](std::size_t position) { return position < n_ && known_[position]; };
  if (match.length < model.least && entry != 0 && is_known(entry)) {
    const std::size_t count = equal_bytes(entry, p.e);
    if (count >= model.least) match = {.m = entry, .length = count};
  }
  entry = p.e;
  if (match.m == 0 || !is_known(match.m)) {
    match = Match{};
  } else {
    match.expected = content_[match.m];
  }
}

// Before those two positions, within their streams.
std::size_t MixerReference::equal_bytes(std::size_t p, std::size_t q) const {
  const auto before = [&](std::size_t position) {
    return position % length_ == 0 ? length_ : position % length_;
  };
  const std::size_t most = std::min({std::size_t{400}, before(p), before(q)});
  std::size_t count = 0;
  while (count < most && content_[p - 1 - count] == content_[q - 1 - count]) ++count;
  return count;
}

}  // namespace nnzip
