// SPDX-License-Identifier: Apache-2.0
// A hash table of what many contexts remember. Most of them have seen one byte only: they take a
// note of four bytes in place of two slots, and the second nibble is not looked up.
//
//   Notes<N>   what N contexts know of the byte that comes
//     find_first(), find_second()   slot(i) is that of context i then, for each nibble
//     keep()                        the byte is known, and the slots have learned it
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "mixer/bytes/bit_history.h"
#include "mixer/bytes/slot_table.h"
#include "mixer/core/aligned_memory.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace nnzip::mixer {

class NoteTable {
 public:
  // Places of a line: slots, notes, none.
  static constexpr int kSlots = 2, kNotes = 6, kNone = kSlots + kNotes;

  struct alignas(64) Line {
    std::uint16_t checks[kNone];  // 0: free
    Slot slots[kSlots];
    std::uint8_t bytes[kNotes];   // or nibbles: all that followed
    std::uint8_t counts[kNotes];  // how many times
    std::uint8_t next;            // the note that gives way, if it is worth little
  };
  static_assert(sizeof(Line) == 64);

  explicit NoteTable(int log2_lines)
      : lines_(std::size_t{1} << log2_lines), shift_(64 - log2_lines) {}

  Line& line(std::uint64_t hash) const { return lines_.data()[hash >> shift_]; }
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&line(hash), 1); }

  static std::uint16_t check_of(std::uint64_t hash) {
    return static_cast<std::uint16_t>(hash >> 16 | 1);
  }

  // The first place with that check.
  static int find(const Line& line, std::uint16_t check) {
#if defined(__SSE2__)
    const __m128i checks = _mm_load_si128(reinterpret_cast<const __m128i*>(line.checks));
    const __m128i equal = _mm_cmpeq_epi16(checks, _mm_set1_epi16(static_cast<short>(check)));
    const __m128i bytes = _mm_packs_epi16(equal, _mm_setzero_si128());
    return std::countr_zero(static_cast<std::uint32_t>(_mm_movemask_epi8(bytes)) | 1u << kNone);
#else
    std::uint32_t equal = 1u << kNone;
    for (int i = 0; i < kNone; ++i) equal |= (line.checks[i] == check ? 1u : 0u) << i;
    return std::countr_zero(equal);
#endif
  }

  // count: of that byte or nibble alone.
  void note(std::uint64_t hash, std::uint8_t byte, std::uint8_t count);
  // In place of the slot that has seen less.
  void put(std::uint64_t hash, const Slot& slot);

 private:
  AlignedMemory<Line> lines_;
  int shift_;
};

template <std::size_t kContexts>
class Notes {
 public:
  Slot* slot(std::size_t i) const { return of_[i].slot; }

  // hashes: kContexts of them.
  void find_first(const NoteTable& table, const std::uint64_t* hashes) {
    // Lines arrive side by side while nothing else is done.
    for (std::size_t i = 0; i < kContexts; ++i) {
      Memory& m = of_[i];
      m.hash = hashes[i];
      m.line = &table.line(m.hash);
      m.place = static_cast<std::uint8_t>(NoteTable::find(*m.line, NoteTable::check_of(m.hash)));
    }
    for (Memory& m : of_) {
      m.byte = m.line->bytes[kPlaces.note[m.place]];
      m.count = m.line->counts[kPlaces.note[m.place]] & kPlaces.mask[m.place];
      imagine(m.own[0], m.byte >> 4, m.count);
      m.own[0].run_byte = m.byte;
      m.own[0].run_length = kPlaces.run[m.count];
      m.slot = choose(m.place < NoteTable::kSlots, m.line->slots + (m.place & 1), m.own);
    }
  }

  // Of what find_second() and keep() will need. high: the first nibble.
  void prefetch_second(const NoteTable& table, std::uint32_t high) const {
    for (const Memory& m : of_) {
      if (m.place < NoteTable::kSlots) {
        table.prefetch(second(m.hash, high));
      } else if (m.count != 0 && m.byte >> 4 != static_cast<int>(high)) {
        table.prefetch(second(m.hash, high));
        table.prefetch(second(m.hash, m.byte >> 4));
      }
    }
  }

  void find_second(const NoteTable& table, std::uint32_t high) {
    for (Memory& m : of_) {
      const std::uint64_t hash = second(m.hash, high);
      m.second_line = choose(m.place < NoteTable::kSlots, &table.line(hash), &free_);
      m.second_place =
          static_cast<std::uint8_t>(NoteTable::find(*m.second_line, NoteTable::check_of(hash)));
    }
    for (Memory& m : of_) {
      // The note of the first nibble, or that of the second one: at most one is there.
      NoteTable::Line& line = *m.second_line;
      const int at = kPlaces.note[m.second_place];
      const std::uint32_t of_first = m.byte >> 4 == static_cast<int>(high) ? m.count : 0u;
      const std::uint32_t of_second = line.counts[at] & kPlaces.mask[m.second_place];
      const std::uint8_t said = *choose(m.place < NoteTable::kSlots, line.bytes + at, &m.byte);
      imagine(m.own[1], said & 15, of_first | of_second);
      m.slot =
          choose(m.second_place < NoteTable::kSlots, line.slots + (m.second_place & 1), m.own + 1);
    }
  }

  void keep(NoteTable& table, std::uint8_t x) {
    for (const Memory& m : of_) keep(table, m, x);
  }

 private:
  // Of one context.
  struct Memory {
    std::uint64_t hash;
    Slot* slot;                           // of the nibble: one of a line, or own
    NoteTable::Line *line, *second_line;  // of both nibbles
    std::uint8_t place, second_place;     // in them
    std::uint8_t byte, count;             // what the note of the first nibble says; 0: none
    Slot own[2];                          // of what has no slot in the table
  };

  struct Places {
    constexpr Places() {
      for (int i = 0; i < NoteTable::kNotes; ++i) {
        note[NoteTable::kSlots + i] = static_cast<std::uint8_t>(i);
        mask[NoteTable::kSlots + i] = 255;
      }
      for (std::size_t i = 0; i < std::size(run); ++i) {
        run[i] = static_cast<std::uint8_t>(i < Slot::kLongestRun ? i : Slot::kLongestRun);
      }
    }
    std::uint8_t note[NoteTable::kNone + 1] = {}, mask[NoteTable::kNone + 1] = {};
    std::uint8_t run[BitHistories::kMostEqual + 1] = {};  // [count]: its length
  };
  static constexpr Places kPlaces{};

  static std::uint64_t second(std::uint64_t hash, std::uint32_t high) {
    return hash + (16 | high) * 0x9E3779B97F4A7C15;
  }

  // A branch would wait for memory.
  template <typename T>
  static T* choose(bool first, T* a, T* b) {
    const auto x = reinterpret_cast<std::uintptr_t>(a), y = reinterpret_cast<std::uintptr_t>(b);
    return reinterpret_cast<T*>(y ^ ((x ^ y) & (0 - std::uintptr_t{first})));
  }

  // A slot that has seen that nibble so many times.
  static void imagine(Slot& slot, std::uint32_t nibble, std::uint32_t count) {
    __builtin_memcpy(slot.histories, kHistories.equal[count][nibble].data(), 16);
  }

  static void keep(NoteTable& table, const Memory& m, std::uint8_t x) {
    const std::uint64_t hash = second(m.hash, x >> 4);
    const auto low = static_cast<std::uint8_t>(x & 15);
    if (m.place < NoteTable::kSlots) {
      if (m.second_place < NoteTable::kSlots) return;
      if (m.second_place == NoteTable::kNone) return table.note(hash, low, 1);
      if (agrees(*m.second_line, m.second_place, low)) return;
      return table.put(hash, m.own[1]);
    }
    if (m.place == NoteTable::kNone) return table.note(m.hash, x, 1);
    if (agrees(*m.line, m.place, x)) return;
    table.put(m.hash, m.own[0]);
    if (m.byte >> 4 == x >> 4) return table.put(hash, m.own[1]);
    table.note(hash, low, 1);
    table.note(second(m.hash, m.byte >> 4), m.byte & 15, m.count);
  }

  // Counts what a note says, or frees the note.
  static bool agrees(NoteTable::Line& line, int place, std::uint8_t byte) {
    const int i = place - NoteTable::kSlots;
    const bool does = line.bytes[i] == byte;
    if (does && line.counts[i] < BitHistories::kMostEqual) ++line.counts[i];
    if (!does) line.checks[place] = line.counts[i] = 0;
    return does;
  }

  std::array<Memory, kContexts> of_{};
  NoteTable::Line free_{};
};

}  // namespace nnzip::mixer
