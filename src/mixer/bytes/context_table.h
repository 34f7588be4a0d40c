// SPDX-License-Identifier: Apache-2.0
// All contexts of bytes. A context is a row: its name and the value that it gives the byte that
// comes, a hash of which says where its memory is. The values are those of MIXING.md; the number of
// the row is part of the hash. src/README.md has a recipe for another row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "layout/effort.h"
#include "mixer/bytes/code_contexts.h"
#include "mixer/bytes/further_state.h"

namespace nnzip::mixer {

// What stands around the byte that comes. Bytes that are not there are 0.
struct Neighbourhood {
  std::uint64_t recent = 0;              // the last eight bytes, the newest in the low ones
  std::uint64_t c1 = 0, c2 = 0, c3 = 0;  // the last one, the one before
  std::uint32_t letters = 0;             // hash of the letters since the last other byte; 0: none
  std::uint64_t word = 0;                // the same, or c1 if there are none
  std::uint64_t words[2] = {};           // hashes of the words before, the newest first
  std::uint64_t after1 = 0,
                after2 = 0;  // what followed c1, and c2 and c1, the newest in the low bytes

  struct {
    std::uint64_t column, first, above, right;  // of the line above: at the place, and behind it
    std::uint64_t fields, field;                // how many ended, and a hash of the open one
  } line{};
  struct {
    std::uint64_t column, phase;  // in the row, in the element
    std::uint64_t left, above, corner, above_two;
    std::uint64_t gradient, mean;  // what numbers around make of it
    std::uint64_t with_phase(std::uint64_t value) const { return value * 4 + phase; }
  } row{};
  const CodeState* code = nullptr;
  const FurtherState* further = nullptr;  // of the large effort
};

struct ContextRow {
  using Value = std::uint64_t (*)(const Neighbourhood& s);
  const char* name;
  Value of_lines;            // of content that has no rows of a known length
  Value of_rows = of_lines;  // of tables
  Value of_code = of_lines;
};

// Spreads words.
constexpr std::uint64_t kSpread = 0x2545F4914F6CDD1D;

using In = const Neighbourhood&;
constexpr ContextRow kContextTable[] = {
    {"order1", [](In s) { return s.recent & 0xFF; }},
    {"order2", [](In s) { return s.recent & 0xFFFF; }},
    {"order3", [](In s) { return s.recent & 0xFFFFFF; }},
    {"order4", [](In s) { return s.recent & 0xFFFFFFFF; }},
    {"order6", [](In s) { return s.recent & 0xFFFFFFFFFFFF; }},
    {.name = "word",
     .of_lines = [](In s) { return s.word; },
     .of_code = [](In s) { return join(s.code->position(), s.code->whole()); }},
    {"sparse34", [](In s) { return s.recent & 0xFFFF0000; }},
    {"gradient", [](In s) { return s.line.above << 24 | (s.recent & 0xFFFF); },
     [](In s) { return s.row.with_phase(s.row.gradient); },
     [](In s) { return join(s.code->position(), s.code->form() & 0xC7, s.code->operand()); }},
    {"column", [](In s) { return s.line.column << 8 | s.c1; },
     [](In s) { return s.row.with_phase(s.row.column << 8 | s.row.above); },
     [](In s) { return join(s.code->position(), s.code->whole(), s.code->wholes()[0]); }},
    {.name = "wordpair",
     .of_lines = [](In s) { return s.word * kSpread + s.words[0]; },
     .of_code =
         [](In s) { return join(s.code->position(), s.code->whole(), s.code->shapes()[0]); }},
    {.name = "wordskip",
     .of_lines = [](In s) { return s.word * kSpread + (s.words[1] << 16); },
     .of_code =
         [](In s) {
           const auto& shapes = s.code->shapes();
           return join(s.code->position(), s.code->whole(), shapes[0], shapes[1]);
         }},
    {"sparse23", [](In s) { return s.recent & 0xFFFF00; }},
    {"sparse13", [](In s) { return s.recent & 0xFF00FF; }},
    {"sparse14", [](In s) { return s.recent & 0xFF0000FF; }},
    {"indirect1", [](In s) { return (s.after1 & 0xFFFF) << 8 | s.c1; }},
    {"indirect2", [](In s) { return (s.after2 & 0xFFFFFF) << 8 | s.c1; }},
    {"aboveleft", [](In s) { return s.c2 << 24 | s.line.above << 16 | s.line.right << 8 | s.c1; },
     [](In s) {
       return s.row.with_phase(s.row.corner << 24 | s.row.above << 16 | s.row.left << 8);
     },
     [](In s) {
       const auto& opcodes = s.code->opcodes();
       return join(s.code->position(), s.code->shape(), opcodes[0], opcodes[1]);
     }},
    {"abovetwo", [](In s) { return s.line.above << 16 | s.line.column << 8; },
     [](In s) { return s.row.with_phase(s.row.above << 16 | s.row.above_two << 8); },
     [](In s) {
       const auto& opcodes = s.code->opcodes();
       return join(s.code->position(), s.code->whole(), opcodes[0], opcodes[1], opcodes[2],
                   opcodes[3]);
     }},
    {"value", [](In s) { return s.line.first << 32 | s.letters; },
     [](In s) { return s.row.with_phase(s.row.mean + (std::uint64_t{1} << 32)); },
     [](In s) { return join(s.code->position(), s.code->opcode(), s.code->operand()); }},
    {"line", [](In s) { return s.line.column << 16 | s.line.first << 8 | s.c1; },
     [](In s) { return s.row.with_phase(s.row.column << 8 | s.c1); },
     [](In s) {
       const auto& wholes = s.code->wholes();
       return join(s.code->position(), s.code->whole(), wholes[0], wholes[1]);
     }},
    {.name = "code",
     .of_lines = [](In s) { return s.line.fields << 32 | s.line.field; },
     .of_rows = [](In s) { return (s.recent & 0xF8FFF8) | s.c3 << 24; },
     .of_code =
         [](In s) {
           const auto& shapes = s.code->shapes();
           return join(s.code->position(), s.code->whole(), shapes[0], shapes[1], shapes[2]);
         }},
    // Of the large effort alone.
    {"order5", [](In s) { return s.recent & 0xFFFFFFFFFF; }},
    {"order7", [](In s) { return s.recent & 0xFFFFFFFFFFFFFF; }},
    {"order8", [](In s) { return s.recent; }},
    {"sparse2", [](In s) { return s.recent & 0xFF00; }},
    {"sparse3", [](In s) { return s.recent & 0xFF0000; }},
    {"sparse4", [](In s) { return s.recent & 0xFF000000; }},
    {"sparse24", [](In s) { return s.recent & 0xFF00FF00; }},
    {"sparse234", [](In s) { return s.recent & 0xFFFFFF00; }},
    {"sparse345", [](In s) { return s.recent & 0xFFFFFF0000; }},
    {"sparse456", [](In s) { return s.recent & 0xFFFFFF000000; }},
    {"sparse124", [](In s) { return s.recent & 0xFF00FFFF; }},
    {"sparse134", [](In s) { return s.recent & 0xFFFF00FF; }},
    {"sparse15", [](In s) { return s.recent & 0xFF000000FF; }},
    {"sparse16", [](In s) { return s.recent & 0xFF00000000FF; }},
    {"sparse18", [](In s) { return s.recent & 0xFF000000000000FF; }},
    {"sparse48", [](In s) { return s.recent & 0xFF000000FF000000; }},
    {"high4", [](In s) { return s.recent & 0xF0F0F0F0; }},
    {"high6", [](In s) { return s.recent & 0xE0E0E0E0E0E0; }},
    {"high3", [](In s) { return s.recent & 0xF0FFFF; }},
    {"high2", [](In s) { return s.recent & 0xF8F8F8; }},
    {"indirect3", [](In s) { return join(s.after1 & 0xFFFFFF, s.c1); }},
    {"indirect4", [](In s) { return join(s.after2 & 0xFFFF, s.c1, s.c2); }},
    {"afterpair", [](In s) { return join(s.further->after_pair >> 16, s.c1); }},
    {"aftertwo", [](In s) { return join(s.further->after_pair, s.c1); }},
    {"distance", [](In s) { return join(s.further->distance, s.c1); }},
    {"pairdistance", [](In s) { return join(s.further->pair_distance, s.c1, s.c2); }},
    {"sincezero", [](In s) { return join(s.further->since_zero, s.c1); }},
    {"zeroabove", [](In s) { return join(s.further->zero_above, s.c1); }},
    {"zeroplace", [](In s) { return join(s.further->since_zero, s.further->zero_above); }},
    {"record1", [](In s) { return join(s.further->length, s.further->above, s.c1); }},
    {"record2",
     [](In s) { return join(s.further->length, s.further->above, s.further->above_two); }},
    {"record3", [](In s) { return join(s.further->length, s.further->column, s.c1); }},
    {"record4", [](In s) { return join(s.further->length, s.further->column, s.further->above); }},
    {"record5", [](In s) { return join(s.further->above, s.further->corner, s.c1); }},
    {"record6", [](In s) { return join(s.further->above, s.further->right, s.c1); }},
    {"record7",
     [](In s) { return join(s.further->above, s.further->right, s.further->right_two); }},
    {"record8", [](In s) { return join(s.further->length, s.further->gradient); }},
    {"record9", [](In s) { return join(s.further->gradient, s.c1); }},
    {"record10", [](In s) { return join(s.further->length, s.further->trend); }},
    {"record11", [](In s) { return join(s.further->trend, s.further->drift); }},
    {"record12", [](In s) { return join((s.further->above + s.further->drift) & 255, s.c1); }},
    {"record13", [](In s) { return join(s.further->length, s.further->column); }},
    {"record14", [](In s) { return join(s.further->column, s.further->above, s.c1); }},
    {"record15",
     [](In s) { return join(s.further->above, s.further->above_two, s.further->above_three); }},
    {"record16", [](In s) { return join(s.further->above, s.letters); }},
    {"kinds", [](In s) { return s.further->kinds; }},
    {"masked6", [](In s) { return s.further->masked & 0xFFFFFFFFFFFF; }},
    {"masked4", [](In s) { return s.further->masked & 0xFFFFFFFF; }},
    {"wordthree", [](In s) { return join(s.word, s.words[0], s.words[1]); }},
    {"wordtwoskip", [](In s) { return join(s.word, s.words[1], s.further->words[2]); }},
    {"wordfar", [](In s) { return join(s.word, s.further->words[2]); }},
    {"wordstem", [](In s) { return join(s.word, s.further->stem_before); }},
    {"wordsuffix", [](In s) { return join(s.word, s.further->suffix); }},
    {"stempair", [](In s) { return join(s.further->stem, s.words[0]); }},
    {"sentence", [](In s) { return join(s.word, s.further->sentence); }},
    {"wordkinds", [](In s) { return join(s.word, s.further->kinds & 0777); }},
    {"skeleton", [](In s) { return join(s.further->skeleton, s.c1); }},
    {"pairlast", [](In s) { return join(s.words[0], s.words[1], s.c1); }},
    {"field1", [](In s) { return join(s.further->field, s.further->field_above, s.c1); }},
    {"field2", [](In s) { return join(s.further->field_above, s.further->field_start); }},
    {"field3", [](In s) { return join(s.further->field_value, s.further->value); }},
    {"field4", [](In s) { return join(s.further->field, s.further->indent, s.c1); }},
    {"linelength", [](In s) { return join(s.further->line_length, s.further->line_column); }},
    {"start1", [](In s) { return join(s.further->start, s.further->field); }},
    {"start2", [](In s) { return join(s.further->start_above, s.word); }},
    {"bracket1", [](In s) { return join(s.further->bracket, s.word); }},
    {"bracket2", [](In s) { return join(s.further->bracket, s.further->bracket_before, s.c1); }},
    {"key", [](In s) { return join(s.further->key, s.further->value); }},
};

constexpr int kMostContexts = static_cast<int>(std::size(kContextTable));
// How many of them an effort takes, from the first one on.
constexpr int context_count(Effort effort) {
  return effort == Effort::kSmall ? 9 : effort == Effort::kUsual ? 21 : kMostContexts;
}
// Those of the last bytes stand first: sets are chosen by how many of them have seen something.
constexpr int kOrders = 5;

}  // namespace nnzip::mixer
