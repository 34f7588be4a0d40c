// SPDX-License-Identifier: Apache-2.0
// One block to coded data, the best way, and back. The ways are codec/kinds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "codec/choose.h"
#include "codec/frame_models.h"
#include "codec/kinds/kind.h"
#include "codec/levels.h"
#include "detect/detector.h"

namespace nnzip {

// How many blocks are coded side by side, and on how many threads each.
struct SideBySide {
  std::size_t blocks = 1;
  int threads_of_each = 1;
};

struct BlockToEncode {
  std::span<const std::uint8_t> content;
  const Segment& segment;  // what the content is thought to be
  BlockProgress progress;
  Coded coded = {};  // to fill
};

// The smallest of all kinds; of kinds that differ by a few bytes, the one that is faster to decode.
// Slow kinds are not tried on what is one copy of its beginning, nor where samples speak against
// them.
// models: those that the blocks may use; the header gives the place of the one it does. single:
// whether there is one block alone, so that the frame names no other model. The result does not
// depend on what is coded beside it. Throws Error.
void encode_blocks(std::span<BlockToEncode> blocks, const FrameModels& models, const Level& level,
                   bool single, const SideBySide& side_by_side);

// The same of one block.
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

struct BlockToDecode {
  const BlockHeader& header;
  std::span<const std::uint8_t> coded;
  std::shared_ptr<const Engine> engine;  // null for none
  BlockProgress progress;
  std::function<Bytes()> decode;            // by itself, on any thread
  std::function<void(Bytes content)> take;  // gets the content, empty as of decode_block()
};

// Decodes blocks together if a device likes that, and the others at most so many at a time.
// Precondition: the headers fit the networks. Throws Error.
void decode_blocks(std::span<const BlockToDecode> blocks, std::size_t side_by_side);

// Whether it is one for a device that codes by itself, whose streams may be those of many blocks.
bool codes_together(const BlockHeader& header, const Engine* engine);

// Bytes of memory that these take at most, content and coded data included. Of a block that waits
// until a device codes it with others: waiting_memory, and device_memory once for all of them.
std::uint64_t encode_memory(std::size_t content_bytes, const FrameModels& models,
                            const Level& level, int threads);
std::uint64_t waiting_memory(std::size_t content_bytes);
std::uint64_t device_memory(const FrameModels& models, std::size_t blocks);
std::uint64_t decode_memory(const BlockHeader& header, const Engine* engine, int threads);

}  // namespace nnzip
