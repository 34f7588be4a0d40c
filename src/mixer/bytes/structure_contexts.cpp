// SPDX-License-Identifier: Apache-2.0
#include "mixer/bytes/structure_contexts.h"

#include <iterator>
#include <string_view>

#include "mixer/core/unrolled.h"

namespace nnzip::mixer {
namespace {

// Rows of the usual effort; a row's number is found by its name.
template <typename Structure>
struct StructureRow {
  std::string_view name;
  std::uint64_t (*value)(const Structure& t, In s);
};

using Of = const TaggedFields&;
constexpr StructureRow<TaggedFields> kTagged[] = {
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

using OfRows = const StatedRows&;
constexpr StructureRow<StatedRows> kStated[] = {
    {"gradient", [](OfRows t, In s) { return join(t.place, s.c1 >> 4, s.c2 >> 4); }},
    {"column", [](OfRows t, In s) { return join(t.place, s.c1); }},
    {"aboveleft", [](OfRows t, In) { return join(t.place, t.before, t.before_two); }},
    {"abovetwo", [](OfRows t, In) { return std::uint64_t{t.place}; }},
    {"value", [](OfRows t, In s) { return join(t.left, s.c1); }},
    {"line", [](OfRows t, In s) { return join(t.place, t.left, s.c1); }},
    {"code", [](OfRows t, In) { return join(t.place, t.before, t.left); }},
    {"cell", [](OfRows t, In s) { return join(t.place, t.before, s.c1); }},
    {"trend", [](OfRows t, In s) { return join(t.place, s.c1, s.c2); }},
    {"wordskip", [](OfRows t, In) { return join(t.place, t.left); }},
};

using OfItems = const ItemReader&;
constexpr StructureRow<ItemReader> kItems[] = {
    {"gradient", [](OfItems t, In) { return join(t.kind, t.place(), t.open, t.before[0]); }},
    {"column", [](OfItems t, In s) { return join(t.kind, t.place(), s.c1); }},
    {"aboveleft", [](OfItems t, In) { return join(t.kind, t.open, t.before[0], t.before[1]); }},
    {"abovetwo", [](OfItems t, In) { return join(t.kind, t.place(), t.open); }},
    {"value", [](OfItems t, In) { return join(t.kind, t.open, t.before[1]); }},
    {"line", [](OfItems t, In) { return join(t.kind, t.place(), t.left()); }},
    {"code", [](OfItems t, In) { return join(t.kind, t.open, t.beside); }},
    {"cell", [](OfItems t, In) { return join(t.kind, t.place()); }},
    {"trend", [](OfItems t, In s) { return join(t.kind, t.place(), s.c1, s.c2); }},
    {"wordpair", [](OfItems t, In s) { return join(t.kind, s.word); }},
    {"wordskip",
     [](OfItems t, In) { return join(t.kind, t.open, t.before[0], t.before[1], t.before[2]); }},
    {"high4",
     [](OfItems t, In) {
       return join(t.kind, t.place(), t.expected(0), t.expected(2), t.expected(3));
     }},
    {"sparse34", [](OfItems t, In) { return join(t.kind, t.open, t.before[2]); }},
};

template <const auto& kRows, typename Structure>
void hash_rows(const Structure& structure, const Neighbourhood& s, std::uint64_t* hashes) {
  unrolled<static_cast<int>(std::size(kRows))>([&](auto k) {
    constexpr std::uint32_t i = row_of(kRows[k].name);
    hashes[i] = hash_of(i, kRows[k].value(structure, s));
  });
}

}  // namespace

void hash_structure(const ItemReader& items, const Neighbourhood& s, std::uint64_t* hashes) {
  hash_rows<kItems>(items, s, hashes);
}

void hash_structure(const TaggedFields& tags, const Neighbourhood& s, std::uint64_t* hashes) {
  hash_rows<kTagged>(tags, s, hashes);
}

void hash_structure(const StatedRows& rows, const Neighbourhood& s, std::uint64_t* hashes) {
  hash_rows<kStated>(rows, s, hashes);
}

}  // namespace nnzip::mixer
