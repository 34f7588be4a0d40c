// SPDX-License-Identifier: Apache-2.0
// The ways to code a block, a row each: the tables of FORMAT.md that say what they may code and
// with which models, for readers and writers.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "base/bytes.h"
#include "codec/kinds/byte_observer.h"
#include "codec/progress.h"
#include "container/container_reader.h"
#include "nnzip/nnzip.hpp"
#include "unwrap/group.h"

namespace nnzip {

// A block as it is written, but for the checksum.
struct Coded {
  BlockHeader header;
  Bytes data;  // of header.coded_bytes; of a group once seal_group() has written it
  std::vector<WrapperCount> wrappers = {};  // of a group
  std::vector<Coded> inner = {};            // of a group: their headers have the checksum
};

// What a block is coded with.
struct Means {
  std::shared_ptr<const Engine> engine;  // null for none
  int threads = 1;
  BlockProgress progress;
  ByteObserver* observer = nullptr;  // of decoding, null for none
};

struct Kind {
  BlockKind number;
  const char* name;
  std::uint64_t BlockCounts::*count;

  // Whether a block of this kind may have that header, and, if one is given, that engine.
  bool (*fits)(const BlockHeader& header, const Engine* engine);

  // Codes `filtered`, which is what the header's filter made of the content, as the header says;
  // header.coded_bytes is not looked at. Null of a group: see codec/group_encoder.h;
  // and of copies, which are not coded. The last one
  // given is of this kind; kinds before it cost next to nothing on the way and are faster to
  // decode. None of content that is not of the header's form. Precondition: fits. Throws Error.
  std::vector<Coded> (*encode)(const BlockHeader& header, std::span<const std::uint8_t> filtered,
                               const Means& means);

  // Fills `filtered`. Returns false if the coded data cannot be what an encoder wrote; the rest of
  // the damage gives wrong content, which the checksum tells. Precondition: fits. Throws Error.
  // Null of a group: see codec/group_decoder.h.
  bool (*decode)(const BlockHeader& header, std::span<const std::uint8_t> coded, const Means& means,
                 std::span<std::uint8_t> filtered);

  // Bytes that both take at most, beside the engine, content and coded data. Null of a group.
  std::uint64_t (*memory)(const BlockHeader& header, const Engine* engine, int threads);
};

extern const Kind kStoredKind, kZstdKind, kNetworkKind, kMixedKind, kContextsKind, kGroupKind,
    kCopiesKind, kBwtKind, kLeanKind;

// Precondition: not kEnd.
const Kind& kind_of(BlockKind number);

// Whether the header's kind fits it and, if one is given, the engine.
bool header_fits(const BlockHeader& header, const Engine* engine = nullptr);

// What a reader makes of that. Throws Error(kCorrupt).
void check_header(const BlockPlace& block);
void check_engine(const BlockPlace& block, const Engine& engine);

// The content of a network that may code such blocks by itself.
constexpr Form network_alone(const Layout& layout) {
  return layout.form == Form::kCode ? Form::kBytes : layout.form;
}

constexpr bool is_of_bytes(const Layout& layout) {
  return layout.form == Form::kBytes || layout.form == Form::kCode;
}
// What that effort is for a block: lean ones have no large one, others no small one, and JPEG files
// and lean pixels the usual one alone.
constexpr Effort effort_of(BlockKind kind, const Layout& layout, Effort effort) {
  if (kind == BlockKind::kLean) {
    return effort == Effort::kSmall && layout.form != Form::kPixels ? effort : Effort::kUsual;
  }
  return layout.form != Form::kJpeg && effort == Effort::kLarge ? effort : Effort::kUsual;
}
constexpr bool effort_fits(const BlockHeader& header) {
  return effort_of(header.kind, header.layout, header.effort) == header.effort;
}

// Takes its lengths from content and data.
Coded coded_as(BlockHeader header, Bytes data);

void count_block(BlockKind kind, BlockCounts& counts);

}  // namespace nnzip
