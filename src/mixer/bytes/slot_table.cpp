// SPDX-License-Identifier: Apache-2.0
// What a full line forgets.
#include "mixer/bytes/slot_table.h"

namespace nnzip::mixer {

std::uint8_t* SlotTable::replace(std::uint8_t* line, std::uint8_t check) {
  int victim = 0;
  for (int i = 1; i < 4; ++i) {
    if (line[4 + 15 * i] < line[4 + 15 * victim]) victim = i;
  }
  std::uint8_t* const slot = line + 4 + 15 * victim;
  __builtin_memset(slot, 0, 15);
  line[victim] = check;
  return slot;
}

}  // namespace nnzip::mixer
