// SPDX-License-Identifier: Apache-2.0
// Forces one kind of block after the other.
#include "codec/stages.h"

#include <chrono>
#include <iterator>

#include "codec/block_coder.h"
#include "codec/block_source.h"

namespace nnzip {
namespace {

template <typename Task>
double seconds_of(Task&& task) {
  const auto start = std::chrono::steady_clock::now();
  task();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

constexpr BlockKind kStages[] = {BlockKind::kNetwork, BlockKind::kContexts, BlockKind::kMixed};

// A network of bytes takes content as it is.
bool looks_at_content(BlockKind kind, const Engine* engine) {
  return kind != BlockKind::kNetwork || content_of(*engine) != Form::kBytes;
}

// Adds what the stage makes of the block to info, if it is one for such content; returns the bytes
// of coded data.
std::size_t code_block(BlockKind kind, const SourceBlock& block, const Means& means,
                       const Level& level, std::size_t contexts_bytes, StageInfo& info) {
  const Bytes& content = block.content;
  std::vector<Coded> made;
  const double encoding_seconds = seconds_of([&] {
    const View view = looks_at_content(kind, means.engine.get())
                          ? choose_view(content, block.segment, level.sampling)
                          : View{};
    const BlockHeader header = header_as(kind, content, view, level);
    if (!header_fits(header, means.engine.get())) return;
    made = encode_as(header, content, view, means, level.doubtful_bytes(contexts_bytes));
  });
  if (made.empty()) return 0;
  const Coded& coded = made.back();
  info.encoding_seconds += encoding_seconds;
  info.content_bytes += content.size();
  info.coded_bytes += block_header_bytes(coded.header) + coded.data.size();
  Bytes back;
  info.decoding_seconds +=
      seconds_of([&] { back = decode_block(coded.header, coded.data, means); });
  if (back != content) {
    throw Error(ErrorCode::kInternal, "the stage " + info.name + " did not give back the content.");
  }
  return coded.data.size();
}

}  // namespace

std::vector<StageInfo> stages_of(Reader& content, const std::shared_ptr<const Engine>& engine,
                                 const Level& level, int threads) {
  std::vector<StageInfo> infos;
  for (const BlockKind kind : kStages) infos.emplace_back().name = kind_of(kind).name;
  BlockSource blocks(content);
  while (const std::optional<SourceBlock> block = blocks.next()) {
    std::size_t contexts_bytes = 0;
    for (std::size_t i = 0; i < std::size(kStages); ++i) {
      if (needs_model(kStages[i]) && !engine) continue;
      const std::size_t bytes =
          code_block(kStages[i], *block, {engine, threads, {}}, level, contexts_bytes, infos[i]);
      if (kStages[i] == BlockKind::kContexts) contexts_bytes = bytes;
    }
  }
  std::erase_if(infos, [](const StageInfo& info) {
    return info.content_bytes == 0 && info.name != "contexts";
  });
  return infos;
}

}  // namespace nnzip
