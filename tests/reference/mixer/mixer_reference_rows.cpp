// SPDX-License-Identifier: Apache-2.0
// Stated rows as plain code.
#include "reference/mixer/mixer_reference_rows.h"

#include <algorithm>

#include "reference/mixer/mixer_reference_contexts.h"

namespace nnzip::mixer_reference {

void StatedRows::take(const Place& next, std::size_t E) {
  const auto byte = [&](std::size_t p) {
    return p < E ? static_cast<std::uint64_t>(next.at(E - p)) : 0;
  };
  std::size_t header = 0, bytes = 0;  // of the header that ends here; of its row
  for (const std::size_t of : {4u, 3u}) {
    if (E < 4 || header != 0) continue;
    const std::size_t length = 256 * byte(E - of + 1) + byte(E - of + 2);
    const std::size_t padding = of == 4 ? byte(E - 1) : 0;
    const bool is_type = byte(E - of) == (of == 4 ? 3u : 1u);
    if (!is_type || padding > 3 || length < 8 || length > 8192) continue;
    header = of;
    bytes = length + padding;
  }
  unsigned n = 0;
  if (header != 0) {
    n = led.contains(E - header) ? led[E - header] : 0;
    led[E + bytes] = std::max(led[E + bytes], std::min(n + 1, 255u));
  }
  led.erase(led.begin(), led.lower_bound(E < 4 ? 0 : E - 4));

  bool row_begins = false;
  if (!found && n >= 6) {
    found = row_begins = true;
    begin = before = 0;
  } else if (found && header != 0 && E == end + header) {
    row_begins = true;
  } else if (found && E == end + 4) {
    found = false;
  }
  if (row_begins) {
    before_two = before;
    before = begin;
    begin = E;
    head = E - header;
    end = E + bytes;
  }
  place = left = row_before = row_two = one = two = 0;
  if (found && E >= end) {
    place = 1020 + E - end;
    row_before = byte(head + E - end);
  } else if (found) {
    place = std::min<std::size_t>(E - begin, 511);
    left = std::min<std::size_t>(end - E, 255);
    if (before != 0) one = before + E - begin;
    if (before_two != 0) two = before_two + E - begin;
    if (one != 0) row_before = byte(one);
    if (two != 0) row_two = byte(two);
  }
}

}  // namespace nnzip::mixer_reference
