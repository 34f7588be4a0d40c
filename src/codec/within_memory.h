// SPDX-License-Identifier: Apache-2.0
// How long blocks and windows are, for compressing and for estimates of it.
#pragma once

#include <cstdint>

#include "codec/frame_models.h"
#include "codec/levels.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// What the options' level means, with the window and the blocks that they ask for, if they do. The
// window of a level takes at most an eighth of the memory that is allowed. Throws
// Error(kInvalidArgument).
Level level_of(const Options& options);

// The same with blocks so short that coding one takes no more than those bytes of memory, which the
// models are not counted in, unless the options ask for blocks. Those beyond 4 MiB take at most
// half of them, so that wrapped content can be opened.
Level level_within(std::uint64_t memory, const Options& options, const FrameModels& models);

}  // namespace nnzip
