// SPDX-License-Identifier: Apache-2.0
// Modules of Python as plain code.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "reference/mixer/mixer_reference_code.h"
#include "reference/mixer/mixer_reference_files.h"

namespace nnzip::mixer_reference {

void Module::read() {
  item.low_first = true;
  object(0, 0);
  throw Lost{};
}

void Module::object(Number f, Number depth) {
  if (depth > 24) throw Lost{};
  const Number b = number(kind_of({64, f}), 1, {}, item.first % 128), t = b % 128;
  references += b / 128;
  if (f == 0 && t != 'c') throw Lost{};
  note(t);
  switch (t) {
    case 'N':
    case 'T':
    case 'F':
    case 'S':
    case '.':
    case '0':
      return;
    case 'r': {
      const Number v = number(kind_of({69, f}), 4,
                              {std::int64_t{references} - 1, std::int64_t{newest_reference} + 1});
      newest_reference = std::max(newest_reference, v);
      return note(v);
    }
    case 'i':
      number(kind_of({65, f}), 4);
      return;
    case 'g':
    case 'I':
      run(kind_of({65, t}), 8);
      return;
    case 'y':
      run(kind_of({65, t}), 16);
      return;
    case 'l': {
      const std::int64_t n = static_cast<std::int32_t>(number(kind_of({66, t}), 4));
      if (std::llabs(n) > 1000) throw Lost{};
      for (std::int64_t i = 0; i < std::llabs(n); ++i) number(kind_of({65, t}), 2);
      return;
    }
    case 's':
      return bytes(f, number(kind_of({66, t, f}), 4));
    case 'u':
    case 't':
    case 'a':
    case 'A':
    case 'z':
    case 'Z': {
      const Number n = number(kind_of({66, t, f}), t == 'z' || t == 'Z' ? 1 : 4);
      if (n != 0) note(run(kind_of({68, f}), n));
      return;
    }
    case '(':
    case '[':
    case '<':
    case '>':
    case ')': {
      const Number n = number(kind_of({66, t, f}), t == ')' ? 1 : 4);
      for (Number i = 0; i < n; ++i) object(f < 32 ? f + 32 : f, depth + 1);
      return;
    }
    case 'c':
      for (Number i = 0; i < (version >= 3400 && !is_new() ? 6u : 5u); ++i) {
        note(number(kind_of({70, i}), 4));
      }
      for (Number field = 1; field <= 8; ++field) object(field, depth + 1);
      first_line = number(kind_of({70, 7}), 4, {first_line + 3});
      object(16, depth + 1);
      if (is_new()) object(17, depth + 1);
      return;
    default:
      throw Lost{};
  }
}

void Module::bytes(Number f, Number n) {
  if (f == 1) return instructions(n);
  if (f == 16 && is_new()) return locations(n);
  if (f == 16 || f == 17) {
    for (Number i = 0; i < n; ++i) note(number(kind_of({67, f, i % 2}), 1));
  } else if (n != 0) {
    note(run(kind_of({67, f}), n));
  }
}

void Module::instructions(Number n) {
  units.clear();
  std::map<Number, Number> newest;
  Number newest_name = 0, whole = 0, zeros = 0;
  std::array<Number, 3> opcodes{};
  for (; n >= 2; n -= 2) {
    item.first = whole;
    item.second = 256 * opcodes[0] + opcodes[1];
    item.third = 65536 * opcodes[0] + 256 * opcodes[1] + opcodes[2];
    const Number q = number(kind_of({71, zeros}), 1);
    const bool named = q == 90 || q == 91 || (q >= 95 && q <= 98) || q == 101 || q == 106 ||
                       q == 108 || q == 109 || q == 116 || q == 160;
    const Number N = named ? newest_name : newest[q], h = q == 116 && is_new() ? 2 : 1;
    const Number p = number(kind_of({72, q}), 1, {(N + 1) * h, (N + 1) * h + 1});
    units.push_back(q);
    zeros = q == 0 ? std::min(zeros + 1, 15u) : 0;
    if (q == 0) continue;
    newest[q] = std::max(newest[q], p);
    if (named) newest_name = std::max(newest_name, p / h);
    whole = grow(q, p);
    opcodes = {q, opcodes[0], opcodes[1]};
  }
  if (n == 1) throw Lost{};
  units.resize(std::min<std::size_t>(units.size(), 4096));
}

void Module::locations(Number n) {
  Number u = 0, s = 0, e = 0;
  const auto next = [&](Number kind, const Guessed& guesses, Number beside) {
    --n;
    return number(kind, 1, guesses, beside);
  };
  while (n > 0) {
    Number z = 0, c = 0;
    if (u < units.size()) {
      while (z < 15 && u + 1 + z < units.size() && units[u + 1 + z] == 0) ++z;
      c = 16 * units[u] + z;
    }
    const Number x = next(kind_of({73, 0}), {(item.first & 0xF8) + std::min(z, 7u)}, c);
    const Number k = x / 8 % 16;
    u += x % 8 + 1;
    note(x);
    if (k < 10 && n > 0) {
      const Number y = next(kind_of({74, 1}), {s}, k);
      s = 8 * k + y / 16 % 8;
      e = s + y % 16;
      note(y);
    } else if (k >= 10 && k < 13) {
      if (n > 0) note(s = next(kind_of({74, 2}), {s}, k));
      if (n > 0) note(e = next(kind_of({74, 3}), {e}, k));
    } else if (k == 13 || k == 14) {
      for (Number i = k == 13 ? 3 : 0; i < 4 && n > 0;) {
        const Number y = next(kind_of({75, k, i}), {}, 0);
        note(y);
        if (y < 64) ++i;
      }
    }
  }
}

}  // namespace nnzip::mixer_reference
