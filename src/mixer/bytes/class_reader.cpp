// SPDX-License-Identifier: Apache-2.0
#include "mixer/bytes/class_reader.h"

#include <algorithm>
#include <string_view>

#include "mixer/bytes/byte_classes.h"

namespace nnzip::mixer {
namespace {

// What an item is.
enum What : std::uint32_t {
  kVersion = 1,
  kCount,
  kTagOf,
  kTextLength,
  kTextOf,
  kValue,
  kReference,
  kAccess,
  kMember,
  kAttributeName,
  kAttributeLength,
  kWord,
  kStack,
  kCodeLength,
  kOpcode,
  kOperand,
  kSwitch,
  kException,
  kLine,
  kVariable,
  kFrame
};

template <typename... More>
constexpr std::uint32_t kind_of(What what, More... more) {
  std::uint32_t h = what;
  ((h = grow(h, static_cast<std::uint32_t>(more))), ...);
  return h;
}

// Bytes behind each opcode; S a switch, W wide.
constexpr std::string_view kOperands =
    "0000000000000000121221111100000000000000000000000000001111100000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "000020000000000000000000022222222222222221SS00000022222224421200"
    "2200W32244";
constexpr std::uint32_t kInstanceCounter = 132;  // iinc

constexpr std::uint32_t hash_of_name(std::string_view name) {
  std::uint32_t h = 0;
  for (const char c : name) h = grow(h, static_cast<std::uint8_t>(c));
  return h;
}

bool is_jump(std::uint32_t opcode) {
  return (opcode >= 153 && opcode <= 168) || opcode == 198 || opcode == 199;
}

}  // namespace

void ClassReader::follow(std::uint8_t byte) {
  recent_ = recent_ << 8 | byte;
  if (!is_lost()) {
    take(byte);
  } else if (recent_ == 0xCAFEBABE) {
    start(parse());
  }
}

Parsing ClassReader::parse() {
  file_ = {};
  const std::uint32_t version = co_await number(kVersion, 4);
  if ((version & 0xFFFF) < 45 || (version & 0xFFFF) > 99) co_await lose();
  co_await read_constants();
  co_await number(kAccess, 2);
  for (const std::uint32_t role : {1u, 2u}) {
    const std::uint32_t last = before[0];
    note(co_await number(kind_of(kWord, role), 2, file_.newest + 1, last + 1));
  }
  const std::uint32_t interfaces = co_await number(kind_of(kCount, 3), 2);
  co_await read_words(kind_of(kWord, 3), 2 * interfaces);
  co_await read_members(1);
  co_await read_members(2);
  co_await read_attributes(0);
  co_await lose();
}

void ClassReader::refer(std::uint32_t constant, std::uint32_t role) {
  file_.newest = std::max(file_.newest, constant);
  if (constant < kConstants) file_.roles[constant] = static_cast<std::uint8_t>(role);
}

Parsing ClassReader::read_constants() {
  const std::uint32_t count = co_await number(kind_of(kCount, 1), 2);
  std::uint32_t tag = 0;
  for (std::uint32_t i = 1; i < count; ++i) {
    const std::uint32_t role = i < kConstants ? file_.roles[i] : 0;
    auto ask = number(kind_of(kTagOf, role), 1);
    beside = tag;
    tag = co_await ask;
    if (i < kConstants) file_.tags[i] = static_cast<std::uint8_t>(tag);
    file_.newest = std::max(file_.newest, i);
    note(tag);
    if (tag == kText) {
      const std::uint32_t bytes = co_await number(kind_of(kTextLength, role), 2);
      if (bytes == 0) continue;
      const std::uint32_t hash = co_await run(kind_of(kTextOf, role), bytes);
      find_name(hash, i);
      note(hash);
    } else if (tag == kInteger || tag == kFloat) {
      co_await number(kind_of(kValue, tag), 4);
    } else if (tag == kLong || tag == kDouble) {
      co_await number(kind_of(kValue, tag, 1), 4);
      co_await number(kind_of(kValue, tag, 2), 4);
      ++i;
    } else if (tag >= kClass && tag <= kPackage && tag != 13 && tag != 14) {
      if (tag == kHandle) co_await number(kind_of(kValue, tag), 1);
      const bool has_two =
          (tag >= kField && tag <= kNameAndType) || tag == kDynamic || tag == kInvokeDynamic;
      for (std::uint32_t j = 0; j < (has_two ? 2u : 1u); ++j) {
        const std::uint32_t what = kind_of(kReference, tag, j);
        auto ask_index = number(what, 2, file_.newest + 1, i - 1, i + 1);
        beside = role;
        const std::uint32_t constant = co_await ask_index;
        const bool is_table = j == 0 && (tag == kDynamic || tag == kInvokeDynamic);
        // What a descriptor is of tells fields from methods.
        if (!is_table) refer(constant, tag == kNameAndType ? 32 + 4 * j + (role & 3) : 2 * tag + j);
        note(constant);
      }
    } else {
      co_await lose();
    }
  }
}

// Attributes whose content is known, by their names.
void ClassReader::find_name(std::uint32_t hash, std::uint32_t constant) {
  static constexpr std::uint32_t kHashes[kKnown] = {0,
                                                    hash_of_name("Code"),
                                                    hash_of_name("LineNumberTable"),
                                                    hash_of_name("LocalVariableTable"),
                                                    hash_of_name("LocalVariableTypeTable"),
                                                    hash_of_name("StackMapTable")};
  for (std::size_t i = 1; i < kKnown; ++i) {
    if (hash == kHashes[i]) file_.names[i] = constant;
  }
}

Parsing ClassReader::read_words(std::uint32_t what, std::uint32_t bytes) {
  for (std::uint32_t i = 0; bytes >= 2; ++i, bytes -= 2) {
    const std::uint32_t last = before[0];
    note(co_await number(kind_of(kWord, what, std::min(i, 8u)), 2, file_.names_newest + 1,
                         last + 1));
  }
  if (bytes == 1) co_await number(kind_of(kWord, what, 9), 1);
}

// Fields or methods.
Parsing ClassReader::read_members(std::uint32_t what) {
  std::uint32_t count = co_await number(kind_of(kCount, 4, what), 2);
  for (; count != 0; --count) {
    note(co_await number(kind_of(kAccess, what), 2));
    for (const std::uint32_t i : {1u, 2u}) {
      const std::uint32_t last = before[0];
      const std::uint32_t constant =
          co_await number(kind_of(kMember, what, i), 2, file_.names_newest + 1, last + 1);
      file_.names_newest = std::max(file_.names_newest, constant);
      note(constant);
    }
    co_await read_attributes(what);
  }
}

// owner: 0 the class, 1 a field, 2 a method, 3 code.
Parsing ClassReader::read_attributes(std::uint32_t owner) {
  std::uint32_t count = co_await number(kind_of(kCount, 5, owner), 2);
  std::uint32_t name_before = 0;
  for (; count != 0; --count) {
    auto ask = number(kind_of(kAttributeName, owner, name_before), 2, file_.names_newest + 1);
    beside = count;
    const std::uint32_t name = name_before = co_await ask;
    file_.names_newest = std::max(file_.names_newest, name);
    std::uint32_t known = kOther;
    for (std::uint32_t i = 1; i < kKnown; ++i) {
      if (name == file_.names[i]) known = i;
    }
    file_.length = co_await number(kind_of(kAttributeLength, known != 0 ? known : kKnown + name), 4,
                                   file_.code_length);
    if (known == kCode && owner == 2) {
      co_await read_code();
    } else if (owner != 3 || known <= kCode) {
      co_await read_words(kind_of(kWord, 4, name), file_.length);
    } else if (known == kLines) {
      co_await read_lines();
    } else if (known == kFrames) {
      co_await read_frames();
    } else {
      co_await read_variables(known);
    }
  }
}

Parsing ClassReader::read_code() {
  const std::uint32_t length = file_.length;
  note(co_await number(kind_of(kStack, 1), 2));
  note(co_await number(kind_of(kStack, 2), 2));
  auto ask = number(kCodeLength, 4, length - 12);
  beside = length / 8;
  file_.code_length = co_await ask;
  if (file_.code_length == 0 || file_.code_length > 65535) co_await lose();
  file_.opcode_before_at = file_.is_target = {};
  file_.targets = 0;
  file_.opcodes = {};
  file_.jumps = {};
  before = {};
  for (file_.at = 0; file_.at < file_.code_length;) co_await read_instruction();
  if (file_.at != file_.code_length) co_await lose();
  co_await read_exceptions();
  co_await read_attributes(3);
}

void ClassReader::add_target(std::int64_t place) {
  file_.jumps = {static_cast<std::uint32_t>(place), file_.jumps[0]};
  if (place < 0 || place >= kPlaces) return;
  std::uint8_t& is_target = file_.is_target[static_cast<std::size_t>(place)];
  file_.targets += is_target == 0 ? 1 : 0;
  is_target = 1;
}

// The next constant that an instruction of that opcode could take.
std::int64_t ClassReader::next_constant(std::uint32_t opcode) const {
  const auto fits = [&](std::uint8_t tag) {
    if (opcode == 18 || opcode == 19) return tag == kString || tag == kInteger || tag == kFloat;
    if (opcode == 20) return tag == kLong || tag == kDouble;
    if (opcode >= 178 && opcode <= 181) return tag == kField;
    if (opcode >= 182 && opcode <= 184) return tag == kMethod;
    if (opcode == 185) return tag == kInterfaceMethod;
    if (opcode == 186) return tag == kInvokeDynamic;
    return tag == kClass;
  };
  for (std::uint32_t i = file_.code_newest + 1; i < kConstants && file_.tags[i] != 0; ++i) {
    if (fits(file_.tags[i])) return i;
  }
  return -1;
}

Parsing ClassReader::read_instruction() {
  const std::uint32_t begin = file_.at;
  if (file_.at < kPlaces)
    file_.opcode_before_at[file_.at] = static_cast<std::uint8_t>(1 + file_.opcodes[0]);
  before = {grow(file_.operand_before, file_.opcodes[0]), file_.opcodes[0] << 8 | file_.opcodes[1],
            file_.opcodes[0] << 16 | file_.opcodes[1] << 8 | file_.opcodes[2]};
  const bool is_target = file_.at < kPlaces && file_.is_target[file_.at] != 0;
  auto ask = number(kOpcode, 1);
  beside = (is_target ? 1 : 0) + 2 * (file_.at == 0 ? 1 : 0);
  const std::uint32_t opcode = co_await ask;
  ++file_.at;
  if (opcode >= kOperands.size()) co_await lose();
  const char form = kOperands[opcode];
  file_.operand_before = 0;
  if (form == 'S') {
    co_await read_switch(opcode == 170, begin);
  } else if (is_jump(opcode) || opcode >= 200) {
    const std::uint32_t bytes = opcode >= 200 ? 4 : 2;
    const std::uint32_t offset =
        co_await number(kind_of(kOperand, opcode), bytes, std::int64_t{file_.jumps[0]} - begin,
                        std::int64_t{file_.jumps[1]} - begin, next_target(begin) - begin);
    file_.at += bytes;
    add_target(std::int64_t{begin} + (bytes == 2 ? static_cast<std::int16_t>(offset)
                                                 : static_cast<std::int32_t>(offset)));
  } else if (form == 'W') {
    const std::uint32_t of = co_await number(kind_of(kOperand, opcode), 1);
    const std::uint32_t bytes = of == kInstanceCounter ? 4 : 2;
    file_.operand_before = co_await number(kind_of(kOperand, opcode, of), bytes);
    file_.at += 1 + bytes;
  } else if (form != '0') {
    const std::uint32_t bytes = static_cast<std::uint32_t>(form - '0');
    const bool is_constant = opcode >= 178 || (opcode >= 18 && opcode <= 20);
    const std::uint32_t first = bytes < 2 || opcode == kInstanceCounter ? 1 : 2;
    if (is_constant) {
      file_.operand_before = co_await number(kind_of(kOperand, opcode), first,
                                             next_constant(opcode), file_.code_newest + 1);
      file_.code_newest = std::max(file_.code_newest, file_.operand_before);
    } else {
      file_.operand_before = co_await number(kind_of(kOperand, opcode), first);
    }
    if (bytes > first) {
      note(file_.operand_before);
      co_await number(kind_of(kOperand, opcode, 1), bytes - first);
    }
    file_.at += bytes;
  }
  file_.opcodes = {opcode, file_.opcodes[0], file_.opcodes[1]};
}

Parsing ClassReader::read_switch(bool is_table, std::uint32_t begin) {
  for (; file_.at % 4 != 0; ++file_.at) co_await number(kind_of(kSwitch, 0), 1);
  const auto offset = [&](std::uint32_t x) {
    add_target(std::int64_t{begin} + static_cast<std::int32_t>(x));
  };
  offset(co_await number(kind_of(kSwitch, 1), 4));
  const std::uint32_t low = co_await number(kind_of(kSwitch, 2), 4);
  std::uint32_t count = low;
  if (is_table) count = co_await number(kind_of(kSwitch, 3), 4, low + 3) - low + 1;
  file_.at += is_table ? 12 : 8;
  std::int64_t last = 0;
  for (; count != 0; --count) {
    if (file_.at >= file_.code_length) co_await lose();
    if (!is_table) {
      last = co_await number(kind_of(kSwitch, 4), 4, last + 1);
      file_.at += 4;
    }
    offset(co_await number(kind_of(kSwitch, 5), 4, std::int64_t{file_.jumps[0]} - begin,
                           std::int64_t{file_.jumps[1]} - begin));
    file_.at += 4;
  }
}

Parsing ClassReader::read_exceptions() {
  std::uint32_t count = co_await number(kind_of(kCount, 6), 2);
  for (; count != 0; --count) {
    for (std::uint32_t i = 0; i < 4; ++i) {
      const std::uint32_t place = co_await number(kind_of(kException, i), 2, before[0], before[1]);
      note(place);
      if (i == 2) add_target(place);
    }
  }
}

// The place behind that one where a line may begin.
std::int64_t ClassReader::next_line(std::uint32_t from) const {
  for (std::uint32_t i = from + 1; i < std::min(file_.code_length, kPlaces); ++i) {
    if (file_.opcode_before_at[i] != 0 && begins_line_[file_.opcode_before_at[i] - 1] >= 128)
      return i;
  }
  return -1;
}

Parsing ClassReader::read_lines() {
  std::uint32_t count = co_await number(kind_of(kCount, 7), 2, (file_.length - 2) / 4);
  std::uint32_t place = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t first = i == 0 ? 1 : 0;
    const std::int64_t next = i == 0 ? 0 : next_line(place);
    const std::uint32_t begin =
        co_await number(kind_of(kLine, 0, first), 2, next,
                        next_line(static_cast<std::uint32_t>(std::max<std::int64_t>(next, 0))));
    learn_lines(place, begin);
    note(begin - place);
    place = begin;
    const std::uint32_t line = co_await number(kind_of(kLine, 1, first), 2, file_.line + 1,
                                               file_.line + 2, file_.line + 3, file_.line + 4);
    note(line - file_.line);
    file_.line = line;
  }
}

// Which opcodes are followed by lines' beginnings.
void ClassReader::learn_lines(std::uint32_t from, std::uint32_t begin) {
  for (std::uint32_t i = from + 1; i <= begin && i < kPlaces; ++i) {
    if (file_.opcode_before_at[i] == 0) continue;
    std::uint8_t& share = begins_line_[file_.opcode_before_at[i] - 1];
    share =
        static_cast<std::uint8_t>(i == begin ? share + ((255 - share) >> 3) : share - (share >> 3));
  }
}

Parsing ClassReader::read_variables(std::uint32_t what) {
  std::uint32_t count = co_await number(kind_of(kCount, 7, what), 2, (file_.length - 2) / 10);
  std::array<std::uint32_t, 5> row{};
  for (; count != 0; --count) {
    const std::array<std::uint32_t, 5> above = row;
    row[0] = co_await number(kind_of(kVariable, what, 0), 2, above[0], 0);
    note(row[0] - above[0]);
    row[1] =
        co_await number(kind_of(kVariable, what, 1), 2, std::int64_t{file_.code_length} - row[0],
                        std::int64_t{above[0]} + above[1] - row[0]);
    note(row[0] + row[1] == file_.code_length);
    row[2] = co_await number(kind_of(kVariable, what, 2), 2, file_.names_newest + 1);
    file_.names_newest = std::max(file_.names_newest, row[2]);
    note(row[2]);
    row[3] = co_await number(kind_of(kVariable, what, 3), 2, file_.names_newest + 1, row[2] + 1);
    file_.names_newest = std::max(file_.names_newest, row[3]);
    note(row[3]);
    row[4] = co_await number(kind_of(kVariable, what, 4), 2, above[4] + 1, 0);
    note(row[4]);
  }
}

std::int64_t ClassReader::next_target(std::int64_t from) const {
  for (std::int64_t i = from + 1; i < kPlaces; ++i) {
    if (file_.is_target[static_cast<std::size_t>(i)] != 0) return i;
  }
  return -1;
}

Parsing ClassReader::read_frames() {
  std::uint32_t count = co_await number(kind_of(kCount, 8), 2, file_.targets);
  std::int64_t at = -1;
  for (; count != 0; --count) {
    const std::int64_t next = next_target(at);
    const std::int64_t distance = next - at - 1;
    const std::uint32_t form = co_await number(
        kind_of(kFrame, 0), 1, distance < 64 ? distance : 251, distance < 64 ? distance + 64 : 247);
    note(form < 64 ? 0 : form < 128 ? 64 : form);
    std::uint32_t skipped = form & 63;
    if (form >= 128 && form < 247) co_await lose();
    if (form >= 247) skipped = co_await number(kind_of(kFrame, 1, form), 2, distance);
    at += skipped + 1;
    if ((form >= 64 && form < 128) || form == 247) co_await read_frame_types(1);
    if (form >= 252 && form < 255) co_await read_frame_types(form - 251);
    if (form < 255) continue;
    for (const std::uint32_t i : {1u, 2u}) {
      co_await read_frame_types(co_await number(kind_of(kFrame, 2, i), 2));
    }
  }
}

Parsing ClassReader::read_frame_types(std::uint32_t count) {
  for (; count != 0; --count) {
    const std::uint32_t type = co_await number(kind_of(kFrame, 3), 1);
    note(type);
    if (type == 7 || type == 8) note(co_await number(kind_of(kFrame, 4, type), 2, before[2]));
  }
}

}  // namespace nnzip::mixer
