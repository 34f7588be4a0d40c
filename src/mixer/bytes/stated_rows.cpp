// SPDX-License-Identifier: Apache-2.0
// Follows rows from header to header.
#include "mixer/bytes/stated_rows.h"

#include <algorithm>

namespace nnzip::mixer {

StatedRows::Header StatedRows::header_of(std::span<const std::uint8_t> known) {
  if (known.size() < 4) return {};
  const std::uint8_t* const last = known.data() + known.size() - 4;
  const auto is_length = [](std::size_t n) { return n >= kShortest && n <= kLongest; };
  const std::size_t padded = std::size_t{last[1]} << 8 | last[2];
  if (last[0] == 3 && last[3] < 4 && is_length(padded))
    return {.bytes = 4, .row = padded + last[3]};
  const std::size_t plain = std::size_t{last[2]} << 8 | last[3];
  if (last[1] == 1 && is_length(plain)) return {.bytes = 3, .row = plain};
  return {};
}

void StatedRows::follow(std::span<const std::uint8_t> known) {
  const std::size_t end = known.size();
  const Header header = header_of(known);
  std::uint8_t headers = 0;  // that lead to this one
  if (header.bytes != 0) {
    headers = led_here_[(end - header.bytes) % 4];
    std::uint8_t& leads = led(end + header.row);
    leads = std::max(leads, static_cast<std::uint8_t>(std::min(headers + 1, 255)));
  }
  led_here_[end % 4] = led(end);
  led(end) = 0;
  if (!found) {
    found = headers >= kEnough;
    if (found) {
      begin_ = before_ = 0;
      begin_row(end, header);
    }
  } else if (header.bytes != 0 && end == end_ + header.bytes) {
    begin_row(end, header);
  } else if (end == end_ + 4) {
    found = false;
  }
  look(known);
}

void StatedRows::begin_row(std::size_t end, const Header& header) {
  before_two_ = before_;
  before_ = begin_;
  begin_ = end;
  header_ = end - header.bytes;
  end_ = end + header.row;
}

void StatedRows::look(std::span<const std::uint8_t> known) {
  place = left = before = before_two = 0;
  before_at = before_two_at = 0;
  if (!found) return;
  const std::size_t end = known.size();
  if (end >= end_) {
    place = static_cast<std::uint32_t>(kHeader + end - end_);
    before = known[header_ + end - end_];
    return;
  }
  const std::size_t offset = end - begin_;
  const auto at = [&](std::size_t row) -> std::uint32_t {
    return row != 0 ? known[row + offset] : 0;
  };
  place = static_cast<std::uint32_t>(std::min<std::size_t>(offset, 511));
  left = static_cast<std::uint32_t>(std::min<std::size_t>(end_ - end, 255));
  before = at(before_);
  before_two = at(before_two_);
  before_at = before_ != 0 ? before_ + offset : 0;
  before_two_at = before_two_ != 0 ? before_two_ + offset : 0;
}

}  // namespace nnzip::mixer
