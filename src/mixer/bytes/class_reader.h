// SPDX-License-Identifier: Apache-2.0
// Reads class files of Java. MIXING_ITEMS.md, Class files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mixer/bytes/item_reader.h"

namespace nnzip::mixer {

class ClassReader : public ItemReader {
 public:
  // Takes up the stream's newest byte.
  void follow(std::uint8_t byte);
  // Whether the byte that comes stands in a class file.
  bool found() const { return !is_lost(); }

 private:
  static constexpr std::uint32_t kConstants = 4096;  // that are looked at
  static constexpr std::uint32_t kPlaces = 4096;     // the same, of code
  enum Tag : std::uint8_t {
    kText = 1,
    kInteger = 3,
    kFloat = 4,
    kLong = 5,
    kDouble = 6,
    kClass = 7,
    kString = 8,
    kField = 9,
    kMethod = 10,
    kInterfaceMethod = 11,
    kNameAndType = 12,
    kHandle = 15,
    kMethodType = 16,
    kDynamic = 17,
    kInvokeDynamic = 18,
    kModule = 19,
    kPackage = 20
  };
  enum Attribute : std::uint8_t { kOther, kCode, kLines, kVariables, kTypes, kFrames, kKnown };

  Parsing parse();
  Parsing read_constants();
  Parsing read_members(std::uint32_t what);
  Parsing read_attributes(std::uint32_t owner);
  Parsing read_words(std::uint32_t what, std::uint32_t bytes);
  Parsing read_code();
  Parsing read_instruction();
  Parsing read_switch(bool is_table, std::uint32_t begin);
  Parsing read_exceptions();
  Parsing read_lines();
  Parsing read_variables(std::uint32_t what);
  Parsing read_frames();
  Parsing read_frame_types(std::uint32_t count);

  void refer(std::uint32_t constant, std::uint32_t role);
  void add_target(std::int64_t place);
  void learn_lines(std::uint32_t from, std::uint32_t begin);
  void find_name(std::uint32_t hash, std::uint32_t constant);
  std::int64_t next_constant(std::uint32_t opcode) const;
  std::int64_t next_line(std::uint32_t from) const;
  std::int64_t next_target(std::int64_t from) const;

  std::uint32_t recent_ = 0;  // bytes

  // Of the file that is read.
  struct File {
    // [constant]
    std::array<std::uint8_t, kConstants> tags{}, roles{};  // role: what refers to it
    std::uint32_t newest = 0;                   // the highest one that constants refer to
    std::uint32_t code_newest = 0;              // the same, of code
    std::uint32_t names_newest = 0;             // the same, of members and tables
    std::array<std::uint32_t, kKnown> names{};  // of attributes that are known
    std::uint32_t length = 0;                   // of the open attribute
    std::uint32_t line = 0;                     // the last one
    // Of the newest code.
    std::uint32_t code_length = 0, at = 0, operand_before = 0;
    std::array<std::uint32_t, 3> opcodes{};  // the newest first
    std::array<std::uint32_t, 2> jumps{};    // where the last ones lead
    std::uint32_t targets = 0;               // how many
    // [place]: whether a jump leads there; where an instruction begins 1 + the opcode before it
    std::array<std::uint8_t, kPlaces> is_target{}, opcode_before_at{};
  };
  File file_;
  std::array<std::uint8_t, 256> begins_line_{};  // [opcode before]: how often lines begin there
};

}  // namespace nnzip::mixer
