// SPDX-License-Identifier: Apache-2.0
// What a full line forgets.
#include "mixer/bytes/slot_table.h"

namespace nnzip::mixer {

Slot* SlotTable::replace(Line& line, std::uint16_t check) {
  int victim = 0;
  for (int i = 1; i < kSlots; ++i) {
    if (line.slots[i].histories[0] < line.slots[victim].histories[0]) victim = i;
  }
  line.checks[victim] = check;
  line.slots[victim] = {};
  return line.slots + victim;
}

}  // namespace nnzip::mixer
