// SPDX-License-Identifier: Apache-2.0
// Restoring waits for memory at each byte: parts side by side wait together.
#include "bwt/transform.h"

#include <algorithm>
#include <array>
#include <bit>

#include "bwt/suffix_array.h"

namespace nnzip {
namespace {

constexpr int kLeastPartBits = 16;
constexpr std::size_t kMostParts = 8;

// log2 of the bytes of a part, the last of which is shorter.
int part_bits(std::size_t content_bytes) {
  return std::max(kLeastPartBits, static_cast<int>(std::bit_width(content_bytes - 1)) - 3);
}

// For each place in the column the place of the byte before, and above the low 8 bits its own byte.
std::vector<std::uint32_t> links_of(const Column& column) {
  const std::size_t n = column.bytes.size();
  std::array<std::uint32_t, 256> next{};
  for (const std::uint8_t byte : column.bytes) ++next[byte];
  std::uint32_t sum = 1;  // the row of the end is the first one
  for (std::uint32_t& each : next) {
    const std::uint32_t count = each;
    each = sum;
    sum += count;
  }
  const std::uint32_t first = column.rows.front();
  std::vector<std::uint32_t> links(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t byte = column.bytes[i];
    const std::uint32_t row = next[byte]++;
    // The row of the whole content has no byte in the column; nothing right goes on from there.
    links[i] = (row - (row > first || row == n ? 1 : 0)) << 8 | byte;
  }
  return links;
}

}  // namespace

std::size_t sorted_parts(std::size_t content_bytes) {
  return ((content_bytes - 1) >> part_bits(content_bytes)) + 1;
}

bool rows_fit(const Column& column) {
  const std::size_t n = column.bytes.size();
  return column.rows.size() == sorted_parts(n) && column.rows.front() >= 1 &&
         column.rows.front() <= n &&
         std::all_of(column.rows.begin() + 1, column.rows.end(),
                     [n](std::uint32_t place) { return place < n; });
}

Column sort_content(std::span<const std::uint8_t> content) {
  const std::size_t n = content.size();
  const int bits = part_bits(n);
  const std::uint32_t within = (std::uint32_t{1} << bits) - 1;
  std::vector<std::int32_t> order(n);
  sort_suffixes(content, order);
  Column column{Bytes(n), std::vector<std::uint32_t>(sorted_parts(n))};
  std::uint8_t* to = column.bytes.data();
  *to++ = content.back();
  for (std::size_t i = 0; i < n; ++i) {
    const auto place = static_cast<std::uint32_t>(order[i]);
    if ((place & within) == 0) {
      const auto at = place == 0 ? i + 1 : static_cast<std::size_t>(to - column.bytes.data());
      column.rows[place >> bits] = static_cast<std::uint32_t>(at);
    }
    if (place != 0) *to++ = content[place - 1];
  }
  return column;
}

void restore_content(const Column& column, std::span<std::uint8_t> content) {
  const std::size_t n = content.size();
  const std::vector<std::uint32_t> links = links_of(column);
  const std::size_t parts = column.rows.size();
  const std::size_t length = std::size_t{1} << part_bits(n);
  std::array<std::uint32_t, kMostParts> at{};  // of the last part, the row of the end
  for (std::size_t k = 0; k + 1 < parts; ++k) at[k] = column.rows[k + 1];
  const auto step = [&](std::size_t k, std::size_t place) {
    const std::uint32_t link = links[at[k]];
    content[k * length + place] = static_cast<std::uint8_t>(link);
    at[k] = link >> 8;
  };
  const std::size_t last = n - (parts - 1) * length;
  for (std::size_t place = parts > 1 ? length : last; place-- > last;) {
    for (std::size_t k = 0; k + 1 < parts; ++k) step(k, place);
  }
  for (std::size_t place = last; place-- > 0;) {
    for (std::size_t k = 0; k < parts; ++k) step(k, place);
  }
}

std::uint64_t sorting_memory(std::size_t content_bytes) {
  return (sizeof(std::int32_t) + 8) * std::uint64_t{content_bytes} + (1 << 18) + 8192;
}

}  // namespace nnzip
