// SPDX-License-Identifier: Apache-2.0
// Forces one kind of block after the other.
#include "codec/stages.h"

#include <chrono>
#include <iterator>
#include <memory>
#include <optional>

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

// What a stage makes of a block.
struct Trial {
  View view;
  BlockHeader header;
  std::shared_ptr<const Engine> engine;  // null if the stage needs none
};

// Nothing if the stage is not one for such content.
std::optional<Trial> prepare(BlockKind kind, const SourceBlock& block, const FrameModels& models,
                             const Level& level) {
  // A network alone takes bytes as they are, and nothing that is known to be an image.
  if (kind == BlockKind::kNetwork && block.segment.layout.form == Form::kPixels) return {};
  Trial trial;
  const bool looks = kind != BlockKind::kNetwork || models.find(Form::kSamples);
  if (looks) trial.view = choose_view(block.content, block.segment, level.sampling);
  if (kind == BlockKind::kNetwork && trial.view.layout.form != Form::kSamples) trial.view = {};
  trial.header = header_as(kind, block.content, trial.view, level);
  if (needs_model(kind)) {
    const auto place = models.find_for(trial.view.layout);
    if (!place) return {};
    trial.engine = models.all()[*place].engine;
  }
  if (!header_fits(trial.header, trial.engine.get())) return {};
  return trial;
}

// Adds what the stage makes of the block to info, if it is one for such content; returns the bytes
// of coded data.
std::size_t code_block(BlockKind kind, const SourceBlock& block, const FrameModels& models,
                       const Level& level, int threads, std::size_t contexts_bytes,
                       StageInfo& info) {
  const Bytes& content = block.content;
  Means means{nullptr, threads, {}};
  std::vector<Coded> made;
  const double encoding_seconds = seconds_of([&] {
    const auto trial = prepare(kind, block, models, level);
    if (!trial) return;
    means.engine = trial->engine;
    made =
        encode_as(trial->header, content, trial->view, means, level.doubtful_bytes(contexts_bytes));
  });
  if (made.empty()) return 0;
  const Coded& coded = made.back();
  info.encoding_seconds += encoding_seconds;
  info.content_bytes += content.size();
  info.coded_bytes += block_header_bytes(coded.header, models.all().size()) + coded.data.size();
  Bytes back;
  info.decoding_seconds +=
      seconds_of([&] { back = decode_block(coded.header, coded.data, means); });
  if (back != content) {
    throw Error(ErrorCode::kInternal, "the stage " + info.name + " did not give back the content.");
  }
  return coded.data.size();
}

}  // namespace

std::vector<StageInfo> stages_of(Reader& content, const FrameModels& models, const Level& level,
                                 int threads) {
  std::vector<StageInfo> infos;
  for (const BlockKind kind : kStages) infos.emplace_back().name = kind_of(kind).name;
  BlockSource blocks(content, level.block_bytes);
  while (const std::optional<SourceBlock> block = blocks.next()) {
    std::size_t contexts_bytes = 0;
    for (std::size_t i = 0; i < std::size(kStages); ++i) {
      const std::size_t bytes =
          code_block(kStages[i], *block, models, level, threads, contexts_bytes, infos[i]);
      if (kStages[i] == BlockKind::kContexts) contexts_bytes = bytes;
    }
  }
  std::erase_if(infos, [](const StageInfo& info) {
    return info.content_bytes == 0 && info.name != "contexts";
  });
  return infos;
}

}  // namespace nnzip
