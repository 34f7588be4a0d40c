// SPDX-License-Identifier: Apache-2.0
// Reads compiled modules of Python (.pyc) of 3.7 and later. MIXING_ITEMS.md, Modules of Python.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mixer/bytes/item_reader.h"

namespace nnzip::mixer {

class PythonReader : public ItemReader {
 public:
  PythonReader() { low_first_ = true; }

  // Takes up the stream's newest byte.
  void follow(std::uint8_t byte);
  // Whether the byte that comes stands in a module's objects.
  bool found() const { return !is_lost(); }

 private:
  static constexpr std::uint32_t kMostOpen = 24;  // objects
  static constexpr std::uint32_t kUnits = 4096;   // of code that are looked at

  Parsing parse();
  Parsing read_object(std::uint32_t field, std::uint32_t depth);
  Parsing read_bytes(std::uint32_t field, std::uint32_t bytes);
  Parsing read_code(std::uint32_t depth);
  Parsing read_instructions(std::uint32_t bytes);
  Parsing read_locations(std::uint32_t bytes);
  std::uint32_t shape_at(std::uint32_t unit) const;

  std::uint64_t recent_ = 0, recent_before_ = 0;  // eight bytes each, the newest one low
  std::uint32_t version_ = 0;
  std::uint32_t references_ = 0;                // objects that may be referred to
  std::array<std::uint8_t, kUnits> opcodes_{};  // of the newest code
  std::uint32_t units_ = 0;
  std::array<std::uint32_t, 256> newest_{};  // [opcode]: the highest operand in it
  std::uint32_t newest_name_ = 0;
  std::uint32_t newest_reference_ = 0, first_line_ = 0;
};

}  // namespace nnzip::mixer
