// SPDX-License-Identifier: Apache-2.0
// All contexts of bytes. A context is a row: its name and the value that it gives the byte that
// comes, a hash of which says where its memory is. The values are those of MIXING.md; the number of
// the row is part of the hash. src/README.md has a recipe for another row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

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
  std::uint64_t near_target = 0;      // of code
  std::uint64_t expected = 0;         // 256 and the byte that a match expects; 0: there is none
  std::uint64_t expected_length = 0;  // its length, by length_bucket()
  const FurtherState* further = nullptr;
  const RecordChain* chain = nullptr;  // a long one

  // At that place of records of that kind. Precondition: there is a chain.
  template <typename... Value>
  std::uint64_t in_chain(Value... values) const {
    return join(chain->kind, chain->place, values...);
  }

  // The bytes of the open number of four bytes.
  std::uint64_t of_number() const {
    return recent & ((std::uint64_t{1} << (8 * further->phase())) - 1);
  }
};

struct ContextRow {
  using Value = std::uint64_t (*)(const Neighbourhood& s);
  const char* name;
  Value of_lines;            // of content that has no rows of a known length
  Value of_rows = of_lines;  // of tables
  Value of_code = of_lines;
};

constexpr std::uint64_t hash_of(std::uint32_t context, std::uint64_t value) {
  std::uint64_t h = (value + context * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;
  return (h ^ h >> 32) * 0xC2B2AE3D27D4EB4F;
}

// Spreads words.
constexpr std::uint64_t kSpread = 0x2545F4914F6CDD1D;

using In = const Neighbourhood&;
constexpr ContextRow kContextTable[] = {
    {"order1", [](In s) { return s.recent & 0xFF; }},
    {"order2", [](In s) { return s.recent & 0xFFFF; }},
    {.name = "order3",
     .of_lines = [](In s) { return s.recent & 0xFFFFFF; },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return code.is_in_number() ? join(code.position(), code.expected_of_number())
                                      : join(code.position(), code.whole(), code.shapes()[2]);
         }},
    {.name = "order4",
     .of_lines = [](In s) { return s.recent & 0xFFFFFFFF; },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return code.is_of_words()
                      ? join(code.position(), code.opcode(), code.low_bits())
                      : join(code.position(), code.whole(), s.near_target, code.opcodes()[0]);
         }},
    {.name = "order6",
     .of_lines = [](In s) { return s.recent & 0xFFFFFFFFFFFF; },
     .of_code =
         [](In s) { return join(s.code->position(), s.code->whole(), s.code->shapes()[1]); }},
    {.name = "word",
     .of_lines =
         [](In s) {
           if (s.chain == nullptr) return s.word;
           return join(s.chain->kind, s.chain->place, s.chain->alike);
         },
     .of_code = [](In s) { return join(s.code->position(), s.code->whole()); }},
    {"sparse34", [](In s) { return s.recent & 0xFFFF0000; }},
    {"gradient",
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->above, s.chain->above_kind);
       return s.line.above << 24 | (s.recent & 0xFFFF);
     },
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->above, s.chain->above_kind);
       return s.row.with_phase(s.row.gradient);
     },
     [](In s) { return join(s.code->position(), s.code->form() & 0xC7, s.code->operand()); }},
    {"column",
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->column);
       return s.line.column << 8 | s.c1;
     },
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->column);
       return s.row.with_phase(s.row.column << 8 | s.row.above);
     },
     [](In s) { return join(s.code->position(), s.code->whole(), s.code->wholes()[0]); }},
    {.name = "wordpair",
     .of_lines =
         [](In s) {
           if (!s.further->is_binary()) return s.word * kSpread + s.words[0];
           if (s.chain == nullptr) return s.recent & 0xFF00FF00;
           return join(s.chain->kind, s.chain->place, s.chain->before, s.chain->cell);
         },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return code.is_of_words()
                      ? join(code.position(), code.opcode() >> 6, code.expected_of_opcode())
                      : join(code.position(), s.near_target);
         }},
    {.name = "wordskip",
     .of_lines =
         [](In s) {
           if (!s.further->is_binary()) return s.word * kSpread + (s.words[1] << 16);
           if (s.chain == nullptr) {
             return join(s.further->length, s.further->above, s.further->above_two);
           }
           return join(s.chain->kind, s.chain->place, s.chain->before, s.c1);
         },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return code.is_of_words()
                      ? join(code.position(), code.opcode() >> 6, code.written())
                      : join(code.position(), code.whole(), code.shapes()[0], code.shapes()[1]);
         }},
    {"sparse23", [](In s) { return s.recent & 0xFFFF00; }},
    {.name = "sparse13",
     .of_lines =
         [](In s) {
           if (s.chain == nullptr) return s.recent & 0xFF00FF;
           return join(s.chain->place, s.chain->before, s.c1);
         },
     .of_code =
         [](In s) {
           return join(s.code->position(), s.code->whole(), s.code->opcodes()[0],
                       s.code->form_before() & 0xF8);
         }},
    {.name = "sparse14",
     .of_lines =
         [](In s) {
           if (s.chain == nullptr) return s.recent & 0xFF0000FF;
           return join(s.chain->kind, s.chain->place, s.c1, s.c2);
         },
     .of_code = [](In s) { return join(s.code->position(), s.code->whole(), s.near_target); }},
    {.name = "indirect1",
     .of_lines = [](In s) { return (s.after1 & 0xFFFF) << 8 | s.c1; },
     .of_code =
         [](In s) {
           return join(s.code->position(), s.code->whole(), s.code->operand_of_opcode());
         }},
    {"indirect2", [](In s) { return (s.after2 & 0xFFFFFF) << 8 | s.c1; }},
    {"aboveleft",
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->column, s.c1);
       return s.c2 << 24 | s.line.above << 16 | s.line.right << 8 | s.c1;
     },
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->column, s.c1);
       return s.row.with_phase(s.row.corner << 24 | s.row.above << 16 | s.row.left << 8);
     },
     [](In s) {
       const auto& opcodes = s.code->opcodes();
       return join(s.code->position(), s.code->shape(), opcodes[0], opcodes[1]);
     }},
    {"abovetwo",
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->cell, s.chain->cell_two);
       return s.line.above << 16 | s.line.column << 8;
     },
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->cell, s.chain->cell_two);
       return s.row.with_phase(s.row.above << 16 | s.row.above_two << 8);
     },
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
       const CodeState& code = *s.code;
       const auto& wholes = code.wholes();
       return code.is_of_words() ? join(code.position(), code.whole(), wholes[0], wholes[1])
                                 : join(code.position(), code.form() & 7, s.c1);
     }},
    {.name = "code",
     .of_lines =
         [](In s) {
           if (s.chain != nullptr) return s.in_chain(s.chain->above, s.c1);
           return s.line.fields << 32 | s.line.field;
         },
     .of_rows =
         [](In s) {
           if (s.chain != nullptr) return s.in_chain(s.chain->above, s.c1);
           return (s.recent & 0xF8FFF8) | s.c3 << 24;
         },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           const auto& shapes = code.shapes();
           return join(code.position(), code.whole(), shapes[0], shapes[1], shapes[2]);
         }},
    {.name = "expected",
     .of_lines = [](In s) { return join(s.expected, s.expected_length); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return code.is_of_words()
                      ? join(code.position(), code.opcode() >> 6, code.expected_of_shape())
                      : join(s.expected, s.expected_length);
         }},
    {.name = "high4",
     .of_lines =
         [](In s) {
           constexpr std::uint64_t kSix = 0xFFFFFFFFFFFF;
           if (s.further->is_binary()) return s.recent & 0xF0F0F0F0;
           // Where nothing is masked, order6 says the same.
           return ((s.further->masked ^ s.recent) & kSix) != 0 ? s.further->masked & kSix : 0;
         },
     .of_code = [](In s) { return s.recent & 0xF0F0F0F0; }},
    {.name = "cell",
     .of_lines =
         [](In s) {
           const RecordChain& chain = s.further->chain;
           if (!s.further->is_binary()) return s.further->kinds;
           return chain.found ? join(chain.kind, chain.place, chain.cell, s.c1)
                              : join(s.further->above, s.further->corner, s.c1);
         },
     .of_code = [](In s) { return s.recent & 0xFF00; }},
    {.name = "trend",
     .of_lines =
         [](In s) {
           const RecordChain& chain = s.further->chain;
           if (!s.further->is_binary()) return join(s.further->field_value, s.further->value);
           return chain.found ? join(chain.kind, chain.place, chain.trend)
                              : join(s.further->length, s.further->trend);
         },
     .of_code = [](In s) { return join(s.further->phase(), s.recent & 0xFF000000); }},
    // Of the large effort alone.
    {"order5", [](In s) { return s.recent & 0xFFFFFFFFFF; }},
    {"order8", [](In s) { return s.recent; }},
    {"sparse2", [](In s) { return s.recent & 0xFF00; }},
    {"sparse3", [](In s) { return s.recent & 0xFF0000; }},
    {"sparse24", [](In s) { return s.recent & 0xFF00FF00; }},
    {"sparse456", [](In s) { return s.recent & 0xFFFFFF000000; }},
    {"sparse124", [](In s) { return s.recent & 0xFF00FFFF; }},
    {"sparse134", [](In s) { return s.recent & 0xFFFF00FF; }},
    {"sparse15", [](In s) { return s.recent & 0xFF000000FF; }},
    {"sparse18", [](In s) { return s.recent & 0xFF000000000000FF; }},
    {"high6", [](In s) { return s.recent & 0xE0E0E0E0E0E0; }},
    {"high3", [](In s) { return s.recent & 0xF0FFFF; }},
    {"high2", [](In s) { return s.recent & 0xF8F8F8; }},
    {"indirect3", [](In s) { return join(s.after1 & 0xFFFFFF, s.c1); }},
    {"indirect4", [](In s) { return join(s.after2 & 0xFFFF, s.c1, s.c2); }},
    {"afterpair", [](In s) { return join(s.further->after_pair >> 16, s.c1); }},
    {"aftertwo", [](In s) { return join(s.further->after_pair, s.c1); }},
    {"pairdistance", [](In s) { return join(s.further->pair_distance, s.c1, s.c2); }},
    {"zeroplace", [](In s) { return join(s.further->since_zero, s.further->zero_above); }},
    {"record1",
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->column, s.chain->above);
       const RecordChain& chain = s.further->chain;
       return chain.found ? join(chain.kind, chain.place, chain.before, chain.cell)
                          : join(s.further->length, s.further->above, s.c1);
     }},
    {"record2",
     [](In s) { return join(s.further->length, s.further->above, s.further->above_two); }},
    {"record3",
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.recent & 0xFFFFFF);
       const RecordChain& chain = s.further->chain;
       return chain.found ? join(chain.kind, chain.place, s.c1, s.c2)
                          : join(s.further->length, s.further->column, s.c1);
     }},
    {"record4",
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->cell, s.chain->before, s.chain->alike);
       const RecordChain& chain = s.further->chain;
       return chain.found ? join(chain.kind, chain.place, chain.alike)
                          : join(s.further->length, s.further->column, s.further->above);
     }},
    {"record6",
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->cell, s.chain->cell_two, s.c1);
       const RecordChain& chain = s.further->chain;
       return chain.found ? join(chain.place, chain.before, s.c1)
                          : join(s.further->above, s.further->right, s.c1);
     }},
    {"record14", [](In s) { return join(s.further->column, s.further->above, s.c1); }},
    {.name = "masked4",
     .of_lines = [](In s) { return s.further->masked & 0xFFFFFFFF; },
     .of_code =
         [](In s) { return join(s.code->position(), s.code->whole(), s.code->operand_of_base()); }},
    {.name = "wordthree",
     .of_lines = [](In s) { return join(s.word, s.words[0], s.words[1]); },
     .of_code =
         [](In s) {
           return join(s.code->position(), s.code->whole(), s.code->wholes()[0],
                       s.code->wholes()[1], s.code->wholes()[2]);
         }},
    {.name = "wordstem",
     .of_lines = [](In s) { return join(s.word, s.further->stem_before); },
     .of_code = [](In s) { return join(s.code->position(), s.code->whole(), s.code->call()); }},
    {.name = "wordsuffix",
     .of_lines = [](In s) { return join(s.word, s.further->suffix); },
     .of_code =
         [](In s) { return join(s.code->position(), s.code->whole(), s.code->since_jump()); }},
    {.name = "stempair",
     .of_lines = [](In s) { return join(s.further->stem, s.words[0]); },
     .of_code =
         [](In s) { return join(s.code->position(), s.code->whole(), s.code->wholes()[1]); }},
    {.name = "sentence",
     .of_lines = [](In s) { return join(s.word, s.further->sentence); },
     .of_code =
         [](In s) { return join(s.code->position(), s.code->whole(), s.code->since_return()); }},
    {.name = "wordkinds",
     .of_lines = [](In s) { return join(s.word, s.further->kinds & 0777); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return join(code.position(), code.whole(), code.returned_at());
         }},
    {.name = "skeleton",
     .of_lines = [](In s) { return join(s.further->skeleton, s.c1); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return join(code.position(), code.whole(), s.near_target, code.since_jump());
         }},
    {.name = "field1",
     .of_lines = [](In s) { return join(s.further->field, s.further->field_above, s.c1); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return code.is_in_number()
                      ? join(code.position(), code.expected_of_any())
                      : join(code.position(), code.whole(), code.shapes()[1], code.shapes()[2]);
         }},
    {.name = "field2",
     .of_lines = [](In s) { return join(s.further->field_above, s.further->field_start); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return join(code.position(), code.form(), code.operand(), code.opcodes()[0]);
         }},
    {.name = "field4",
     .of_lines = [](In s) { return join(s.further->field, s.further->indent, s.c1); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return join(code.position(), code.operand());
         }},
    {.name = "start1",
     .of_lines = [](In s) { return join(s.further->start, s.further->field); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return join(code.position(), code.whole(), code.taken() & 15);
         }},
    {.name = "start2",
     .of_lines = [](In s) { return join(s.further->start_above, s.word); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return join(code.position(), code.whole(), code.taken() & 15, code.opcodes()[0]);
         }},
    {.name = "bracket1",
     .of_lines = [](In s) { return join(s.further->bracket, s.word); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return code.is_of_words()
                      ? join(code.position(), code.opcode() >> 6, s.near_target)
                      : join(code.position(), code.opcode(), code.form() & 7, code.operand());
         }},
    {.name = "bracket2",
     .of_lines = [](In s) { return join(s.further->bracket, s.further->bracket_before, s.c1); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return code.is_of_words()
                      ? join(code.position(), code.low_bits(), code.expected_of_opcode())
                      : join(code.position(), code.opcode(), code.form() & 0xC0, code.operand(),
                             code.wholes()[0]);
         }},
    {.name = "key",
     .of_lines = [](In s) { return join(s.further->key, s.further->value); },
     .of_code =
         [](In s) {
           const CodeState& code = *s.code;
           return code.is_of_words()
                      ? join(code.position(), code.opcode() >> 6)
                      : join(code.position(), code.whole(), code.pushes(), code.opcodes()[0]);
         }},
    {"expected1", [](In s) { return join(s.expected, s.c1); }},
    {"expected2", [](In s) { return join(s.expected, s.c1, s.c2); }},
    {"aligned1", [](In s) { return join(s.further->phase(), s.recent & 0xFFFF); }},
    {"aligned2", [](In s) { return join(s.further->phase(), s.of_number()); }},
    {"aligned3",
     [](In s) {
       const std::uint64_t above = s.recent >> (8 * s.further->phase() + 24) & 0xFF;
       return join(s.further->phase(), s.of_number(), above);
     }},
    {"before",
     [](In s) {
       if (s.chain != nullptr) return s.in_chain(s.chain->column, s.c1, s.c2);
       const RecordChain& chain = s.further->chain;
       return chain.found ? join(chain.kind, chain.place, chain.before, s.c1)
                          : join(s.expected, s.further->above, s.c1);
     }},
    {"alike",
     [](In s) {
       const RecordChain& chain = s.further->chain;
       return chain.found ? join(chain.kind, chain.place, chain.alike, chain.cell)
                          : join(s.further->phase(), s.recent & 0xFF00FF00);
     }},
};

// Of a name that there is.
constexpr std::uint32_t row_of(std::string_view name) {
  std::uint32_t i = 0;
  while (name != kContextTable[i].name) ++i;
  return i;
}

constexpr int kMostContexts = static_cast<int>(std::size(kContextTable));
// How many of them an effort takes, from the first one on.
constexpr int context_count(Effort effort) { return effort == Effort::kUsual ? 25 : kMostContexts; }
// Those of the last bytes stand first: sets are chosen by how many of them have seen something.
constexpr int kOrders = 5;

}  // namespace nnzip::mixer
