// SPDX-License-Identifier: Apache-2.0
// Both directions walk the content alike: what decides about a step is left as it is by it.
#include "filter/calls.h"

#include <cstddef>

namespace nnzip {
namespace {

std::uint32_t read_little(const std::uint8_t* p) {
  return p[0] | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[3]} << 24;
}

std::uint32_t read_big(const std::uint8_t* p) {
  return p[3] | std::uint32_t{p[2]} << 8 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[0]} << 24;
}

void write_little(std::uint32_t value, std::uint8_t* p) {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

void write_big(std::uint32_t value, std::uint8_t* p) {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

// Distances of up to 16 MiB either way: 25 bits, of which the top byte repeats the highest.
constexpr bool is_sign(std::uint32_t top_byte) { return top_byte == 0 || top_byte == 0xFF; }

std::uint32_t in_25_bits(std::uint32_t value) {
  return (value & 0x01FFFFFF) | ((value & 0x01000000) != 0 ? 0xFE000000 : 0);
}

// Bytes of the opcode that stands there if a distance follows it, else 0.
std::size_t opcode_bytes(const std::uint8_t* p) {
  if ((p[0] & 0xFE) == 0xE8) return 1;                  // CALL, JMP
  if (p[0] == 0x0F && (p[1] & 0xF0) == 0x80) return 2;  // Jcc
  // MOV, LEA, CMP, ADD of 64 bits with an address relative to the next instruction.
  const bool rex = (p[0] & 0xF8) == 0x48;
  const bool takes_address =
      p[1] == 0x8B || p[1] == 0x8D || p[1] == 0x89 || p[1] == 0x3B || p[1] == 0x03;
  if (rex && takes_address && (p[2] & 0xC7) == 0x05) return 3;
  return 0;
}

// Calls change(operand, end of it in the content).
template <typename Change>
void walk_calls(std::span<std::uint8_t> content, Change&& change) {
  std::uint8_t* const bytes = content.data();
  for (std::size_t i = 0; i + 7 <= content.size(); ++i) {
    const std::size_t opcode = opcode_bytes(bytes + i);
    if (opcode == 0) continue;
    const auto end = static_cast<std::uint32_t>(i + opcode + 4);
    change(bytes + i + opcode, end);
    i += opcode + 3;
  }
}

}  // namespace

void apply_calls(std::span<std::uint8_t> content) {
  walk_calls(content, [](std::uint8_t* operand, std::uint32_t end) {
    const std::uint32_t distance = read_little(operand);
    const bool target = is_sign(distance >> 24);
    // Others that would look like a target are turned round without being one.
    if (!target && !is_sign(distance & 0xFF)) return;
    write_big(target ? in_25_bits(distance + end) : distance, operand);
  });
}

void revert_calls(std::span<std::uint8_t> content) {
  walk_calls(content, [](std::uint8_t* operand, std::uint32_t end) {
    const std::uint32_t value = read_big(operand);
    const bool target = is_sign(value >> 24);
    if (!target && !is_sign(value & 0xFF)) return;
    write_little(target ? in_25_bits(value - end) : value, operand);
  });
}

}  // namespace nnzip
