// SPDX-License-Identifier: Apache-2.0
// The sections Class files and Modules of Python of MIXING_ITEMS.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "reference/mixer/mixer_reference_items.h"

namespace nnzip::mixer_reference {

// The names are those of the section.
class ClassFile : public Parser {
 public:
  using Parser::Parser;
  void read() override;

 private:
  using Number = std::uint32_t;

  void constants();
  void words(Number w, Number n);
  void members(Number m);
  void attributes(Number o);
  void code();
  void instruction();
  void branch_table(Number q, Number s);
  void exceptions();
  void lines();
  void variables(Number a);
  void frames();
  void types(Number n);

  void refer(Number i, Number role);
  void name(Number i);
  void target(std::int64_t t);
  std::int64_t next_target(std::int64_t t) const;
  std::int64_t next_constant(Number q) const;
  std::int64_t next_line(std::int64_t p) const;

  std::map<Number, Number> tags, roles;  // by constant
  std::array<Number, 6> names{};
  Number newest = 0, code_newest = 0, names_newest = 0, length = 0, line = 0;
  Number code_length = 0, place = 0, operand = 0, targets = 0;
  std::array<Number, 2> jumps{};
  std::array<Number, 3> opcodes{};
  std::set<std::int64_t> is_target;
  std::map<std::int64_t, Number> behind;
};

class Module : public Parser {
 public:
  Module(const std::vector<std::uint8_t>& file, const Kept& kept_, std::uint32_t version_)
      : Parser(file, kept_), version(version_) {}
  void read() override;

 private:
  using Number = std::uint32_t;

  void object(Number f, Number depth);
  void bytes(Number f, Number n);
  void instructions(Number n);
  void locations(Number n);
  bool is_new() const { return version >= 3450; }

  Number version, references = 0, newest_reference = 0, first_line = 0;
  std::vector<Number> units;
};

}  // namespace nnzip::mixer_reference
