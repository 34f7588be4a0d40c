// SPDX-License-Identifier: Apache-2.0
// Forces one kind of block after the other.
#include "codec/stages.h"

#include <chrono>

#include "codec/block_coder.h"
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

void code_block(const Stage& stage, std::span<const std::uint8_t> content,
                const std::shared_ptr<const Engine>& engine, int threads, StageInfo& info) {
  Choice choice;
  info.encoding_seconds +=
      seconds_of([&] { choice = encode_block_as(stage.kind, content, engine, threads, {}); });
  BlockHeader header{choice.kind,
                     choice.log2_streams,
                     static_cast<std::uint32_t>(content.size()),
                     static_cast<std::uint32_t>(choice.coded.size()),
                     0,
                     choice.layout,
                     choice.filter};
  info.coded_bytes += block_bytes(header);
  Bytes back;
  info.decoding_seconds += seconds_of(
      [&] { back = decode_block(header, std::move(choice.coded), engine, threads, {}); });
  if (!std::equal(back.begin(), back.end(), content.begin(), content.end())) {
    throw Error(ErrorCode::kInternal,
                std::string("the stage ") + stage.name + " did not give back the content.");
  }
}

}  // namespace

std::vector<StageInfo> stages_of(std::span<const std::uint8_t> content,
                                 const std::shared_ptr<const Engine>& engine, int threads) {
  std::vector<StageInfo> infos;
  for (const Stage& stage : kStages) {
    if (needs_model(stage.kind) && !engine) continue;
    StageInfo& info = infos.emplace_back();
    info.name = stage.name;
    for (std::size_t at = 0; at < content.size(); at += kMaxBlockBytes) {
      code_block(stage, content.subspan(at, std::min(kMaxBlockBytes, content.size() - at)), engine,
                 threads, info);
    }
  }
  return infos;
}

}  // namespace nnzip
