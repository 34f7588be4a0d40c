// SPDX-License-Identifier: Apache-2.0
// Finds chains of records and what stands at the same place of those before.
#include "mixer/bytes/record_chain.h"

#include <algorithm>

namespace nnzip::mixer {

void RecordChain::follow(std::span<const std::uint8_t> known) {
  const std::size_t end = known.size();
  if (end < kHeader) return;
  const std::uint8_t* const header = known.data() + end - kHeader;
  const std::uint32_t header_kind = header[0] | header[1] << 8;
  const std::uint32_t length = header[2] | header[3] << 8;
  const bool possible = header_kind != 0 && header_kind < kKinds && length <= kLongest;
  std::uint8_t& led = headers_[(end - kHeader) % kReach];
  const std::uint8_t headers = led;
  led = 0;
  if (possible) {
    std::uint8_t& leads = headers_[(end + length) % kReach];
    leads = std::max<std::uint8_t>(leads, static_cast<std::uint8_t>(std::min(headers + 1, 255)));
  }
  if (found ? end == next_ + kHeader : possible && headers >= kEnough) {
    if (!found) {
      begin_ = before_ = 0;
      cells_ = {};
      above_ = {};
      column = 0;
      records_ = 0;
    }
    found = possible;
    if (found) begin_record(end, header_kind, length);
  }
  if (found && end == begin_ + kHeader && next_ >= end) find_column(known);
  look(known);
}

void RecordChain::begin_record(std::size_t end, std::uint32_t header_kind, std::uint32_t length) {
  ++records_;
  before_that_ = before_;
  before_ = begin_;
  begin_ = end;
  next_ = end + length;
  kind = header_kind;
  std::uint32_t& last = of_kind_[header_kind * 0x9E3779B1u >> 24];
  alike_ = last;
  last = static_cast<std::uint32_t>(end);
}

// The third and fourth byte are the column of a cell.
void RecordChain::find_column(std::span<const std::uint8_t> known) {
  const std::uint32_t third = known[begin_ + 2] | known[begin_ + 3] << 8;
  const auto begin = static_cast<std::uint32_t>(begin_);
  const auto key = static_cast<std::uint32_t>(kind * 0x10001 + third);
  Cells& cells = of_kind_and_column_[key * 0x9E3779B1u >> 22];
  cells_ = cells;
  cells = {begin, cells.last};
  Record& above_it = of_column_[third * 0x9E3779B1u >> 22];
  above_ = above_it;
  above_it = {begin, static_cast<std::uint32_t>(next_), static_cast<std::uint32_t>(kind)};
  column = third;
  column_of_ = begin_;
}

void RecordChain::look(std::span<const std::uint8_t> known) {
  if (!found) {
    cell_at = cell_two_at = 0;
    kind = place = before = trend = alike = cell = cell_two = column = above = above_kind = 0;
    return;
  }
  const std::size_t end = known.size();
  const auto at = [&](std::size_t record, std::size_t of) -> std::uint64_t {
    const std::size_t position = record + (end - of);
    return record != 0 && position < end ? known[position] : 0;
  };
  place = end < next_ ? std::min<std::size_t>(end - begin_, 255) : 256 + (end - next_);
  before = at(before_, begin_);
  trend = (2 * before - at(before_that_, begin_)) & 255;
  alike = at(alike_, begin_);
  cell = at(cells_.last, column_of_);
  cell_two = at(cells_.before, column_of_);
  cell_at = cells_.last != 0 ? cells_.last + (end - column_of_) : 0;
  cell_two_at = cells_.before != 0 ? cells_.before + (end - column_of_) : 0;
  above_kind = above_.kind;
  const std::size_t offset = end - begin_;
  if (end >= next_) {
    above = at(above_.end, next_);
  } else if (offset < kHeader) {
    above = above_.end != 0 ? at(above_.end + kHeader, begin_) : 0;
  } else {
    above = above_.begin + offset < above_.end ? known[above_.begin + offset] : 256;
  }
}

}  // namespace nnzip::mixer
