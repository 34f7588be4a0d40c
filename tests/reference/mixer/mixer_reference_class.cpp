// SPDX-License-Identifier: Apache-2.0
// Class files as plain code.
#include <algorithm>
#include <string>

#include "reference/mixer/mixer_reference_code.h"
#include "reference/mixer/mixer_reference_files.h"

namespace nnzip::mixer_reference {
namespace {

constexpr char kForms[] =
    "0000000000000000121221111100000000000000000000000000001111100000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "000020000000000000000000022222222222222221SS00000022222224421200"
    "2200W32244";

constexpr const char* kNames[] = {
    "", "Code", "LineNumberTable", "LocalVariableTable", "LocalVariableTypeTable", "StackMapTable"};

std::int64_t signed_of(std::uint32_t v) { return static_cast<std::int32_t>(v); }

}  // namespace

void ClassFile::read() {
  const Number v = number(1, 4);
  if (v % 0x10000 < 45 || v % 0x10000 > 99) throw Lost{};
  constants();
  number(8, 2);
  for (const Number r : {1u, 2u}) {
    note(number(kind_of({12, r}), 2, {newest + 1, item.first + 1}));
  }
  const Number c = number(kind_of({2, 3}), 2);
  words(kind_of({12, 3}), 2 * c);
  members(1);
  members(2);
  attributes(0);
  throw Lost{};
}

void ClassFile::refer(Number i, Number role) {
  newest = std::max(newest, i);
  if (i < 4096) roles[i] = role;
}

void ClassFile::name(Number i) { names_newest = std::max(names_newest, i); }

void ClassFile::constants() {
  const Number count = number(kind_of({2, 1}), 2);
  Number t = 0;
  for (Number i = 1; i < count; ++i) {
    const Number r = i < 4096 ? roles[i] : 0;
    t = number(kind_of({3, r}), 1, {}, t);
    if (i < 4096) tags[i] = t;
    newest = std::max(newest, i);
    note(t);
    if (t == 1) {
      const Number n = number(kind_of({4, r}), 2);
      if (n == 0) continue;
      const Number h = run(kind_of({5, r}), n);
      note(h);
      for (std::size_t a = 1; a < names.size(); ++a) {
        Number of_name = 0;
        for (const char letter : std::string(kNames[a])) {
          of_name = grow(of_name, static_cast<Number>(letter));
        }
        if (h == of_name) names[a] = i;
      }
    } else if (t == 3 || t == 4) {
      number(kind_of({6, t}), 4);
    } else if (t == 5 || t == 6) {
      number(kind_of({6, t, 1}), 4);
      number(kind_of({6, t, 2}), 4);
      ++i;
    } else if ((t >= 7 && t <= 12) || (t >= 15 && t <= 20)) {
      if (t == 15) number(kind_of({6, t}), 1);
      const bool two = (t >= 9 && t <= 12) || t == 17 || t == 18;
      for (Number j = 0; j <= (two ? 1u : 0u); ++j) {
        const Number v = number(kind_of({7, t, j}), 2, {newest + 1, i - 1, i + 1}, r);
        if (t == 12) {
          refer(v, 32 + 4 * j + r % 4);
        } else if (j == 1 || (t != 17 && t != 18)) {
          refer(v, 2 * t + j);
        }
        note(v);
      }
    } else {
      throw Lost{};
    }
  }
}

void ClassFile::words(Number w, Number n) {
  for (Number i = 0; n >= 2; ++i, n -= 2) {
    note(number(kind_of({12, w, std::min(i, 8u)}), 2, {names_newest + 1, item.first + 1}));
  }
  if (n == 1) number(kind_of({12, w, 9}), 1);
}

void ClassFile::members(Number m) {
  const Number count = number(kind_of({2, 4, m}), 2);
  for (Number k = 0; k < count; ++k) {
    note(number(kind_of({8, m}), 2));
    for (const Number i : {1u, 2u}) {
      const Number v = number(kind_of({9, m, i}), 2, {names_newest + 1, item.first + 1});
      name(v);
      note(v);
    }
    attributes(m);
  }
}

void ClassFile::attributes(Number o) {
  Number b = 0;
  for (Number count = number(kind_of({2, 5, o}), 2); count > 0; --count) {
    const Number v = number(kind_of({10, o, b}), 2, {names_newest + 1}, count);
    b = v;
    name(v);
    Number a = 0;
    for (Number k = 1; k < names.size(); ++k) {
      if (names[k] == v) a = k;
    }
    length = number(kind_of({11, a != 0 ? a : 6 + v}), 4, {code_length});
    if (a == 1 && o == 2) {
      code();
    } else if (o != 3 || a < 2) {
      words(kind_of({12, 4, v}), length);
    } else if (a == 2) {
      lines();
    } else if (a == 5) {
      frames();
    } else {
      variables(a);
    }
  }
}

void ClassFile::code() {
  const Number l = length;
  note(number(kind_of({13, 1}), 2));
  note(number(kind_of({13, 2}), 2));
  code_length = number(14, 4, {std::int64_t{l} - 12}, l >> 3);
  if (code_length < 1 || code_length > 65535) throw Lost{};
  is_target.clear();
  behind.clear();
  targets = 0;
  opcodes = {};
  jumps = {};
  item.first = item.second = item.third = 0;
  place = 0;
  while (place < code_length) instruction();
  if (place != code_length) throw Lost{};
  exceptions();
  attributes(3);
}

void ClassFile::target(std::int64_t t) {
  jumps = {static_cast<Number>(t), jumps[0]};
  if (t >= 0 && t < 4096 && is_target.insert(t).second) ++targets;
}

std::int64_t ClassFile::next_target(std::int64_t t) const {
  const auto it = is_target.upper_bound(t);
  return it == is_target.end() ? -1 : *it;
}

std::int64_t ClassFile::next_constant(Number q) const {
  for (Number i = code_newest + 1; i < 4096; ++i) {
    const auto it = tags.find(i);
    const Number t = it == tags.end() ? 0 : it->second;
    if (t == 0) return -1;
    const bool fits = q == 18 || q == 19   ? t == 3 || t == 4 || t == 8
                      : q == 20            ? t == 5 || t == 6
                      : q < 178 || q > 186 ? t == 7
                      : q <= 181           ? t == 9
                      : q <= 184           ? t == 10
                      : q == 185           ? t == 11
                                           : t == 18;
    if (fits) return i;
  }
  return -1;
}

void ClassFile::instruction() {
  const Number s = place;
  if (s < 4096) behind[s] = 1 + opcodes[0];
  item.first = grow(operand, opcodes[0]);
  item.second = 256 * opcodes[0] + opcodes[1];
  item.third = 65536 * opcodes[0] + 256 * opcodes[1] + opcodes[2];
  const Number q = number(15, 1, {}, (is_target.contains(s) ? 1u : 0u) + (s == 0 ? 2u : 0u));
  ++place;
  if (q > 201) throw Lost{};
  const char f = kForms[q];
  operand = 0;
  if (f == 'S') {
    branch_table(q, s);
  } else if ((q >= 153 && q <= 168) || q == 198 || q == 199 || q >= 200) {
    const Number n = q >= 200 ? 4 : 2;
    const Number d =
        number(kind_of({16, q}), n,
               {std::int64_t{jumps[0]} - s, std::int64_t{jumps[1]} - s, next_target(s) - s});
    place += n;
    target(s + (n == 4 ? signed_of(d) : static_cast<std::int16_t>(d)));
  } else if (f == 'W') {
    const Number p = number(kind_of({16, q}), 1), n = p == 132 ? 4 : 2;
    operand = number(kind_of({16, q, p}), n);
    place += 1 + n;
  } else if (f != '0') {
    const auto n = static_cast<Number>(f - '0'), one = n == 1 || q == 132 ? 1u : 2u;
    Guessed guesses;
    const bool constant = (q >= 18 && q <= 20) || q >= 178;
    if (constant) guesses = {next_constant(q), code_newest + 1};
    operand = number(kind_of({16, q}), one, guesses);
    if (constant) code_newest = std::max(code_newest, operand);
    if (n > one) {
      note(operand);
      number(kind_of({16, q, 1}), n - one);
    }
    place += n;
  }
  opcodes = {q, opcodes[0], opcodes[1]};
}

void ClassFile::branch_table(Number q, Number s) {
  while (place % 4 != 0) {
    number(kind_of({17, 0}), 1);
    ++place;
  }
  target(s + signed_of(number(kind_of({17, 1}), 4)));
  Number n = number(kind_of({17, 2}), 4);
  if (q == 170) n = number(kind_of({17, 3}), 4, {n + 3}) - n + 1;
  place += q == 170 ? 12 : 8;
  for (Number e = 0; n > 0; --n) {
    if (place >= code_length) throw Lost{};
    if (q == 171) {
      e = number(kind_of({17, 4}), 4, {e + 1});
      place += 4;
    }
    target(s + signed_of(number(kind_of({17, 5}), 4,
                                {std::int64_t{jumps[0]} - s, std::int64_t{jumps[1]} - s})));
    place += 4;
  }
}

void ClassFile::exceptions() {
  for (Number count = number(kind_of({2, 6}), 2); count > 0; --count) {
    for (Number i = 0; i < 4; ++i) {
      const Number v = number(kind_of({18, i}), 2, {item.first, item.second});
      note(v);
      if (i == 2) target(v);
    }
  }
}

std::int64_t ClassFile::next_line(std::int64_t p) const {
  for (auto it = behind.upper_bound(p); it != behind.end(); ++it) {
    const auto share = kept.shares.find(it->second - 1);
    if (it->first < code_length && share != kept.shares.end() && share->second >= 128) {
      return it->first;
    }
  }
  return -1;
}

void ClassFile::lines() {
  const Number count = number(kind_of({2, 7}), 2, {(length - 2) / 4});
  Number p = 0;
  for (Number i = 0; i < count; ++i) {
    const Number f = i == 0 ? 1 : 0;
    const std::int64_t m = i == 0 ? 0 : next_line(p);
    const Number begin =
        number(kind_of({19, 0, f}), 2, {m, next_line(std::max<std::int64_t>(m, 0))});
    for (auto it = behind.upper_bound(p); it != behind.end() && it->first <= begin; ++it) {
      unsigned& share = kept.shares[it->second - 1];
      share = it->first == begin ? share + ((255 - share) >> 3) : share - (share >> 3);
    }
    note(begin - p);
    p = begin;
    const Number v = number(kind_of({19, 1, f}), 2, {line + 1, line + 2, line + 3, line + 4});
    note(v - line);
    line = v;
  }
}

void ClassFile::variables(Number a) {
  std::array<Number, 5> u{};
  for (Number count = number(kind_of({2, 7, a}), 2, {(length - 2) / 10}); count > 0; --count) {
    const std::array<Number, 5> U = u;
    u[0] = number(kind_of({20, a, 0}), 2, {U[0], 0});
    note(u[0] - U[0]);
    u[1] = number(kind_of({20, a, 1}), 2, {code_length - u[0], U[0] + U[1] - u[0]});
    note(u[0] + u[1] == code_length ? 1 : 0);
    u[2] = number(kind_of({20, a, 2}), 2, {names_newest + 1});
    name(u[2]);
    note(u[2]);
    u[3] = number(kind_of({20, a, 3}), 2, {names_newest + 1, u[2] + 1});
    name(u[3]);
    note(u[3]);
    u[4] = number(kind_of({20, a, 4}), 2, {U[4] + 1, 0});
    note(u[4]);
  }
}

void ClassFile::frames() {
  std::int64_t p = -1;
  for (Number count = number(kind_of({2, 8}), 2, {targets}); count > 0; --count) {
    const std::int64_t d = next_target(p) - p - 1;
    const Number f = number(kind_of({21, 0}), 1, {d < 64 ? d : 251, d < 64 ? d + 64 : 247});
    note(f < 64 ? 0 : f < 128 ? 64 : f);
    if (f >= 128 && f <= 246) throw Lost{};
    p += 1 + (f >= 247 ? number(kind_of({21, 1, f}), 2, {d}) : f % 64);
    if ((f >= 64 && f <= 127) || f == 247) types(1);
    if (f >= 252 && f <= 254) types(f - 251);
    for (Number i = 1; f == 255 && i <= 2; ++i) types(number(kind_of({21, 2, i}), 2));
  }
}

void ClassFile::types(Number n) {
  for (; n > 0; --n) {
    const Number t = number(kind_of({21, 3}), 1);
    note(t);
    if (t == 7 || t == 8) note(number(kind_of({21, 4, t}), 2, {item.third}));
  }
}

}  // namespace nnzip::mixer_reference
