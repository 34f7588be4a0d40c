// SPDX-License-Identifier: Apache-2.0
// Sums stay as they are, to a byte's rounding.
#include "codec/cost_maps.h"

#include <algorithm>
#include <numeric>

#include "filter/repeats.h"

namespace nnzip {

std::uint64_t sum_of(std::span<const std::uint32_t> costs) {
  return std::accumulate(costs.begin(), costs.end(), std::uint64_t{0});
}

void spread(std::int64_t cost, std::span<std::uint32_t> costs) {
  const auto bytes = static_cast<std::int64_t>(costs.size());
  for (std::int64_t i = 0; i < bytes; ++i) {
    // cost is below 2^47, that of a block of zeros in a table of 256 MiB, and bytes below 2^29.
    const std::int64_t each = cost / bytes, left = cost % bytes;
    const std::int64_t share = each + left * (i + 1) / bytes - left * i / bytes;
    std::uint32_t& one = costs[static_cast<std::size_t>(i)];
    one = static_cast<std::uint32_t>(std::clamp<std::int64_t>(one + share, 0, UINT32_MAX));
  }
}

Costs resampled(std::span<const std::uint32_t> costs, std::size_t bytes) {
  Costs made(bytes);
  const std::uint64_t from = costs.size(), to = bytes;
  // All costs before the place i * from / to.
  std::uint64_t before = 0, whole = 0;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < to; ++i) {
    const std::uint64_t end = (i + 1) * from;
    for (; at < end / to; ++at) whole += costs[at];
    const std::uint64_t part = end % to == 0 ? 0 : costs[at] * (end % to) / to;
    made[i] = static_cast<std::uint32_t>(whole + part - before);
    before = whole + part;
  }
  return made;
}

Costs unfolded(std::span<const std::uint32_t> costs, std::span<const std::uint8_t> folded,
               std::size_t content_bytes) {
  const std::vector<std::uint32_t> places = folded_places(folded, content_bytes);
  std::uint64_t list = sum_of(costs);
  std::size_t copied = 0;
  for (const std::uint32_t place : places) {
    if (place == kCopied) {
      ++copied;
    } else {
      list -= costs[place];
    }
  }
  Costs all(content_bytes), of_copies(copied);
  spread(static_cast<std::int64_t>(list), of_copies);
  auto next = of_copies.begin();
  for (std::size_t i = 0; i < content_bytes; ++i) {
    all[i] = places[i] == kCopied ? *next++ : costs[places[i]];
  }
  return all;
}

namespace {

Costs of_stretch(std::span<const std::uint32_t> opened, const StretchPlace& stretch) {
  Costs parts;
  for (const auto& [at, bytes] : stretch.opened) {
    const auto part = opened.subspan(at, bytes);
    parts.insert(parts.end(), part.begin(), part.end());
  }
  if (stretch.content.bytes == 0 || parts.empty()) return Costs(stretch.content.bytes);
  return resampled(parts, stretch.content.bytes);
}

}  // namespace

Costs closed(std::span<const std::uint32_t> opened, const GroupPlaces& places,
             std::size_t content_bytes) {
  Costs content;
  std::size_t gap = places.gaps, wrapped = 0;
  const auto add_gap = [&](std::size_t bytes) {
    const auto part = opened.subspan(gap, bytes);
    content.insert(content.end(), part.begin(), part.end());
    gap += bytes;
  };
  for (const StretchPlace& stretch : places.stretches) wrapped += stretch.content.bytes;
  Costs plan(wrapped);
  spread(static_cast<std::int64_t>(sum_of(opened.first(places.gaps))), plan);
  auto share = plan.begin();
  for (const StretchPlace& stretch : places.stretches) {
    add_gap(stretch.content.at - content.size());
    for (const std::uint32_t cost : of_stretch(opened, stretch)) content.push_back(cost + *share++);
  }
  add_gap(content_bytes - content.size());
  return content;
}

}  // namespace nnzip
