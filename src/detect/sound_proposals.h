// SPDX-License-Identifier: Apache-2.0
// Content as samples of sound, by what a header says or by its numbers alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "detect/proposals.h"

namespace nnzip {

// What a header calls samples: as whole numbers of fewer bytes where floats or containers seem to
// hold these, else as they are.
std::vector<Proposal> described_sound(std::span<const std::uint8_t> content,
                                      const Layout& described);

// Samples without a header, of one channel and of two; none of most contents.
std::vector<Proposal> guessed_sound(std::span<const std::uint8_t> content);

}  // namespace nnzip
