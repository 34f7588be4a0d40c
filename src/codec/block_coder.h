// SPDX-License-Identifier: Apache-2.0
// One block to coded data, the best way, and back. The ways are codec/kinds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "codec/choose.h"
#include "codec/frame_models.h"
#include "codec/kinds/kind.h"
#include "codec/levels.h"
#include "detect/detector.h"

namespace nnzip {

// The smallest of all kinds; of kinds that differ by a few bytes, the one that is faster to decode.
// Slow kinds are not tried on what is one copy of its beginning, nor where samples speak against
// them.
// segment: what the content is thought to be. models: those that the block may use; the header
// gives the place of the one it does. single: whether it is the frame's only block, so that the
// frame names no other model. The result does not depend on threads. Throws Error.
Coded encode_block(std::span<const std::uint8_t> content, const Segment& segment,
                   const FrameModels& models, const Level& level, bool single, int threads,
                   const BlockProgress& progress = {});

// The header, but for the length of coded data, of a block of that kind, one of kNetwork, kMixed
// and kContexts, for content looked at that way. Whether it fits a network is another question.
BlockHeader header_as(BlockKind kind, std::span<const std::uint8_t> content, const View& view,
                      const Level& level);

// The content coded with such a header, as Kind::encode gives it; what its filters have to know is
// filled in. kMixed with several streams is
// tried with a single one as well if it makes `doubtful` bytes or more: see Level. Throws Error.
std::vector<Coded> encode_as(BlockHeader header, std::span<const std::uint8_t> content,
                             const View& view, const Means& means, std::size_t doubtful = 0);

// Content of the length stated; empty if the coded data are damaged in a way that shows here, else
// the checksum tells. Precondition: the header fits the network. Throws Error.
Bytes decode_block(const BlockHeader& header, std::span<const std::uint8_t> coded,
                   const Means& means);

// Bytes of memory that these take at most, content and coded data included.
std::uint64_t encode_memory(std::size_t content_bytes, const FrameModels& models,
                            const Level& level, int threads);
std::uint64_t decode_memory(const BlockHeader& header, const Engine* engine, int threads);

}  // namespace nnzip
