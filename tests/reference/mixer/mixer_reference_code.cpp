// SPDX-License-Identifier: Apache-2.0
// Where instructions begin and what they are made of.
#include "reference/mixer/mixer_reference_code.h"

#include <algorithm>

namespace nnzip::mixer_reference {
namespace {

constexpr const char* kMaps[] = {
    "MMMM1Z..MMMM1Z.EMMMM1Z..MMMM1Z..MMMM1ZP.MMMM1ZP.MMMM1ZP.MMMM1ZP."
    "PPPPPPPPPPPPPPPP..................MMPPPPZz1m....1111111111111111"
    "mzmmMMMMMMMMMMMM..........6.....4444....1Z......11111111WWWWWWWW"
    "mm2.Vvmz3.2..1..MMMM11..MMMMMMMM111111114461....P.PP..Tt......MM",
    "MMMM.........M.mMMMMMMMMMMMMMMMMMMMM....MMMMMMMM........E.F....."
    "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMmmmmMMM.MMMMMMMM"
    "4444444444444444MMMMMMMMMMMMMMMM...MmM.....MmMMMMMMMMMMMMMmMMMMM"
    "MMmMmmmM........MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM."};

char what_follows(std::uint32_t map, std::uint8_t x) {
  if (map == 2) return 'M';
  if (map == 3) return 'm';
  return kMaps[map][x];
}

template <std::size_t N>
void put_first(std::array<std::uint32_t, N>& list, std::uint32_t value) {
  std::copy_backward(list.begin(), list.end() - 1, list.end());
  list[0] = value;
}

}  // namespace

std::uint64_t join(std::uint64_t a, std::uint64_t b) {
  return (a ^ (b + 0x9E3779B97F4A7C15)) * 0xD6E8FEB86659FD93;
}

std::uint32_t grow(std::uint32_t h, std::uint32_t x) {
  return ((h + x + 1) * 0x2C1B3C6D) ^ (h >> 15);
}

std::uint32_t CodeState::position() const {
  return is_text() ? 255 : 32 * now_.part + 4 * now_.left + now_.map;
}

std::size_t CodeState::place() const {
  if (is_text()) return 63;
  return element_ == 4 ? now_.left % 4 : 8 * now_.part + now_.left;
}

std::size_t CodeState::known_opcode() const {
  if (is_text()) return last_;
  return element_ == 4 || knows_opcode() ? now_.opcode : opcodes_[0] % 256;
}

std::uint32_t& CodeState::last_number() {
  return numbers_[now_.part == kImmediate ? 1 : 0][now_.opcode];
}

std::uint32_t CodeState::expected_of(std::uint32_t last) const {
  if (now_.bytes == 4) return 1024;
  std::uint32_t before = 0, shift = 1;
  for (std::uint32_t i = 0; i < now_.bytes; ++i) shift *= 256;
  before = last % shift;
  std::uint32_t e = last / shift % 256;
  if (now_.number < before) e += 256;
  if (now_.number == before) e += 512;
  return e;
}

std::uint32_t CodeState::expected_of_word(std::uint32_t last) const {
  std::uint32_t bytes[4];
  for (std::uint32_t& byte : bytes) {
    byte = last >> 24;
    last <<= 8;
  }
  const std::uint32_t known = 4 - now_.left;
  std::uint32_t before = 0;
  for (std::uint32_t i = 0; i < known; ++i) before = 256 * before + bytes[i];
  return bytes[known] + (before == now_.number ? 512 : 0);
}

std::uint32_t CodeState::near() const {
  for (std::uint32_t d = 0; d < 16; ++d) {
    const std::uint32_t at = taken_ + d, entry = targets_[at * 0x9E3779B1 >> 20];
    if (entry % 4 != 0 && entry / 4 == at % 0x40000000) return 4 * d + entry % 4;
  }
  return 64;
}

void CodeState::add_target(std::uint32_t position, std::uint32_t kind) {
  targets_[position * 0x9E3779B1 >> 20] = 4 * position + kind;
}

CodeState::Values CodeState::values(std::uint8_t c1) const {
  const std::uint64_t p = position(), whole = now_.whole;
  const std::uint64_t o = now_.opcode, operation = 256 * now_.map + now_.opcode;
  const bool words = element_ == 4, number = now_.part >= kDisplacement;
  // Of words.
  const std::uint64_t top = now_.opcode / 64;
  const std::uint32_t of_opcode =
      words && now_.left > 0 ? expected_of_word(words_of_opcodes_[o]) : 0;
  std::uint32_t of_shape = 0;
  if (words && (now_.left == 1 || now_.left == 2)) {
    const std::uint32_t two = now_.left == 2 ? now_.number : now_.number / 256;
    of_shape = expected_of_word(words_of_shapes_[two * 0x9E3779B1 >> 20]);
  }
  return {
      .word = join(p, whole),
      .wordpair = words ? join(p, top, of_opcode) : join(p, near()),
      .wordskip = words ? join(p, top, written_) : join(p, whole, shapes_[0], shapes_[1]),
      .code = join(p, whole, shapes_[0], shapes_[1], shapes_[2]),
      .aboveleft = join(p, now_.shape, opcodes_[0], opcodes_[1]),
      .abovetwo = join(p, whole, opcodes_[0], opcodes_[1], opcodes_[2], opcodes_[3]),
      .gradient = join(p, now_.modrm & 0xC7, now_.operand),
      .value = join(p, 256 * now_.map + now_.opcode, now_.operand),
      .column = join(p, whole, wholes_[0]),
      .line = words ? join(p, whole, wholes_[0], wholes_[1]) : join(p, now_.modrm % 8, c1),
      .order6 = join(p, whole, shapes_[1]),
      .sparse13 = join(p, whole, opcodes_[0], form_before_ & 0xF8),
      .indirect1 = join(p, whole, of_opcode_[now_.opcode]),
      .masked4 = join(p, whole, of_base_[now_.modrm % 8]),
      .wordthree = join(p, whole, wholes_[0], wholes_[1], wholes_[2]),
      .wordstem = join(p, whole, call_),
      .wordsuffix = join(p, whole, since_jump_),
      .stempair = join(p, whole, wholes_[1]),
      .sentence = join(p, whole, since_return_),
      .order3 = number ? join(p, expected_of(numbers_[now_.part == kImmediate ? 1 : 0][o]))
                       : join(p, whole, shapes_[2]),
      .order4 = words ? join(p, o, now_.number % 8) : join(p, whole, near(), opcodes_[0]),
      .sparse14 = join(p, whole, near()),
      .words_expected = join(p, top, of_shape),
      .wordkinds = join(p, whole, returned_),
      .skeleton = join(p, whole, near(), since_jump_),
      .field1 = number ? join(p, expected_of(any_number_)) : join(p, whole, shapes_[1], shapes_[2]),
      .field2 = join(p, now_.modrm, now_.operand, opcodes_[0]),
      .field4 = join(p, now_.operand),
      .start1 = join(p, whole, taken_ % 16),
      .start2 = join(p, whole, taken_ % 16, opcodes_[0]),
      .bracket1 = words ? join(p, top, near()) : join(p, operation, now_.modrm % 8, now_.operand),
      .bracket2 = words ? join(p, now_.number % 8, of_opcode)
                        : join(p, operation, now_.modrm & 0xC0, now_.operand, wholes_[0]),
      .key = words ? join(p, top) : join(p, whole, pushes_, opcodes_[0]),
  };
}

void CodeState::take(std::uint8_t x, unsigned element) {
  element_ = element;
  ++taken_;
  if ((x >= 32 && x <= 126) || x == 9 || x == 10 || x == 13) {
    run_ = std::min(run_ + 1, 15u);
  } else if (x != 0 || last_ == 0 || run_ < 4) {
    run_ = 0;
  }
  last_ = x;
  now_.whole = grow(now_.whole, x);
  if (element_ == 1) {
    take_x86(x);
  } else {
    take_word(x);
  }
}

void CodeState::take_x86(std::uint8_t x) {
  switch (now_.part) {
    case kOpcode:
      take_opcode(x);
      break;
    case kVex:
      if (now_.left == 2) now_.map = x % 4;
      if (--now_.left == 0) now_.part = kOpcode;
      break;
    case kModRm:
      take_modrm(x);
      break;
    case kSib:
      now_.shape = grow(now_.shape, x);
      if (x % 8 == 5 && now_.modrm < 0x40) now_.displacement = 4;
      go_on();
      break;
    default:
      now_.operand = grow(now_.operand, x);
      if (now_.bytes < 4) now_.number += std::uint32_t{x} << (8 * now_.bytes++);
      if (--now_.left > 0) break;
      if (now_.bytes == 4) any_number_ = last_number() = now_.number;
      if (now_.part == kDisplacement && now_.immediate > 0) now_.number = now_.bytes = 0;
      go_on();
  }
}

void CodeState::take_opcode(std::uint8_t x) {
  now_.shape = grow(now_.shape, x);
  now_.opcode = x;
  const std::uint32_t z = now_.narrow ? 2 : 4;
  const char what = what_follows(now_.map, x);
  switch (what) {
    case 'P':
      if (x == 0x66) now_.narrow = true;
      now_.wide = x >= 0x48 && x <= 0x4F;
      return;
    case 'E':
      now_.map = now_.map == 0 ? 1 : 2;
      return;
    case 'F':
      now_.map = 3;
      return;
    case 'V':
    case 'v':
      now_.map = 1;
      now_.part = kVex;
      now_.left = what == 'V' ? 2 : 1;
      return;
    case 'z':
      now_.immediate = z;
      break;
    case 'm':
      now_.immediate = 1;
      break;
    case 'Z':
      now_.immediate = z;
      break;
    case 'W':
      now_.immediate = now_.wide ? 8 : z;
      break;
    default:
      if (what >= '1' && what <= '9') now_.immediate = static_cast<std::uint32_t>(what - '0');
  }
  if (what == 'z' || what == 'm' || what == 'M' || what == 'T' || what == 't') {
    now_.part = kModRm;
  } else {
    go_on();
  }
}

void CodeState::take_modrm(std::uint8_t x) {
  now_.shape = grow(now_.shape, x);
  now_.modrm = x;
  if (now_.map == 0 && (now_.opcode == 0xF6 || now_.opcode == 0xF7) && (x & 0x30) == 0) {
    now_.immediate = now_.opcode == 0xF6 ? 1 : now_.narrow ? 2 : 4;
  }
  const int mode = x >> 6, base = x % 8;
  if (mode == 1) now_.displacement = 1;
  if (mode == 2 || (mode == 0 && base == 5)) now_.displacement = 4;
  if (mode != 3 && base == 4) {
    now_.part = kSib;
  } else {
    go_on();
  }
}

// What comes after opcode, ModRM and SIB, and after a displacement.
void CodeState::go_on() {
  if (now_.displacement > 0) {
    now_.part = kDisplacement;
    now_.left = now_.displacement;
    now_.displacement = 0;
  } else if (now_.immediate > 0) {
    now_.part = kImmediate;
    now_.left = now_.immediate;
    now_.immediate = 0;
  } else {
    end();
  }
}

void CodeState::take_word(std::uint8_t x) {
  if (now_.left == 0) now_.left = 4;
  if (now_.left == 4) now_.opcode = x;
  now_.number = 256 * now_.number + x;
  std::uint32_t& hash = now_.left > 2 ? now_.shape : now_.operand;
  hash = grow(hash, x);
  if (--now_.left == 0) end();
}

void CodeState::end_x86() {
  const std::uint32_t o = now_.opcode, n = now_.number, reg = now_.modrm / 8 % 8;
  const std::uint32_t turned =
      n % 256 << 24 | n / 256 % 256 << 16 | n / 65536 % 256 << 8 | n / 16777216;
  if (now_.map == 1 && o / 16 == 8) add_target(turned, 1);
  if (now_.map != 0) return;
  if (o == 0xE8 || (o == 0xFF && reg == 2)) {
    pushes_ = 0;
  }
  if ((o >= 0x50 && o <= 0x57) || o == 0x68 || o == 0x6A || (o == 0xFF && reg == 6)) {
    pushes_ = std::min(pushes_ + 1, 15u);
  }
  if (o == 0xE8) add_target(turned, 2);
  if (o == 0xE9) add_target(turned, 1);
  if (o / 16 == 7 || o == 0xEB || (o >= 0xE0 && o <= 0xE3)) {
    add_target(taken_ + n - (n >= 128 ? 256 : 0), 1);
  }
}

void CodeState::end_word() {
  const std::uint32_t o = now_.opcode, n = now_.number;
  if (o / 64 == 1 || o / 4 == 0x94 / 4) {
    add_target(4 * (n % 0x02000000), 2);
  } else if (n >> 30 == 0 && n / 0x400000 % 8 == 2) {
    add_target(taken_ - 4 + 4 * (n % 0x400000) - (n / 0x200000 % 2) * 0x1000000, 1);
  }
  words_of_opcodes_[o] = n;
  words_of_shapes_[n / 65536 * 0x9E3779B1 >> 20] = n;
  written_ = n >> 30 == 0 ? n >> 25 : n >> 30 == 1 ? 15 : n >> 19 & 31;
}

void CodeState::end() {
  const std::uint32_t o = now_.opcode, m = now_.modrm;
  const bool one_byte = element_ == 1 && now_.map == 0, words = element_ != 1;
  const bool call = words ? o / 64 == 1 || o / 4 == 0x94 / 4 : one_byte && o == 0xE8;
  const bool jump = call || (one_byte && (o / 16 == 7 || (o >= 0xE8 && o <= 0xEB)));
  const bool returns =
      words ? o == 0xB8 || o == 0xD6 : one_byte && (o == 0xC2 || o == 0xC3 || o == 0xCC);
  since_jump_ = jump ? 0 : std::min(since_jump_ + 1, 15u);
  since_return_ = returns ? 0 : std::min(since_return_ + 1, 15u);
  if (returns) returned_ = taken_;
  if (words) {
    end_word();
  } else {
    end_x86();
  }
  if (call) call_ = now_.whole;
  if (words || (m >= 1 && m < 0xC0)) of_base_[m % 8] = now_.operand;
  of_opcode_[o] = now_.operand;
  form_before_ = m;
  put_first(shapes_, now_.shape);
  put_first(opcodes_, 256 * now_.map + now_.opcode);
  put_first(wholes_, now_.whole);
  now_ = Instruction{};
}

}  // namespace nnzip::mixer_reference
