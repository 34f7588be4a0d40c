// SPDX-License-Identifier: Apache-2.0
// The section Notes of MIXING.md, as plain code.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nnzip::mixer_reference {

struct Slot {
  std::uint32_t check = 0;
  std::array<std::uint8_t, 16> states{};  // at the numbers of the nodes
  unsigned run_byte = 0, run_length = 0;
};

class NoteLines {
 public:
  NoteLines(int log2_lines, std::size_t contexts);

  // What the context works with at k = 0, given h, and at k = 4, given the first four bits.
  Slot* first(std::size_t context, std::uint64_t h);
  Slot* second(std::size_t context, unsigned high);
  // Runs and states have taken up x.
  void take(unsigned x);

 private:
  static constexpr int kNone = 8;
  struct Note {
    unsigned byte = 0, count = 0;
  };
  struct Line {
    std::array<std::uint32_t, 8> check{};
    std::array<Slot, 2> slots;
    std::array<Note, 6> notes;
    std::size_t hand = 0;
  };
  struct Held {
    std::uint64_t h = 0;
    int first = kNone, second = kNone;  // places
    Note note;                          // of k = 0, as it was found
    std::array<Slot, 2> own;
  };

  Line& line(std::uint64_t h) { return lines_[h >> (64 - log2_lines_)]; }
  int place(std::uint64_t h);
  // Counts it, or frees it.
  bool counts(std::uint64_t h, int place, unsigned byte);
  void note(std::uint64_t h, unsigned byte, unsigned count);
  void put(std::uint64_t h, const Slot& slot);
  void take(const Held& held, unsigned x);

  int log2_lines_;
  std::vector<Line> lines_;
  std::vector<Held> held_;
};

}  // namespace nnzip::mixer_reference
