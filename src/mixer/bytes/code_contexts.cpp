// SPDX-License-Identifier: Apache-2.0
// A decoder of instruction lengths. What is no code gives some state or other, the same on both
// sides.
#include "mixer/bytes/code_contexts.h"

#include <algorithm>

#include "mixer/bytes/byte_classes.h"

namespace nnzip::mixer {
namespace {

// What follows an opcode: a digit that many bytes of an immediate, Z four of them (two behind
// prefix 66), W the same or eight with REX.W, M a ModRM byte, m and z ModRM and one or Z, T and t
// ModRM and, for its first two operations, one or Z; P it is a prefix, E and F further bytes of
// opcode, V and v a VEX prefix of two or one further bytes.
constexpr char kOneByte[] =
    "MMMM1Z..MMMM1Z.EMMMM1Z..MMMM1Z..MMMM1ZP.MMMM1ZP.MMMM1ZP.MMMM1ZP."
    "PPPPPPPPPPPPPPPP..................MMPPPPZz1m....1111111111111111"
    "mzmmMMMMMMMMMMMM..........6.....4444....1Z......11111111WWWWWWWW"
    "mm2.Vvmz3.2..1..MMMM11..MMMMMMMM111111114461....P.PP..Tt......MM";
constexpr char kBehind0F[] =
    "MMMM.........M.mMMMMMMMMMMMMMMMMMMMM....MMMMMMMM........E.F....."
    "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMmmmmMMM.MMMMMMMM"
    "4444444444444444MMMMMMMMMMMMMMMM...MmM.....MmMMMMMMMMMMMMMmMMMMM"
    "MMmMmmmM........MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM.";
static_assert(sizeof(kOneByte) == 257 && sizeof(kBehind0F) == 257);

constexpr std::uint32_t kMostCounted = 15;
constexpr std::uint32_t kLinkRegister = 15;
constexpr std::uint32_t kJumped = 1, kCalled = 2;  // kinds of targets

// Of the first two bytes of a word.
std::size_t place_of_shape(std::uint32_t shape) { return shape * 0x9E3779B1 >> 20; }

}  // namespace

void CodeState::follow(std::uint8_t byte, std::uint32_t element) {
  ++taken_;
  follow_text(byte);
  if (element == 1) {
    follow_x86(byte);
  } else {
    follow_word(byte);
  }
}

// A single 0 ends a string, and does not end the text.
void CodeState::follow_text(std::uint8_t byte) {
  constexpr std::uint32_t kLeastString = 4;
  const bool is_printable =
      (byte >= 32 && byte < 127) || byte == '\t' || byte == '\n' || byte == '\r';
  const bool is_end = byte == 0 && last_ != 0 && printable_ >= kLeastString;
  if (is_printable) {
    printable_ = std::min(printable_ + 1, kMostCounted);
  } else if (!is_end) {
    printable_ = 0;
  }
  last_ = byte;
}

void CodeState::follow_x86(std::uint8_t byte) {
  whole_ = grow(whole_, byte);
  switch (part_) {
    case Part::kOpcode:
      shape_ = grow(shape_, byte);
      take_opcode(byte, map_ == 0   ? kOneByte[byte]
                        : map_ == 1 ? kBehind0F[byte]
                        : map_ == 2 ? 'M'
                                    : 'm');
      return;
    case Part::kVex:
      if (left_ == 2) map_ = byte & 3;
      if (--left_ == 0) part_ = Part::kOpcode;
      return;
    case Part::kForm:
      shape_ = grow(shape_, byte);
      take_form(byte);
      return;
    case Part::kIndex:
      shape_ = grow(shape_, byte);
      if ((byte & 7) == 5 && form_ < 0x40) displacement_ = 4;
      after_form();
      return;
    case Part::kDisplacement:
    case Part::kImmediate:
      take_operand(byte);
  }
}

void CodeState::take_operand(std::uint8_t byte) {
  operand_ = grow(operand_, byte);
  if (number_bytes_ < 4) number_ |= std::uint32_t{byte} << (8 * number_bytes_++);
  if (--left_ != 0) return;
  const bool is_displacement = part_ == Part::kDisplacement;
  if (number_bytes_ == 4) numbers_[place_of_number()] = any_number_ = number_;
  if (is_displacement && immediate_ != 0) number_ = number_bytes_ = 0;
  if (is_displacement) {
    expect(Part::kImmediate, immediate_);
  } else {
    finish_x86();
  }
}

std::size_t CodeState::place_of_number() const {
  return (part_ == Part::kDisplacement ? 0u : 256u) + opcode_;
}

std::uint32_t CodeState::compare_number(std::uint32_t last) const {
  constexpr std::uint32_t kLess = 256, kEqual = 512, kBeyond = 1024;
  if (number_bytes_ == 4) return kBeyond;
  const std::uint32_t before = last & ((std::uint32_t{1} << (8 * number_bytes_)) - 1);
  return (last >> (8 * number_bytes_) & 255) | (number_ < before ? kLess : 0) |
         (number_ == before ? kEqual : 0);
}

void CodeState::take_opcode(std::uint8_t byte, char follows) {
  const std::uint8_t z = narrow_ ? 2 : 4;
  opcode_ = byte;
  switch (follows) {
    case 'P':
      narrow_ = narrow_ || byte == 0x66;
      wide_ = (byte & 0xF8) == 0x48;
      return;
    case 'E':
      map_ = map_ == 0 ? 1 : 2;
      return;
    case 'F':
      map_ = 3;
      return;
    case 'V':
    case 'v':
      map_ = 1;
      part_ = Part::kVex;
      left_ = follows == 'V' ? 2 : 1;
      return;
    case 'M':
    case 'T':
    case 't':
      part_ = Part::kForm;
      immediate_ = 0;
      return;
    case 'm':
    case 'z':
      part_ = Part::kForm;
      immediate_ = follows == 'm' ? 1 : z;
      return;
    case 'Z':
      expect(Part::kImmediate, z);
      return;
    case 'W':
      expect(Part::kImmediate, wide_ ? 8 : z);
      return;
    case '.':
      finish_x86();
      return;
    default:
      expect(Part::kImmediate, static_cast<std::uint8_t>(follows - '0'));
  }
}

void CodeState::take_form(std::uint8_t byte) {
  form_ = byte;
  if (map_ == 0 && (opcode_ & 0xFE) == 0xF6 && (byte & 0x30) == 0) {  // TEST
    immediate_ = opcode_ == 0xF6 ? 1 : narrow_ ? 2 : 4;
  }
  const int mode = byte >> 6, base = byte & 7;
  displacement_ = mode == 1 ? 1 : mode == 2 || (mode == 0 && base == 5) ? 4 : 0;
  if (mode != 3 && base == 4) {
    part_ = Part::kIndex;
  } else {
    after_form();
  }
}

void CodeState::after_form() {
  if (displacement_ != 0) {
    expect(Part::kDisplacement, displacement_);
  } else {
    expect(Part::kImmediate, immediate_);
  }
}

void CodeState::expect(Part part, std::uint8_t bytes) {
  part_ = part;
  left_ = bytes;
  if (bytes == 0) finish_x86();
}

void CodeState::count(bool is_jump, bool is_return) {
  since_jump_ = is_jump ? 0 : std::min(since_jump_ + 1, kMostCounted);
  since_return_ = is_return ? 0 : std::min(since_return_ + 1, kMostCounted);
  if (is_return) returned_at_ = taken_;
}

void CodeState::add_target(std::uint32_t position, std::uint32_t kind) {
  targets_[position * 0x9E3779B1 >> 20] = position << 2 | kind;
}

std::uint32_t CodeState::near_target() const {
  constexpr std::uint32_t kWithin = 16;
  for (std::uint32_t distance = 0; distance < kWithin; ++distance) {
    const std::uint32_t position = taken_ + distance;
    const std::uint32_t entry = targets_[position * 0x9E3779B1 >> 20];
    if ((entry & 3) != 0 && (entry & ~3u) == position << 2) return distance * 4 + (entry & 3);
  }
  return kNoTarget;
}

// Of x86: arguments that are pushed, and where jumps and calls lead; the filter has made targets of
// distances of four bytes, and turned them round.
void CodeState::follow_flow() {
  const bool plain = map_ == 0;
  const std::uint32_t operation = form_ & 0x38;
  if (plain && (opcode_ == 0xE8 || (opcode_ == 0xFF && operation == 0x10))) {
    pushes_ = 0;
  } else if (plain && ((opcode_ & 0xF8) == 0x50 || opcode_ == 0x68 || opcode_ == 0x6A ||
                       (opcode_ == 0xFF && operation == 0x30))) {
    pushes_ = std::min(pushes_ + 1, kMostCounted);
  }
  const std::uint32_t turned =
      number_ << 24 | (number_ & 0xFF00) << 8 | (number_ >> 8 & 0xFF00) | number_ >> 24;
  if (plain && opcode_ == 0xE8) {
    add_target(turned, kCalled);
  } else if ((plain && opcode_ == 0xE9) || (map_ == 1 && (opcode_ & 0xF0) == 0x80)) {
    add_target(turned, kJumped);
  } else if (plain && ((opcode_ & 0xF0) == 0x70 || opcode_ == 0xEB || (opcode_ & 0xFC) == 0xE0)) {
    add_target(taken_ + number_ - (number_ >= 128 ? 256 : 0), kJumped);
  }
}

void CodeState::finish_x86() {
  const bool plain = map_ == 0;
  count(plain && ((opcode_ & 0xF0) == 0x70 || (opcode_ & 0xFC) == 0xE8),
        plain && (opcode_ == 0xC2 || opcode_ == 0xC3 || opcode_ == 0xCC));
  if (plain && opcode_ == 0xE8) call_ = whole_;
  follow_flow();
  if (form_ != 0 && form_ < 0xC0) operands_of_bases_[form_ & 7] = operand_;
  finish();
}

// Precondition: some of the word is known.
std::uint32_t CodeState::compare_word(std::uint32_t last) const {
  constexpr std::uint32_t kEqual = 512;
  return (last >> 8 * (left_ - 1) & 255) | (last >> 8 * left_ == number_ ? kEqual : 0);
}

std::uint32_t CodeState::expected_of_shape() const {
  if (left_ == 0 || left_ > 2) return 0;
  return compare_word(words_of_shapes_[place_of_shape(number_ >> 8 * (2 - left_))]);
}

// Calls of SPARC, as its filter leaves them, and aarch64, their returns.
void CodeState::finish_word() {
  const bool is_call = (opcode_ & 0xC0) == 0x40 || (opcode_ & 0xFC) == 0x94;
  count(is_call, opcode_ == 0xB8 || opcode_ == 0xD6);
  if (is_call) {
    call_ = whole_;
    add_target((number_ & 0x01FFFFFF) * 4, kCalled);
  } else if ((number_ & 0xC1C00000) == 0x00800000) {  // Bicc of SPARC: 22 bits of words
    const std::uint32_t words = (number_ & 0x3FFFFF) - ((number_ & 0x200000) != 0 ? 0x400000 : 0);
    add_target(taken_ - 4 + 4 * words, kJumped);
  }
  numbers_[opcode_] = number_;
  words_of_shapes_[place_of_shape(number_ >> 16)] = number_;
  written_ = number_ >> 30 == 0   ? number_ >> 25 & 31
             : number_ >> 30 == 1 ? kLinkRegister
                                  : number_ >> 19 & 31;
  operands_of_bases_[0] = operand_;
  finish();
}

void CodeState::finish() {
  for (std::size_t i = shapes_.size(); --i > 0;) {
    shapes_[i] = shapes_[i - 1];
    opcodes_[i] = opcodes_[i - 1];
  }
  shapes_[0] = shape_;
  opcodes_[0] = map_ * 256u + opcode_;
  wholes_[2] = wholes_[1];
  wholes_[1] = wholes_[0];
  wholes_[0] = whole_;
  form_before_ = form_;
  operands_of_opcodes_[opcode_] = operand_;
  shape_ = operand_ = whole_ = number_ = number_bytes_ = 0;
  part_ = Part::kOpcode;
  map_ = left_ = form_ = immediate_ = displacement_ = 0;
  opcode_ = 0;
  narrow_ = wide_ = false;
}

// The first byte, of the filter's order, has most of the opcode.
void CodeState::follow_word(std::uint8_t byte) {
  if (left_ == 0) left_ = 4;
  whole_ = grow(whole_, byte);
  number_ = number_ << 8 | byte;
  if (left_ == 4) opcode_ = byte;
  if (left_ >= 3) shape_ = grow(shape_, byte);
  if (left_ < 3) operand_ = grow(operand_, byte);
  if (--left_ == 0) finish_word();
}

}  // namespace nnzip::mixer
