// SPDX-License-Identifier: Apache-2.0
// Chains as plain code.
#include "reference/mixer/mixer_reference_chain.h"

#include <algorithm>

#include "reference/mixer/mixer_reference_contexts.h"

namespace nnzip::mixer_reference {

void Chain::take(const Place& next, std::size_t E) {
  if (E < 4) return;
  const auto byte = [&](std::size_t p) {
    return p < E ? static_cast<std::uint64_t>(next.at(E - p)) : 0;
  };
  const std::uint64_t k = byte(E - 4) + 256 * byte(E - 3), m = byte(E - 2) + 256 * byte(E - 1);
  const bool is_header = k >= 1 && k <= 4095 && m <= 8224;
  const unsigned n = led[E - 4];
  led.erase(E - 4);
  if (is_header) led[E + m] = std::max(led[E + m], std::min(n + 1, 255u));

  const bool goes_on = found && E == begins.end + 4;
  const bool begins_here = is_header && (goes_on || (!found && n >= 3));
  if (begins_here) {
    if (!found) {
      begins = Begins{};
      above = Above{};
      column_number = 0;
    }
    ++begins.records;
    begins.second = begins.first;
    begins.first = begins.open;
    begins.open = E;
    begins.end = E + m;
    const auto i = static_cast<std::uint32_t>(k) * 0x9E3779B1u >> 24;
    begins.alike = of_kind[i];
    of_kind[i] = E;
    kind = k;
  }
  if (goes_on || begins_here) found = begins_here;
  if (found && E == begins.open + 4 && E <= begins.end) {
    column_number = byte(E - 2) + 256 * byte(E - 1);
    const auto i = static_cast<std::uint32_t>(kind * 0x10001 + column_number) * 0x9E3779B1u >> 22;
    begins.column = of_column[i];
    begins.column_two = of_column_two[i];
    begins.column_of = begins.open;
    of_column_two[i] = of_column[i];
    of_column[i] = begins.open;
    const auto j = static_cast<std::uint32_t>(column_number) * 0x9E3779B1u >> 22;
    above = of_number[j];
    of_number[j] = {begins.open, begins.end, kind};
  }
  const auto same_place = [&](std::size_t record, std::size_t of) {
    return record == 0 ? 0 : byte(record + E - of);
  };
  if (!found) kind = 0;
  place = !found           ? 0
          : E < begins.end ? std::min<std::uint64_t>(E - begins.open, 255)
                           : 256 + E - begins.end;
  before = found ? same_place(begins.first, begins.open) : 0;
  trend = found ? (512 + 2 * before - same_place(begins.second, begins.open)) % 256 : 0;
  alike = found ? same_place(begins.alike, begins.open) : 0;
  cell = found ? same_place(begins.column, begins.column_of) : 0;
  cell_two = found ? same_place(begins.column_two, begins.column_of) : 0;
  const auto position = [&](std::size_t p) {
    return found && p != 0 ? p + E - begins.column_of : 0;
  };
  one = position(begins.column);
  two = position(begins.column_two);
  if (!found) column_number = 0;
  above_kind = found ? above.kind : 0;
  above_cell = 0;
  if (!found) return;
  if (E >= begins.end) {
    above_cell = same_place(above.end, begins.end);
  } else if (E < begins.open + 4) {
    if (above.end != 0) above_cell = byte(above.end + 4 + E - begins.open);
  } else {
    const std::size_t p = above.at + E - begins.open;
    above_cell = p < above.end ? byte(p) : 256;
  }
}

}  // namespace nnzip::mixer_reference
