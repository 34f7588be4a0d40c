// SPDX-License-Identifier: Apache-2.0
// What a full line forgets.
#include "mixer/bytes/note_table.h"

namespace nnzip::mixer {

void NoteTable::note(std::uint64_t hash, std::uint8_t byte, std::uint8_t count) {
  Line& at = line(hash);
  const auto after = [](int i) { return i == kNotes - 1 ? 0 : i + 1; };
  int i = at.next;
  // What came more than once stays for another round.
  for (int n = 1; n < kNotes && at.counts[i] > 1; ++n) i = after(i);
  at.checks[kSlots + i] = check_of(hash);
  at.bytes[i] = byte;
  at.counts[i] = count;
  at.next = static_cast<std::uint8_t>(after(i));
}

void NoteTable::put(std::uint64_t hash, const Slot& slot) {
  Line& at = line(hash);
  const int less = at.slots[1].histories[0] < at.slots[0].histories[0] ? 1 : 0;
  at.checks[less] = check_of(hash);
  at.slots[less] = slot;
}

}  // namespace nnzip::mixer
