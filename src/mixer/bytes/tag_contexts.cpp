// SPDX-License-Identifier: Apache-2.0
#include "mixer/bytes/tag_contexts.h"

#include <iterator>
#include <string_view>

#include "mixer/core/unrolled.h"

namespace nnzip::mixer {
namespace {

// Those of the usual effort; the row's number is found by its name.
struct TaggedRow {
  std::string_view name;
  std::uint64_t (*value)(const TaggedFields& t, In s);
};
using Of = const TaggedFields&;
constexpr TaggedRow kRows[] = {
    {"gradient", [](Of t, In s) { return join(t.field, t.place, t.to_come, s.c1); }},
    {"column", [](Of t, In s) { return join(t.field, t.place, s.c1); }},
    {"aboveleft", [](Of t, In) { return join(t.field, t.place, t.before, t.before_two); }},
    {"abovetwo", [](Of t, In) { return join(t.field, t.place, t.open); }},
    {"value", [](Of t, In) { return join(t.field, t.place, t.open, t.beside); }},
    {"line", [](Of t, In) { return join(t.field, t.place, t.left); }},
    {"code", [](Of t, In s) { return join(t.field, t.place, t.before, s.c1); }},
    {"cell", [](Of t, In) { return join(t.field, t.place); }},
    {"trend", [](Of t, In s) { return join(t.field, t.place, s.c1, s.c2); }},
    {"wordpair", [](Of t, In s) { return join(t.field, s.word); }},
    {"wordskip", [](Of t, In s) { return join(t.field, t.place, s.expected, s.expected_length); }},
    {"high4", [](Of t, In s) { return join(t.field, t.place, t.left, s.c1); }},
    {"sparse34", [](Of t, In) { return join(t.place, t.to_come, t.left); }},
};

constexpr std::uint32_t row_of(std::string_view name) {
  std::uint32_t i = 0;
  while (name != kContextTable[i].name) ++i;
  return i;
}

}  // namespace

void hash_tagged(const TaggedFields& tags, const Neighbourhood& s, std::uint32_t* hashes) {
  unrolled<static_cast<int>(std::size(kRows))>([&](auto k) {
    constexpr std::uint32_t i = row_of(kRows[k].name);
    hashes[i] = hash_of(i, kRows[k].value(tags, s));
  });
}

}  // namespace nnzip::mixer
