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
  // Of what the content is, before its first byte.
  void begin(std::uint32_t element) { is_of_words_ = element != 1; }
  // Takes up the next byte. element: of the block's layout, 1 x86, 4 instructions of four bytes.
  void follow(std::uint8_t byte, std::uint32_t element);

  // Whether what came last is text, as strings among code and data are.
  bool is_text() const { return printable_ >= kTextRun; }

  // The part of the instruction that comes, below 255; 255 in text.
  std::uint32_t position() const {
    return is_text() ? 255 : static_cast<std::uint32_t>(part_) * 32u + left_ * 4u + map_;
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
  std::uint32_t returned_at() const { return returned_at_; }  // bytes taken at the last return
  std::uint32_t pushes() const { return pushes_; }            // of x86, since a call; at most 15
  std::uint32_t taken() const { return taken_; }              // bytes

  // Of words: the low bits of the last byte, which belong to the next one's field; what the last
  // word of the opcode, or of the first two bytes, had for the byte that comes, and 512 more if all
  // before it is the same; the register that the word before wrote, in SPARC's fields.
  std::uint32_t low_bits() const { return number_ & 7; }
  std::uint32_t expected_of_opcode() const {
    return left_ == 0 ? 0 : compare_word(numbers_[opcode_]);
  }
  std::uint32_t expected_of_shape() const;
  std::uint32_t written() const { return written_; }

  // Whether the byte that comes is of a displacement or an immediate; what it would be if that were
  // the last one of the opcode, and how those before it compare.
  bool is_in_number() const { return part_ >= Part::kDisplacement; }
  std::uint32_t expected_of_number() const { return compare_number(numbers_[place_of_number()]); }
  std::uint32_t expected_of_any() const { return compare_number(any_number_); }  // of any opcode

  // The next place within 16 bytes to which a jump or call has led: 4 * distance + 1 for a jump, 2
  // for a call. kNoTarget if there is none.
  static constexpr std::uint32_t kNoTarget = 64;
  std::uint32_t near_target() const;

  // Which weights are chosen: the part with the bytes left, below 64; the opcode, or the one before
  // if it is still to come.
  // Of text 63, and the last byte.
  std::uint32_t place() const { return is_of_words_ && !is_text() ? left_ & 3u : position() >> 2; }
  std::uint32_t known_opcode() const {
    if (is_text()) return last_;
    return is_of_words_ || part_ != Part::kOpcode ? opcode_ : opcodes_[0] & 255;
  }
  bool knows_opcode() const { return is_text() || part_ != Part::kOpcode; }
  bool is_of_words() const { return is_of_words_; }

 private:
  enum class Part : std::uint8_t {
    kOpcode,  // or a prefix
    kVex,
    kForm,   // ModRM
    kIndex,  // SIB
    kDisplacement,
    kImmediate,
  };

  void follow_text(std::uint8_t byte);
  void follow_x86(std::uint8_t byte);
  void follow_word(std::uint8_t byte);
  void take_opcode(std::uint8_t byte, char follows);
  void take_form(std::uint8_t byte);
  void take_operand(std::uint8_t byte);
  std::size_t place_of_number() const;
  std::uint32_t compare_number(std::uint32_t last) const;
  std::uint32_t compare_word(std::uint32_t last) const;
  void after_form();
  void expect(Part part, std::uint8_t bytes);
  void count(bool is_jump, bool is_return);
  void add_target(std::uint32_t position, std::uint32_t kind);
  void follow_flow();
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
  // Its displacement or immediate so far, of four bytes at most, low byte first; or the word so
  // far.
  std::uint32_t number_ = 0, number_bytes_ = 0;

  // Those before.
  std::array<std::uint32_t, 4> shapes_{}, opcodes_{};
  std::array<std::uint32_t, 3> wholes_{};
  std::uint32_t form_before_ = 0, call_ = 0, since_jump_ = 0, since_return_ = 0;
  std::array<std::uint32_t, 256> operands_of_opcodes_{};
  std::array<std::uint32_t, 8> operands_of_bases_{};
  std::array<std::uint32_t, 512> numbers_{};  // [part][opcode]: the last one of four bytes, or word
  std::uint32_t any_number_ = 0;

  // Where code leads to.
  bool is_of_words_ = false;
  std::uint32_t taken_ = 0, returned_at_ = 0, pushes_ = 0;
  std::array<std::uint32_t, 4096> targets_{};  // [hash of position]: 4 * position + kind

  // Of words.
  std::array<std::uint32_t, 4096> words_of_shapes_{};  // [hash of two bytes]: the last word
  std::uint32_t written_ = 0;

  // Bytes that text has, in a row; the last one.
  static constexpr std::uint32_t kTextRun = 6;
  std::uint32_t printable_ = 0;
  std::uint8_t last_ = 0;
};

}  // namespace nnzip::mixer
