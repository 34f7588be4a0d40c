// SPDX-License-Identifier: Apache-2.0
// What some rows of contexts are within tagged fields. MIXING.md, Tagged fields.
#pragma once

#include <cstdint>

#include "mixer/bytes/context_table.h"

namespace nnzip::mixer {

// Puts theirs in place of those rows' hashes. hashes: of all rows.
void hash_tagged(const TaggedFields& tags, const Neighbourhood& s, std::uint32_t* hashes);

}  // namespace nnzip::mixer
