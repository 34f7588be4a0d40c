// SPDX-License-Identifier: Apache-2.0
// Follows the instructions of machine code, as the filters of src/filter/FILTERS.md leave it: what
// part of which instruction comes next, and which instructions came before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace nnzip::mixer {

// One number of several.
inline std::uint64_t join(std::uint64_t a, std::uint64_t b) {
  return (a ^ (b + 0x9E3779B97F4A7C15)) * 0xD6E8FEB86659FD93;
}
template <typename... More>
std::uint64_t join(std::uint64_t a, std::uint64_t b, More... more) {
  return join(join(a, b), more...);
}

class CodeState {
 public:
  // Takes up the next byte. element: of the block's layout, 1 x86, 4 instructions of four bytes.
  void follow(std::uint8_t byte, std::uint32_t element);

  // The part of the instruction that comes, below 256.
  std::uint32_t position() const {
    return static_cast<std::uint32_t>(part_) * 32u + left_ * 4u + map_;
  }
  // Of the instruction that is being read: hashes of prefixes, opcode, ModRM and SIB; of its other
  // bytes; of all. ModRM, and the opcode with its map.
  std::uint32_t shape() const { return shape_; }
  std::uint32_t operand() const { return operand_; }
  std::uint32_t whole() const { return whole_; }
  std::uint32_t form() const { return form_; }
  std::uint32_t opcode() const { return map_ * 256u + opcode_; }
  // What the last instruction with this opcode, or with this base register, had for an operand.
  std::uint32_t operand_of_opcode() const { return operands_of_opcodes_[opcode_]; }
  std::uint32_t operand_of_base() const { return operands_of_bases_[form_ & 7]; }
  // Of those before, the newest first.
  const std::array<std::uint32_t, 4>& shapes() const { return shapes_; }
  const std::array<std::uint32_t, 4>& opcodes() const { return opcodes_; }
  const std::array<std::uint32_t, 3>& wholes() const { return wholes_; }
  std::uint32_t form_before() const { return form_before_; }  // ModRM of the last one
  std::uint32_t call() const { return call_; }                // the last call, whole
  // Instructions since a jump or call, since a return: at most 15.
  std::uint32_t since_jump() const { return since_jump_; }
  std::uint32_t since_return() const { return since_return_; }

 private:
  enum class Part : std::uint8_t {
    kOpcode,  // or a prefix
    kVex,
    kForm,   // ModRM
    kIndex,  // SIB
    kDisplacement,
    kImmediate,
  };

  void follow_x86(std::uint8_t byte);
  void follow_word(std::uint8_t byte);
  void take_opcode(std::uint8_t byte, char follows);
  void take_form(std::uint8_t byte);
  void after_form();
  void expect(Part part, std::uint8_t bytes);
  void count(bool is_jump, bool is_return);
  void finish();
  void finish_x86();
  void finish_word();

  // The instruction that is being read.
  Part part_ = Part::kOpcode;  // what comes
  std::uint8_t left_ = 0;      // bytes of it still to come
  std::uint8_t map_ = 0;       // of opcodes: 0, behind 0F 1, behind 0F 38 2, behind 0F 3A 3
  std::uint8_t opcode_ = 0, form_ = 0;
  std::uint8_t displacement_ = 0, immediate_ = 0;  // their bytes
  bool narrow_ = false, wide_ = false;             // prefixes 66, REX.W
  std::uint32_t shape_ = 0, operand_ = 0, whole_ = 0;

  // Those before.
  std::array<std::uint32_t, 4> shapes_{}, opcodes_{};
  std::array<std::uint32_t, 3> wholes_{};
  std::uint32_t form_before_ = 0, call_ = 0, since_jump_ = 0, since_return_ = 0;
  std::array<std::uint32_t, 256> operands_of_opcodes_{};
  std::array<std::uint32_t, 8> operands_of_bases_{};
};

}  // namespace nnzip::mixer
