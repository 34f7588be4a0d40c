// SPDX-License-Identifier: Apache-2.0
// All wrappers.
#pragma once

#include <span>
#include <vector>

#include "unwrap/wrapper.h"

namespace nnzip {

// Nothing if there is none of that number.
const Wrapper* find_wrapper(std::uint8_t number);

struct FoundStretch : FoundWrapped {
  const Wrapper* wrapper = nullptr;
};

// What all wrappers find, in the order of offsets; of what overlaps, that of the wrapper that comes
// first in the list, but nothing that begins within a JPEG file. All but the last are whole; see
// Wrapper::find.
std::vector<FoundStretch> find_wrapped(std::span<const std::uint8_t> content,
                                       std::size_t max_opened);

}  // namespace nnzip
