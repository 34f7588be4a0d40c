// SPDX-License-Identifier: Apache-2.0
// Forces one kind of block after the other.
#include "codec/stages.h"

#include <chrono>
#include <iterator>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "codec/mixed_block.h"
#include "split/block_plan.h"

namespace nnzip {
namespace {

template <typename Task>
double seconds_of(Task&& task) {
  const auto start = std::chrono::steady_clock::now();
  task();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Stage {
  const char* name;
  BlockKind kind;
};

constexpr Stage kStages[] = {{"network", BlockKind::kModel},
                             {"contexts", BlockKind::kContexts},
                             {"mixed", BlockKind::kMixed}};

// With its header, as in a frame.
std::uint64_t block_bytes(const BlockHeader& header) {
  return block_header_bytes(header) + header.coded_bytes;
}

// Adds what the stage makes of the block to info, if it is one for such content; returns the bytes
// of coded data.
std::size_t code_block(const Stage& stage, const SourceBlock& block,
                       const std::shared_ptr<const Engine>& engine, const Level& level, int threads,
                       std::size_t contexts_bytes, StageInfo& info) {
  const Bytes& content = block.content;
  std::optional<Choice> made;
  const double encoding_seconds = seconds_of([&] {
    made =
        encode_block_as(stage.kind, content, block.segment, engine, level, threads, contexts_bytes);
  });
  if (!made) return 0;
  Choice& choice = *made;
  info.encoding_seconds += encoding_seconds;
  info.content_bytes += content.size();
  const std::size_t coded_bytes = choice.coded.size();
  BlockHeader header{choice.kind,
                     choice.log2_streams,
                     static_cast<std::uint32_t>(content.size()),
                     static_cast<std::uint32_t>(coded_bytes),
                     0,
                     choice.layout,
                     choice.filter};
  info.coded_bytes += block_bytes(header);
  Bytes back;
  info.decoding_seconds += seconds_of(
      [&] { back = decode_block(header, std::move(choice.coded), engine, threads, {}); });
  if (back != content) {
    throw Error(ErrorCode::kInternal,
                std::string("the stage ") + stage.name + " did not give back the content.");
  }
  return coded_bytes;
}

}  // namespace

std::vector<StageInfo> stages_of(Reader& content, const std::shared_ptr<const Engine>& engine,
                                 const Level& level, int threads) {
  std::vector<StageInfo> infos;
  for (const Stage& stage : kStages) infos.emplace_back().name = stage.name;
  BlockSource blocks(content);
  while (const std::optional<SourceBlock> block = blocks.next()) {
    std::size_t contexts_bytes = 0;
    for (std::size_t i = 0; i < std::size(kStages); ++i) {
      const Stage& stage = kStages[i];
      if (needs_model(stage.kind) && !engine) continue;
      const std::size_t bytes =
          code_block(stage, *block, engine, level, threads, contexts_bytes, infos[i]);
      if (stage.kind == BlockKind::kContexts) contexts_bytes = bytes;
    }
  }
  std::erase_if(infos, [](const StageInfo& info) {
    return info.content_bytes == 0 && info.name != "contexts";
  });
  return infos;
}

}  // namespace nnzip
