// SPDX-License-Identifier: Apache-2.0
#include "reference/mixer/mixer_reference_notes.h"

#include <algorithm>

#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {
namespace {

std::uint32_t check(std::uint64_t h) { return static_cast<std::uint32_t>(h >> 16) % 65536 | 1; }

std::uint64_t second_hash(std::uint64_t h, unsigned high) {
  return h + (16 + high) * 0x9E3779B97F4A7C15;
}

void follow(Slot& slot, unsigned nibble, unsigned times) {
  for (unsigned n = 0; n < times; ++n) {
    unsigned node = 1;
    for (int k = 3; k >= 0; --k) {
      const int y = static_cast<int>(nibble >> k & 1);
      slot.states[node] = static_cast<std::uint8_t>(next_state(slot.states[node], y));
      node = 2 * node + static_cast<unsigned>(y);
    }
  }
}

}  // namespace

NoteLines::NoteLines(int log2_lines, std::size_t contexts)
    : log2_lines_(log2_lines), lines_(std::size_t{1} << log2_lines), held_(contexts) {}

int NoteLines::place(std::uint64_t h) {
  const auto& checks = line(h).check;
  return static_cast<int>(std::find(checks.begin(), checks.end(), check(h)) - checks.begin());
}

Slot* NoteLines::first(std::size_t context, std::uint64_t h) {
  Held& held = held_[context];
  held = Held{};
  held.h = h;
  held.first = place(h);
  if (held.first < 2) return &line(h).slots[static_cast<std::size_t>(held.first)];
  if (held.first != kNone) {
    held.note = line(h).notes[static_cast<std::size_t>(held.first - 2)];
    follow(held.own[0], held.note.byte >> 4, held.note.count);
    held.own[0].run_byte = held.note.byte;
    held.own[0].run_length = std::min(held.note.count, 15u);
  }
  return &held.own[0];
}

Slot* NoteLines::second(std::size_t context, unsigned high) {
  Held& held = held_[context];
  if (held.first < 2) {
    const std::uint64_t h = second_hash(held.h, high);
    held.second = place(h);
    if (held.second < 2) return &line(h).slots[static_cast<std::size_t>(held.second)];
    if (held.second != kNone) {
      const Note& note = line(h).notes[static_cast<std::size_t>(held.second - 2)];
      follow(held.own[1], note.byte, note.count);
    }
  } else if (held.note.byte >> 4 == high) {
    follow(held.own[1], held.note.byte % 16, held.note.count);
  }
  return &held.own[1];
}

void NoteLines::take(unsigned x) {
  for (const Held& held : held_) take(held, x);
}

void NoteLines::take(const Held& held, unsigned x) {
  const std::uint64_t h = second_hash(held.h, x >> 4);
  if (held.first < 2) {
    if (held.second < 2) return;
    if (held.second == kNone) {
      note(h, x % 16, 1);
    } else if (!counts(h, held.second, x % 16)) {
      put(h, held.own[1]);
    }
    return;
  }
  if (held.first == kNone) {
    note(held.h, x, 1);
    return;
  }
  if (counts(held.h, held.first, x)) return;
  put(held.h, held.own[0]);
  if (held.note.byte >> 4 == x >> 4) {
    put(h, held.own[1]);
    return;
  }
  note(h, x % 16, 1);
  note(second_hash(held.h, held.note.byte >> 4), held.note.byte % 16, held.note.count);
}

bool NoteLines::counts(std::uint64_t h, int place, unsigned byte) {
  Line& at = line(h);
  Note& note = at.notes[static_cast<std::size_t>(place - 2)];
  if (note.byte == byte) {
    note.count = std::min(note.count + 1, 47u);
    return true;
  }
  at.check[static_cast<std::size_t>(place)] = 0;
  note.count = 0;
  return false;
}

void NoteLines::note(std::uint64_t h, unsigned byte, unsigned count) {
  Line& at = line(h);
  std::size_t i = at.hand;
  for (int looked_at = 1; looked_at < 6 && at.notes[i].count > 1; ++looked_at) i = (i + 1) % 6;
  at.check[2 + i] = check(h);
  at.notes[i] = {byte, count};
  at.hand = (i + 1) % 6;
}

void NoteLines::put(std::uint64_t h, const Slot& slot) {
  Line& at = line(h);
  const std::size_t i = at.slots[1].states[1] < at.slots[0].states[1] ? 1 : 0;
  at.check[i] = check(h);
  at.slots[i] = slot;
}

}  // namespace nnzip::mixer_reference
