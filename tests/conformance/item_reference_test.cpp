// SPDX-License-Identifier: Apache-2.0
// Items of known formats: the mixer against its second implementation.
#include <catch2/catch.hpp>
#include <string>

#include "conformance/mixer_reference_runs.h"
#include "mixer/bytes/byte_predictor.h"
#include "mixer/bytes/class_reader.h"
#include "mixer/bytes/python_reader.h"
#include "unit/mixer_samples.h"

namespace nnzip {
namespace {

using mixer_runs::plan_of;
using mixer_runs::Random;
using mixer_runs::require_equal;
using mixer_runs::resized;

template <Effort kEffort>
void require_equal_bytes(const Bytes& content, const Layout& layout, int streams, bool network) {
  MixerPlan plan = plan_of(content, layout, streams, network);
  plan.effort = kEffort;
  require_equal<mixer::BytePredictorOf<kEffort>, MixerReference>(content, plan);
}

// At least half of the content is read as items.
template <typename Reader>
void require_equal_items(const Bytes& content) {
  Reader reader;
  std::size_t inside = 0;
  for (const std::uint8_t byte : content) {
    reader.follow(byte);
    inside += reader.found() ? 1 : 0;
  }
  CHECK(inside > content.size() / 2);
  require_equal_bytes<Effort::kUsual>(content, {}, 1, false);
  require_equal_bytes<Effort::kUsual>(content, {.stride = 30}, 2, true);
  require_equal_bytes<Effort::kUsual>(content, {.form = Form::kCode, .element = 1}, 1, false);
  require_equal_bytes<Effort::kLarge>(content, {}, 1, false);
}

void put(Bytes& bytes, std::uint64_t value, int width) {
  for (int i = width - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

void put_low(Bytes& bytes, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

void append(Bytes& bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

// Class files.

// The names of attributes are the constants 1 to 6.
Bytes constants(Random& random) {
  Bytes pool;
  std::uint32_t count = 1;
  for (const std::string name : {"Code", "LineNumberTable", "LocalVariableTable",
                                 "LocalVariableTypeTable", "StackMapTable", "Signature", ""}) {
    put(pool, 1, 1);
    put(pool, name.size(), 2);
    pool.insert(pool.end(), name.begin(), name.end());
    ++count;
  }
  for (int i = 0; i < 30; ++i) {
    for (const std::uint32_t tag : {7, 8, 9, 10, 12, 11, 3, 4, 5, 6, 15, 16, 17, 18, 19, 20}) {
      if (random.below(6) != 0) continue;
      put(pool, tag, 1);
      if (tag == 15) put(pool, 6, 1);
      const bool is_long = tag == 5 || tag == 6;
      const bool is_short = tag == 7 || tag == 8 || tag >= 19 || tag == 15 || tag == 16;
      const std::uint32_t first = random.below(2) == 0 ? count + 1 : random.below(60);
      put(pool, first, 2);
      if (!is_short) put(pool, random.below(50), is_long ? 6 : 2);
      count += is_long ? 2 : 1;
    }
  }
  Bytes all;
  put(all, count, 2);
  append(all, pool);
  return all;
}

// Operands are bytes, highest first; of 196 wide and its opcode.
Bytes instructions(Random& random) {
  constexpr std::uint32_t kOpcodes[][2] = {
      {0, 0},   {16, 1},  {17, 2},  {18, 1},  {19, 2},  {20, 2},  {21, 1},  {58, 1},  {132, 2},
      {153, 2}, {167, 2}, {178, 2}, {181, 2}, {182, 2}, {184, 2}, {185, 4}, {186, 4}, {187, 2},
      {177, 0}, {197, 3}, {198, 2}, {200, 4}, {4, 0},   {60, 0},  {60, 0},  {87, 0}};
  Bytes code;
  for (int i = 0; i < 70; ++i) {
    const auto& [opcode, bytes] = kOpcodes[random.below(std::size(kOpcodes))];
    const auto begin = static_cast<std::uint32_t>(code.size());
    put(code, opcode, 1);
    const bool is_jump = opcode == 153 || opcode == 167 || opcode == 198 || opcode == 200;
    const std::uint32_t far = is_jump ? 60 - begin + random.below(4) * 20 : random.below(70);
    put(code, far, static_cast<int>(bytes));
    if (i % 30 == 10) put(code, 0xC415'0102, 4);
    if (i % 30 == 11) append(code, {196, 132, 1, 2, 3, 4});
    if (i % 30 != 12) continue;
    for (const std::uint32_t form : {170u, 171u}) {
      put(code, form, 1);
      while (code.size() % 4 != 0) code.push_back(0);
      put(code, 20, 4);
      if (form == 170) put(code, 5, 4);
      put(code, form == 170 ? 7 : 3, 4);
      for (std::uint32_t k = 0; k < 3; ++k) {
        if (form == 171) put(code, 100 * k, 4);
        put(code, 30 + random.below(3), 4);
      }
    }
  }
  return code;
}

Bytes attribute(std::uint32_t name, const Bytes& content) {
  Bytes all;
  put(all, name, 2);
  put(all, content.size(), 4);
  append(all, content);
  return all;
}

Bytes table(Random& random, std::uint32_t name, std::uint32_t code_bytes) {
  constexpr std::uint32_t kRows = 6;
  Bytes rows;
  put(rows, kRows, 2);
  for (std::uint32_t i = 0; i < kRows; ++i) {
    put(rows, i * code_bytes / kRows + random.below(3), 2);
    if (name == 2) {
      put(rows, 100 + 2 * i + random.below(2), 2);
      continue;
    }
    put(rows, code_bytes - random.below(9), 2);
    put(rows, 20 + i, 2);
    put(rows, 30 + random.below(3), 2);
    put(rows, i, 2);
  }
  return attribute(name, rows);
}

Bytes frames(Random& random) {
  Bytes all;
  put(all, 8, 2);
  for (const std::uint32_t form : {3u, 70u, 251u, 253u, 248u, 255u, 247u, 12u}) {
    put(all, form, 1);
    if (form >= 247) put(all, random.below(40), 2);
    if (form == 70 || form == 247) append(all, {7, 0, 9});
    if (form == 253) append(all, {1, 8, 0, 4});
    if (form == 255) append(all, {0, 1, 2, 0, 2, 7, 0, 3, 4});
  }
  return attribute(5, all);
}

Bytes method(Random& random) {
  const Bytes code = instructions(random);
  Bytes content{0, 4, 0, 3};
  put(content, code.size(), 4);
  append(content, code);
  append(content, {0, 1, 0, 2, 0, 30, 0, 60, 0, 7});
  const auto bytes = static_cast<std::uint32_t>(code.size());
  put(content, 4, 2);
  for (const std::uint32_t name : {2u, 3u, 4u}) append(content, table(random, name, bytes));
  append(content, frames(random));
  Bytes all{0, 1, 0, 20, 0, 21, 0, 2};
  append(all, attribute(1, content));
  append(all, attribute(6, {0, 9, 7}));
  return all;
}

Bytes class_file(Random& random) {
  Bytes all{0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52};
  append(all, constants(random));
  append(all, {0, 33, 0, 9, 0, 10, 0, 2, 0, 11, 0, 12});
  append(all, {0, 1, 0, 2, 0, 14, 0, 15, 0, 0, 0, 2});
  append(all, method(random));
  append(all, method(random));
  append(all, {0, 1});
  append(all, attribute(6, {0, 9}));
  return all;
}

TEST_CASE("MixerReference.AgreesOnClassFiles") {
  Random random;
  Bytes content(5, 0xCA);
  append(content, class_file(random));
  append(content, Bytes(40, 'x'));
  Bytes damaged = class_file(random);
  damaged[damaged.size() - 300] ^= 0x55;
  append(content, damaged);
  append(content, class_file(random));
  require_equal_items<mixer::ClassReader>(content);
}

// Modules of Python.

Bytes text(char type, const std::string& letters) {
  Bytes all{static_cast<std::uint8_t>(type)};
  put_low(all, letters.size(), type == 'z' || type == 'Z' ? 1 : 4);
  all.insert(all.end(), letters.begin(), letters.end());
  return all;
}

Bytes string_of(const Bytes& bytes) {
  Bytes all{'s'};
  put_low(all, bytes.size(), 4);
  append(all, bytes);
  return all;
}

Bytes code_object(Random& random, std::uint32_t version, int depth) {
  Bytes all{0xE3};
  const int numbers = version < 3400 || version >= 3450 ? 5 : 6;
  for (int i = 0; i < numbers; ++i) put_low(all, random.below(4), 4);
  Bytes code;
  for (int i = 0; i < 50; ++i) {
    constexpr std::uint8_t kOpcodes[] = {0, 0, 90, 100, 101, 116, 124, 1, 160};
    append(code, {kOpcodes[random.below(9)], static_cast<std::uint8_t>(i / 4 + random.below(3))});
  }
  append(all, string_of(code));
  append(all, {')', 11, 'N', 'T', 'F', '.', 'S'});
  append(all, {'i', 1, 2, 0, 0, 'l', 0xFE, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4});
  append(all, {'g', 1, 2, 3, 4, 5, 6, 7, 8});
  append(all, {'y', 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8});
  append(all, string_of({9, 9, 9}));
  if (depth > 0) {
    append(all, code_object(random, version, depth - 1));
  } else {
    append(all, text('u', "letters"));
  }
  append(all, {'(', 3, 0, 0, 0});
  for (const std::string name : {"one", "two", ""}) append(all, text('Z', name));
  append(all, {')', 1, 'r', 2, 0, 0, 0});
  append(all, {'>', 1, 0, 0, 0, 'r', 3, 0, 0, 0});
  append(all, string_of({1, 2}));
  for (const std::string name : {"file", "name", "whole"}) append(all, text('a', name));
  put_low(all, 7 + random.below(9), 4);
  Bytes locations;
  for (int i = 0; i < 40; ++i) {
    const std::uint32_t form = random.below(16);
    locations.push_back(static_cast<std::uint8_t>(0x80 | form << 3 | random.below(3)));
    for (std::uint32_t k = random.below(3); form != 15 && k < 3; ++k) {
      locations.push_back(static_cast<std::uint8_t>(random.below(100)));
    }
  }
  append(all, string_of(locations));
  if (version >= 3450) append(all, string_of({0x81, 2, 3, 4}));
  return all;
}

Bytes module_of(Random& random, std::uint32_t version) {
  Bytes all;
  put_low(all, version, 2);
  append(all, {0x0D, 0x0A, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8});
  append(all, code_object(random, version, 2));
  return all;
}

TEST_CASE("MixerReference.AgreesOnModulesOfPython") {
  Random random;
  for (const std::uint32_t version : {3394u, 3413u, 3495u}) {
    Bytes content = module_of(random, version);
    append(content, Bytes(30, 'x'));
    Bytes damaged = module_of(random, version);
    damaged[200] ^= 0x41;
    append(content, damaged);
    append(content, module_of(random, version));
    require_equal_items<mixer::PythonReader>(content);
  }
}

}  // namespace
}  // namespace nnzip
