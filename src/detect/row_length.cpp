// SPDX-License-Identifier: Apache-2.0
// Finds the layout of tables and images: the lengths of rows and elements, chosen by how much the
// bytes at that distance tell. The encoder's choice alone; a decoder reads it.
#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "detect/statistics.h"

namespace nnzip {
namespace {

constexpr std::size_t kLongest = 4096;     // row that is looked for
constexpr std::size_t kWindow = 12 << 10;  // bytes looked at in one place
constexpr std::size_t kWindows = 4;
constexpr std::size_t kSmallest = 512;   // content that may have rows
constexpr std::size_t kShortest = 5;     // shorter distances are contexts of their own
constexpr std::size_t kCompared = 6144;  // bytes compared at every distance
constexpr std::size_t kCandidates = 12;
constexpr std::size_t kSums = 257;  // of differences of bytes, that 16 bits hold

// An adaptive model of 16 symbols; costs in 1/16 bit.
struct Nibbles {
  std::uint16_t counts[16];
  std::uint32_t sum;
};

std::uint32_t log2_16(std::uint32_t n) {  // 16 * log2(n), linear between the powers
  const int top = static_cast<int>(std::bit_width(n)) - 1;
  return static_cast<std::uint32_t>(top * 16) + ((n << 4 >> top) & 15);
}

std::uint32_t cost(Nibbles& model, std::uint32_t symbol) {
  const std::uint32_t bits = log2_16(model.sum * 2 + 16) - log2_16(model.counts[symbol] * 2u + 1);
  ++model.counts[symbol];
  ++model.sum;
  return bits;
}

using Content = std::span<const std::uint8_t>;

// Calls visit(position) for sampled positions that have kLongest or a quarter of the content
// before.
template <typename Visit>
void sample(Content content, Visit&& visit) {
  const std::size_t first = std::min(kLongest, content.size() / 4);
  const std::size_t room = content.size() - first;
  if (room <= kWindow * kWindows) {
    for (std::size_t i = first; i < content.size(); ++i) visit(i);
    return;
  }
  for (std::size_t w = 0; w < kWindows; ++w) {
    const std::size_t begin = first + (room - kWindow) * w / (kWindows - 1);
    for (std::size_t i = begin; i < begin + kWindow; ++i) visit(i);
  }
}

// What the bytes cost that know the byte `distance` before them (0: none) and the one `left`
// before.
std::uint64_t cost_at(Content content, std::size_t distance, std::size_t left) {
  std::vector<Nibbles> high(256), low(512);
  std::uint64_t sum = 0;
  sample(content, [&](std::size_t i) {
    const std::uint32_t x = content[i], beside = content[i - left];
    const std::uint32_t known = distance == 0 ? 0 : content[i - distance];
    sum += cost(high[(known >> 4) * 16 + (beside >> 4)], x >> 4);
    sum += cost(low[((known ^ x) < 16 ? 0u : 256u) + (known & 15) * 16 + (beside & 15)], x & 15);
  });
  return sum;
}

// The distances whose measure exceeds that of the distances around most.
void add_peaks(const std::vector<std::int64_t>& measure, std::vector<std::size_t>& found) {
  std::vector<std::pair<std::int64_t, std::size_t>> peaks;
  for (std::size_t d = 2; d + 1 < measure.size(); ++d) {
    std::int64_t around = 0, n = 0;
    for (std::size_t e = d < 9 ? 1 : d - 8; e <= std::min(d + 8, measure.size() - 1); ++e, ++n) {
      around += measure[e];
    }
    peaks.emplace_back(measure[d] - around / n, d);
  }
  const std::size_t count = std::min(kCandidates, peaks.size());
  std::partial_sort(peaks.begin(), peaks.begin() + static_cast<std::ptrdiff_t>(count), peaks.end(),
                    [](const auto& a, const auto& b) { return a > b; });
  for (std::size_t i = 0; i < count; ++i) found.push_back(peaks[i].second);
}

bool has_zeros(Content content) {
  std::size_t zeros = 0, total = 0;
  sample(content, [&](std::size_t i) {
    ++total;
    zeros += content[i] == 0 ? 1 : 0;
  });
  return zeros > total / 256;
}

// Whether lines, if content consists of them, repeat at that distance; else it is no row of them.
bool keeps_lines(Content content, std::size_t distance) {
  std::size_t lines = 0, repeated = 0, total = 0;
  sample(content, [&](std::size_t i) {
    ++total;
    if (content[i] != '\n') return;
    ++lines;
    repeated += content[i - distance] == '\n' ? 1 : 0;
  });
  return lines < total / 256 || repeated > lines / 2 || has_zeros(content);
}

struct Row {
  std::size_t distance;
  std::int64_t difference;  // of the bytes at that distance, summed
  std::uint64_t bits;       // cost_at
};

// Whether next to all bytes at odd positions, or next to all at even ones, are those before them.
bool is_constant(Content content, bool odd) {
  std::size_t total = 0, equal = 0;
  sample(content, [&](std::size_t i) {
    if ((i % 2 != 0) != odd) return;
    ++total;
    equal += content[i] == content[i - 2] ? 1 : 0;
  });
  return equal >= total - total / 32;
}

// Adds for each of n bytes whether it is x, and how far from it. No two arrays overlap; of loops
// over bytes and sums of 16 bits compilers make vectors.
void compare(std::uint8_t x, const std::uint8_t* __restrict bytes, std::size_t n,
             std::uint16_t* __restrict equals, std::uint16_t* __restrict differences) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t y = bytes[i];
    const std::uint8_t low = x < y ? x : y, high = x < y ? y : x;
    equals[i] = static_cast<std::uint16_t>(equals[i] + static_cast<std::uint8_t>(x == y));
    differences[i] =
        static_cast<std::uint16_t>(differences[i] + static_cast<std::uint8_t>(high - low));
  }
}

// Distances at which bytes are equal or similar. Of two-byte elements the high bytes alone count,
// or the low ones if those say nothing.
std::vector<Row> candidates(Content content, const Layout& layout) {
  const std::size_t longest = std::min(kLongest, content.size() / 4);
  std::vector<std::int64_t> equal(longest + 1), similar(longest + 1);
  std::vector<std::uint16_t> equals(longest), differences(longest);  // [longest - distance]
  const std::size_t step =
      std::max<std::size_t>(std::min(content.size() - longest, kWindow * kWindows) / kCompared, 1);
  const bool odd = layout.odd_high != is_constant(content, layout.odd_high);
  const auto move_sums = [&] {
    for (std::size_t d = 1; d <= longest; ++d) {
      equal[d] += std::exchange(equals[longest - d], 0);
      similar[d] -= std::exchange(differences[longest - d], 0);
    }
  };
  std::size_t n = 0;
  sample(content, [&](std::size_t i) {
    if (layout.element == 2 && (i % 2 != 0) != odd) return;
    if (++n % step != 0) return;
    compare(content[i], content.data() + i - longest, longest, equals.data(), differences.data());
    if (n / step % kSums == 0) move_sums();
  });
  move_sums();
  std::vector<std::size_t> found;
  add_peaks(equal, found);
  add_peaks(similar, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<Row> rows;
  for (const std::size_t d : found) {
    if (d >= kShortest && keeps_lines(content, d)) {
      rows.push_back({d, -similar[d], cost_at(content, d, layout.element)});
    }
  }
  return rows;
}

// Whether it is those at odd positions that repeat more at distance 2, as high bytes do.
bool odd_bytes_are_steadier(Content content) {
  std::uint32_t equal[2] = {};
  sample(content, [&](std::size_t i) { equal[i & 1] += content[i] == content[i - 2] ? 1u : 0; });
  return equal[1] >= equal[0];
}

}  // namespace

Layout detect_layout(std::span<const std::uint8_t> content) {
  Layout layout;
  if (content.size() < kSmallest) return layout;
  std::uint64_t plain = cost_at(content, 0, 1);
  for (std::uint32_t e = 2; e <= 4; ++e) {
    const std::uint64_t bits = cost_at(content, 0, e);
    if (bits < plain - plain / 64) {
      plain = bits;
      layout.element = e;
    }
  }
  if (layout.element == 2) layout.odd_high = odd_bytes_are_steadier(content);
  // A row must save something; in text, more than what the orders 2 to 4 know as well.
  std::uint64_t best = plain;
  if (!has_zeros(content)) {
    for (std::size_t d = 2; d <= 4; ++d) {
      best = std::min(best, cost_at(content, d, layout.element));
    }
  }
  best -= best / 48;
  const std::vector<Row> rows = candidates(content, layout);
  for (const Row& row : rows) best = std::min(best, row.bits);
  // Of rows that tell almost the same: the one with the smallest differences, then its divisors.
  const Row* chosen = nullptr;
  for (const Row& row : rows) {
    if (row.bits > best + best / 64) continue;
    if (chosen == nullptr || row.difference < chosen->difference) chosen = &row;
  }
  if (chosen == nullptr) return layout;
  layout.stride = static_cast<std::uint32_t>(chosen->distance);
  for (std::uint32_t parts = 16; parts > 1; --parts) {
    const std::uint32_t d = layout.stride / parts;
    if (layout.stride % parts != 0 || d < kShortest) continue;
    if (keeps_lines(content, d) && cost_at(content, d, layout.element) <= best + best / 64) {
      layout.stride = d;
      break;
    }
  }
  return layout;
}

}  // namespace nnzip
