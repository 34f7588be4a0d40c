// SPDX-License-Identifier: Apache-2.0
// What some rows of contexts are where a structure of the content is known. MIXING_FIELDS.md,
// Tagged fields and Stated rows.
#pragma once

#include <cstdint>

#include "mixer/bytes/context_table.h"

namespace nnzip::mixer {

// Put theirs in place of those rows' hashes. hashes: of all rows.
void hash_structure(const ItemReader& items, const Neighbourhood& s, std::uint64_t* hashes);
void hash_structure(const TaggedFields& tags, const Neighbourhood& s, std::uint64_t* hashes);
void hash_structure(const StatedRows& rows, const Neighbourhood& s, std::uint64_t* hashes);

}  // namespace nnzip::mixer
