// SPDX-License-Identifier: Apache-2.0
// The list of the rows.
#include <algorithm>
#include <array>
#include <utility>

#include "codec/kinds/kind.h"

namespace nnzip {
namespace {

constexpr std::array kKinds = {&kStoredKind, &kZstdKind,     &kNetworkKind,
                               &kMixedKind,  &kContextsKind, &kGroupKind,
                               &kCopiesKind, &kBwtKind,      &kLeanKind};

[[noreturn]] void corrupt(const BlockPlace& block, const char* problem) {
  throw Error(ErrorCode::kCorrupt, to_string(block.place) + ": " + problem);
}

}  // namespace

const Kind& kind_of(BlockKind number) {
  return **std::find_if(kKinds.begin(), kKinds.end(),
                        [&](const Kind* kind) { return kind->number == number; });
}

bool header_fits(const BlockHeader& header, const Engine* engine) {
  return kind_of(header.kind).fits(header, engine);
}

void check_header(const BlockPlace& block) {
  if (header_fits(block.header)) return;
  corrupt(block, "the block's layout is not one that the format has.");
}

void check_engine(const BlockPlace& block, const Engine& engine) {
  if (header_fits(block.header, &engine)) return;
  corrupt(block, "the block's content is not of the kind that its model is for.");
}

Coded coded_as(BlockHeader header, Bytes data) {
  header.coded_bytes = static_cast<std::uint32_t>(data.size());
  return {header, std::move(data), {}, {}};
}

void count_block(BlockKind kind, BlockCounts& counts) {
  ++counts.blocks;
  ++(counts.*kind_of(kind).count);
}

}  // namespace nnzip
