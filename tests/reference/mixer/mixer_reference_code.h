// SPDX-License-Identifier: Apache-2.0
// The section Code of MIXING.md: where a stream of machine code stands.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace nnzip::mixer_reference {

std::uint32_t grow(std::uint32_t h, std::uint32_t x);

std::uint64_t join(std::uint64_t a, std::uint64_t b);
template <typename... More>
std::uint64_t join(std::uint64_t a, std::uint64_t b, More... more) {
  return join(join(a, b), more...);
}

class CodeState {
 public:
  // v of the contexts of machine code.
  struct Values {
    std::uint64_t word, wordpair, wordskip, code, aboveleft, abovetwo, gradient, value, column,
        line, order6, sparse13, indirect1, masked4, wordthree, wordstem, wordsuffix, stempair,
        sentence, order3, order4, sparse14, words_expected, wordkinds, skeleton, field1, field2,
        field4, start1, start2, bracket1, bracket2, key;
  };
  Values values(std::uint8_t c1) const;
  std::uint32_t position() const;
  std::uint32_t whole() const { return now_.whole; }
  const std::array<std::uint32_t, 4>& shapes() const { return shapes_; }
  // Of the sets: place, and the opcode that is known with whether it is of this instruction.
  std::size_t place() const;
  std::size_t known_opcode() const;
  bool is_of_words() const { return element_ == 4; }
  bool knows_opcode() const { return is_text() || now_.part != kOpcode; }
  std::size_t opcode_before() const { return opcodes_[0] % 256; }
  std::uint32_t near() const;
  bool is_text() const { return run_ >= 6; }

  void begin(unsigned element) { element_ = element; }  // before the first byte
  void take(std::uint8_t x, unsigned element);

 private:
  enum Part : std::uint32_t { kOpcode, kVex, kModRm, kSib, kDisplacement, kImmediate };

  // The instruction so far.
  struct Instruction {
    std::uint32_t part = kOpcode, left = 0, map = 0;
    std::uint32_t whole = 0, shape = 0, operand = 0;
    std::uint32_t opcode = 0, modrm = 0;
    std::uint32_t displacement = 0, immediate = 0;  // bytes that will come
    bool narrow = false, wide = false;
    std::uint32_t number = 0, bytes = 0;
  };

  void take_x86(std::uint8_t x);
  void take_word(std::uint8_t x);
  void take_opcode(std::uint8_t x);
  void take_modrm(std::uint8_t x);
  void go_on();
  std::uint32_t& last_number();
  std::uint32_t expected_of(std::uint32_t last) const;
  std::uint32_t expected_of_word(std::uint32_t last) const;
  void add_target(std::uint32_t position, std::uint32_t kind);
  void end_x86();
  void end_word();
  void end();

  Instruction now_;
  std::array<std::uint32_t, 4> shapes_{}, opcodes_{};
  std::array<std::uint32_t, 3> wholes_{};
  std::array<std::uint32_t, 256> of_opcode_{};
  std::array<std::uint32_t, 8> of_base_{};
  std::uint32_t form_before_ = 0, call_ = 0, since_jump_ = 0, since_return_ = 0;
  std::uint32_t taken_ = 0, returned_ = 0, pushes_ = 0;
  std::array<std::uint32_t, 256> words_of_opcodes_{};
  std::array<std::uint32_t, 4096> words_of_shapes_{};
  std::uint32_t written_ = 0;
  std::uint32_t run_ = 0;               // of bytes of text
  std::uint8_t last_ = 0;               // byte
  std::uint32_t numbers_[2][256] = {};  // of displacements, of immediates
  std::uint32_t any_number_ = 0;
  std::array<std::uint32_t, 4096> targets_{};
  unsigned element_ = 1;
};

}  // namespace nnzip::mixer_reference
