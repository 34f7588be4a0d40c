// SPDX-License-Identifier: Apache-2.0
#include "mixer/bytes/python_reader.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "mixer/bytes/byte_classes.h"

namespace nnzip::mixer {
namespace {

// What an item is.
enum What : std::uint32_t {
  kType = 64,
  kNumber,
  kLength,
  kBytes,
  kText,
  kReference,
  kCodeNumber,
  kOpcode,
  kOperand,
  kLocation,
  kColumn,
  kFurther
};

// Versions of the bytecode, as its files begin with.
constexpr std::uint32_t kFirst = 3390;  // 3.7
constexpr std::uint32_t kPositional = 3400, kLocations = 3450, kLast = 3800;

// Fields of a code object; those of a tuple's objects are 32 more.
enum Field : std::uint32_t { kModule, kCode, kConstants, kNames, kLines = 16, kHandlers };

std::uint32_t in_tuple(std::uint32_t field) { return field < 32 ? field + 32 : field; }

bool takes_name(std::uint32_t opcode) {
  constexpr std::uint8_t kOpcodes[] = {90, 91, 95, 96, 97, 98, 101, 106, 108, 109, 116, 160};
  return std::find(std::begin(kOpcodes), std::end(kOpcodes), opcode) != std::end(kOpcodes);
}

template <typename... More>
constexpr std::uint32_t kind_of(What what, More... more) {
  std::uint32_t h = what;
  ((h = grow(h, static_cast<std::uint32_t>(more))), ...);
  return h;
}

}  // namespace

void PythonReader::follow(std::uint8_t byte) {
  recent_before_ = recent_before_ << 8 | recent_ >> 56;
  recent_ = recent_ << 8 | byte;
  if (found()) return take(byte);
  if ((recent_before_ >> 32 & 0xFFFF) != 0x0D0A || (recent_before_ & 0xFCFFFFFF) != 0) return;
  version_ =
      static_cast<std::uint32_t>((recent_before_ >> 56 & 255) | (recent_before_ >> 40 & 0xFF00));
  if (version_ >= kFirst && version_ < kLast) start(parse());
}

Parsing PythonReader::parse() {
  references_ = newest_reference_ = first_line_ = units_ = 0;
  co_await read_object(kModule, 0);
  co_await lose();
}

Parsing PythonReader::read_object(std::uint32_t field, std::uint32_t depth) {
  if (depth > kMostOpen) co_await lose();
  auto ask = number(kind_of(kType, field), 1);
  beside = before[0] & 127;
  const std::uint32_t byte = co_await ask;
  const std::uint32_t type = byte & 127;
  references_ += byte >> 7;
  if (field == kModule && type != 'c') co_await lose();
  note(type);
  constexpr std::string_view kPlain = "NTFS.0";
  if (kPlain.find(static_cast<char>(type)) != std::string_view::npos) co_return;
  if (type == 'r') {
    const std::uint32_t index =
        co_await number(kind_of(kReference, field), 4, references_ - 1, newest_reference_ + 1);
    newest_reference_ = std::max(newest_reference_, index);
    note(index);
  } else if (type == 'i') {
    co_await number(kind_of(kNumber, field), 4);
  } else if (type == 'g' || type == 'I') {
    co_await run(kind_of(kNumber, type), 8);
  } else if (type == 'y') {
    co_await run(kind_of(kNumber, type), 16);
  } else if (type == 'l') {
    const auto digits = static_cast<std::int32_t>(co_await number(kind_of(kLength, type), 4));
    if (digits < -1000 || digits > 1000) co_await lose();
    for (std::int32_t i = std::abs(digits); i > 0; --i) co_await number(kind_of(kNumber, type), 2);
  } else if (type == 's' || type == 'u' || type == 't' || type == 'a' || type == 'A') {
    const std::uint32_t bytes = co_await number(kind_of(kLength, type, field), 4);
    if (type == 's') {
      co_await read_bytes(field, bytes);
    } else if (bytes != 0) {
      note(co_await run(kind_of(kText, field), bytes));
    }
  } else if (type == 'z' || type == 'Z') {
    const std::uint32_t bytes = co_await number(kind_of(kLength, type, field), 1);
    if (bytes != 0) note(co_await run(kind_of(kText, field), bytes));
  } else if (type == '(' || type == '[' || type == '<' || type == '>' || type == ')') {
    std::uint32_t count = co_await number(kind_of(kLength, type, field), type == ')' ? 1 : 4);
    for (; count != 0; --count) co_await read_object(in_tuple(field), depth + 1);
  } else if (type == 'c') {
    co_await read_code(depth);
  } else {
    co_await lose();
  }
}

Parsing PythonReader::read_bytes(std::uint32_t field, std::uint32_t bytes) {
  if (field == kCode) {
    co_await read_instructions(bytes);
  } else if (field == kLines && version_ >= kLocations) {
    co_await read_locations(bytes);
  } else if (field == kLines || field == kHandlers) {
    for (std::uint32_t i = 0; i < bytes; ++i)
      note(co_await number(kind_of(kBytes, field, i % 2), 1));
  } else if (bytes != 0) {
    note(co_await run(kind_of(kBytes, field), bytes));
  }
}

Parsing PythonReader::read_code(std::uint32_t depth) {
  const bool is_new = version_ >= kLocations;
  const std::uint32_t numbers = version_ < kPositional || is_new ? 5 : 6;
  for (std::uint32_t i = 0; i < numbers; ++i) {
    note(co_await number(kind_of(kCodeNumber, i), 4));
  }
  for (std::uint32_t field = kCode; field <= 8; ++field) co_await read_object(field, depth + 1);
  first_line_ = co_await number(kind_of(kCodeNumber, 7), 4, first_line_ + 3);
  co_await read_object(kLines, depth + 1);
  if (is_new) co_await read_object(kHandlers, depth + 1);
}

Parsing PythonReader::read_instructions(std::uint32_t bytes) {
  newest_ = {};
  newest_name_ = 0;
  units_ = 0;
  std::array<std::uint32_t, 3> opcodes{};
  std::uint32_t whole = 0, zeros = 0;
  for (; bytes >= 2; bytes -= 2) {
    before = {whole, opcodes[0] << 8 | opcodes[1], opcodes[0] << 16 | opcodes[1] << 8 | opcodes[2]};
    const std::uint32_t opcode = co_await number(kind_of(kOpcode, zeros), 1);
    const bool has_name = takes_name(opcode);
    const std::uint32_t newest = has_name ? newest_name_ : newest_[opcode];
    const std::uint32_t halves = has_name && opcode == 116 && version_ >= kLocations ? 2 : 1;
    const std::uint32_t operand = co_await number(kind_of(kOperand, opcode), 1,
                                                  (newest + 1) * halves, (newest + 1) * halves + 1);
    if (units_ < kUnits) opcodes_[units_] = static_cast<std::uint8_t>(opcode);
    ++units_;
    zeros = opcode == 0 ? std::min(zeros + 1, 15u) : 0;
    if (opcode == 0) continue;
    newest_[opcode] = std::max(newest_[opcode], operand);
    if (has_name) newest_name_ = std::max(newest_name_, operand / halves);
    whole = grow(opcode, operand);
    opcodes = {opcode, opcodes[0], opcodes[1]};
  }
  if (bytes != 0) co_await lose();
}

// The opcode there, and how many units of 0 follow it.
std::uint32_t PythonReader::shape_at(std::uint32_t unit) const {
  if (unit >= std::min(units_, kUnits)) return 0;
  std::uint32_t zeros = 0;
  while (unit + 1 + zeros < std::min(units_, kUnits) && opcodes_[unit + 1 + zeros] == 0 &&
         zeros < 15) {
    ++zeros;
  }
  return opcodes_[unit] * 16u + zeros;
}

Parsing PythonReader::read_locations(std::uint32_t bytes) {
  std::uint32_t unit = 0, start = 0, end = 0;
  while (bytes != 0) {
    const std::uint32_t shape = shape_at(unit), zeros = shape % 16;
    auto ask = number(kind_of(kLocation, 0), 1, (before[0] & 0xF8) + (zeros < 8 ? zeros : 7));
    beside = shape;
    const std::uint32_t first = co_await ask;
    --bytes;
    const std::uint32_t form = first >> 3 & 15;
    unit += (first & 7) + 1;
    note(first);
    const std::uint32_t columns = form < 10 ? 1 : form < 13 ? 2 : 0;
    for (std::uint32_t i = 0; i < columns && bytes != 0; ++i, --bytes) {
      const std::uint32_t of = form < 10 ? 1 : 2 + i;
      auto ask_column = number(kind_of(kColumn, of), 1, i == 0 ? start : end);
      beside = form;
      const std::uint32_t x = co_await ask_column;
      if (form < 10) {
        start = form * 8 + (x >> 4 & 7);
        end = start + (x & 15);
      } else {
        (i == 0 ? start : end) = x;
      }
      note(x);
    }
    // Numbers of six bits a byte.
    for (std::uint32_t i = form == 13 ? 3 : 0; (form == 13 || form == 14) && i < 4 && bytes != 0;
         --bytes) {
      const std::uint32_t x = co_await number(kind_of(kFurther, form, i), 1);
      note(x);
      if (x < 64) ++i;
    }
  }
}

}  // namespace nnzip::mixer
