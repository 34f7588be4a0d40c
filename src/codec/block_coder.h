// SPDX-License-Identifier: Apache-2.0
// One block to coded data, the best way, and back: the place where the kinds of block meet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "backend/backend.h"
#include "base/bytes.h"
#include "codec/model_block.h"
#include "container/block_header.h"
#include "detect/detector.h"
#include "model/catalog.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

struct Choice {
  BlockKind kind = BlockKind::kStored;
  int log2_streams = 0;
  Layout layout;
  Filter filter = Filter::kNone;
  Bytes coded = {};                // empty if stored: the content itself
  std::uint32_t folded_bytes = 0;  // of Filter::kRepeats
};

// The smallest of all kinds; of kinds that differ by a few bytes, the one that is faster to decode.
// Slow kinds are not tried on what is one copy of its beginning, nor, unless the level is thorough,
// where samples speak against them.
// segment: what the content is thought to be.
// engine: null for none. model_header_bytes: what naming the model costs the frame if this block
// needs it. The result depends on content, segment, engine, level and model_header_bytes alone.
// Throws Error.
Choice encode_block(std::span<const std::uint8_t> content, const Segment& segment,
                    const std::shared_ptr<const Engine>& engine, const Level& level, int threads,
                    std::size_t model_header_bytes, const BlockProgress& progress);

// The same of that kind, one of kModel, kMixed and kContexts, whatever its size; nothing if the
// engine fits no block of that kind and content. contexts_bytes: the coded data of kContexts, by
// which kMixed judges the number of its streams.
std::optional<Choice> encode_block_as(BlockKind kind, std::span<const std::uint8_t> content,
                                      const Segment& segment,
                                      const std::shared_ptr<const Engine>& engine,
                                      const Level& level, int threads, std::size_t contexts_bytes);

// Whether the engine's network is one for such a block: networks with taps are for nothing but the
// content of these, others for anything else.
bool engine_fits(const Engine& engine, BlockKind kind, const Layout& layout, Filter filter);

// Content of the length stated; empty if the coded data are damaged in a way that shows here, else
// the checksum tells. engine: one that fits if the kind needs a model, else anything. Throws Error.
Bytes decode_block(const BlockHeader& header, Bytes coded,
                   const std::shared_ptr<const Engine>& engine, int threads,
                   const BlockProgress& progress);

void count_block(BlockKind kind, BlockCounts& counts);

// Bytes of memory that these take at most, content and coded data included.
std::uint64_t encode_memory(std::size_t content_bytes, const Engine* engine, const Level& level,
                            int threads);
std::uint64_t decode_memory(const BlockHeader& header, const Engine* engine, int threads);

}  // namespace nnzip
