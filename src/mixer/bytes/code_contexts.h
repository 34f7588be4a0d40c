// SPDX-License-Identifier: Apache-2.0
// Follows the instructions of machine code, as the filters of src/filter/FILTERS.md leave it: what
// part of which instruction comes next, and which instructions came before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace nnzip::mixer {

class CodeState {
 public:
  static constexpr std::size_t kHashes = 10;

  // Takes up the next byte. element: of the block's layout, 1 x86, 4 instructions of four bytes.
  void follow(std::uint8_t byte, std::uint32_t element);

  // The value of context i for the byte that comes.
  std::uint64_t hash(std::size_t i) const;

  // The part of the instruction that comes, below 256.
  std::uint32_t position() const;

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
  void opcode(std::uint8_t byte, char follows);
  void form(std::uint8_t byte);
  void after_form();
  void expect(Part part, std::uint8_t bytes);
  void finish();

  // The instruction that is being read.
  Part part_ = Part::kOpcode;  // what comes
  std::uint8_t left_ = 0;      // bytes of it still to come
  std::uint8_t map_ = 0;       // of opcodes: 0, behind 0F 1, behind 0F 38 2, behind 0F 3A 3
  std::uint8_t opcode_ = 0, form_ = 0;
  std::uint8_t displacement_ = 0, immediate_ = 0;  // their bytes
  bool narrow_ = false, wide_ = false;             // prefixes 66, REX.W
  // Hashes of its bytes: prefixes, opcode, ModRM and SIB; of the others; of all.
  std::uint32_t shape_ = 0, operand_ = 0, whole_ = 0;

  // Those before, the newest first.
  std::array<std::uint32_t, 4> shapes_{}, opcodes_{};
  std::array<std::uint32_t, 2> wholes_{};
};

}  // namespace nnzip::mixer
