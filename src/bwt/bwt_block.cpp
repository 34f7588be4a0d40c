// SPDX-License-Identifier: Apache-2.0
// Numbers before the column.
#include "bwt/bwt_block.h"

#include <utility>

#include "bwt/column_coder.h"
#include "bwt/long_repeats.h"

namespace nnzip {
namespace {

constexpr std::size_t kNumberBytes = 3;

void write_number(std::uint32_t number, Bytes& out) {
  for (std::size_t i = 0; i < kNumberBytes; ++i) {
    out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
  }
}

// Takes it from the front of the data. Precondition: there are so many bytes.
std::uint32_t read_number(std::span<const std::uint8_t>& data) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i) number |= std::uint32_t{data[i]} << (8 * i);
  data = data.subspan(kNumberBytes);
  return number;
}

// Rows and column of what is sorted.
void encode_sorted(std::span<const std::uint8_t> content, Bytes& coded) {
  const Column column = sort_content(content);
  write_number(column.rows.front() - 1, coded);
  for (std::size_t i = 1; i < column.rows.size(); ++i) write_number(column.rows[i], coded);
  const Bytes bytes = encode_column(column.bytes);
  coded.insert(coded.end(), bytes.begin(), bytes.end());
}

bool decode_sorted(std::span<const std::uint8_t> coded, std::span<std::uint8_t> content) {
  Column column{Bytes(content.size()), std::vector<std::uint32_t>(sorted_parts(content.size()))};
  if (coded.size() < column.rows.size() * kNumberBytes) return false;
  for (std::uint32_t& row : column.rows) row = read_number(coded);
  ++column.rows.front();
  if (!rows_fit(column) || !decode_column(coded, column.bytes)) return false;
  restore_content(column, content);
  return true;
}

}  // namespace

Bytes encode_bwt(std::span<const std::uint8_t> content) {
  const Shortened shortened = take_out_repeats(content);
  const bool shorter = shortened.bytes.size() < content.size();
  const auto sorted = shorter ? std::span<const std::uint8_t>(shortened.bytes) : content;
  Bytes coded;
  write_number(static_cast<std::uint32_t>(sorted.size() - 1), coded);
  if (shorter) coded.push_back(shortened.escape);
  encode_sorted(sorted, coded);
  return coded;
}

bool decode_bwt(std::span<const std::uint8_t> coded, std::span<std::uint8_t> content) {
  if (coded.size() <= kNumberBytes) return false;
  const std::size_t size = std::size_t{read_number(coded)} + 1;
  if (size > content.size()) return false;
  if (size == content.size()) return decode_sorted(coded, content);
  Shortened shortened{Bytes(size), coded.front()};
  return decode_sorted(coded.subspan(1), shortened.bytes) && put_back_repeats(shortened, content);
}

std::uint64_t bwt_memory(std::size_t content_bytes) {
  return sorting_memory(content_bytes) + 2 * std::uint64_t{content_bytes} + long_repeats_memory() +
         column_coder_memory();
}

}  // namespace nnzip
