// SPDX-License-Identifier: Apache-2.0
// Blocks are coded as the compressor codes them, but the way that needs a network is not given up
// where another would be smaller: figures shall not depend on what the network knows.
#include "codec/speed.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>
#include <utility>
#include <vector>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "codec/lanes/lockstep.h"
#include "codec/parallel.h"
#include "layout/block_plan.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace {

constexpr SpeedInfo::Shape kShapes[] = {{1, 1}, {4, 1}, {8, 1}, {32, 1}, {64, 1}, {32, 16}};
constexpr std::size_t kMixedBytes = std::size_t{256} << 10;
// Bytes between two looks at the clock, which take longer than coding one.
constexpr std::size_t kBatch = 128;

class Stopwatch {
 public:
  SpeedInfo::Time time() const {
    return {std::chrono::duration<double>(Clock::now() - start_).count(),
            processor_seconds() - processor_start_};
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);  // clock() is the wall's on Windows
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  Clock::time_point start_ = Clock::now();
  double processor_start_ = processor_seconds();
};

void add_parts(const Engine& engine, SpeedInfo& info) {
  for (const SpeedInfo::Shape& shape : kShapes) {
    const Profile profile = engine.profile(shape.streams, shape.positions);
    if (profile.parts.empty()) return;
    info.shapes.push_back(shape);
    info.parts.resize(profile.parts.size());
    for (std::size_t i = 0; i < profile.parts.size(); ++i) {
      info.parts[i].name = profile.parts[i].name;
      info.parts[i].macs = profile.parts[i].macs;
      info.parts[i].seconds.push_back(profile.parts[i].seconds);
    }
  }
}

// What the serial stages take beside the network, on the start of a block.
void add_serial_stages(std::span<const std::uint8_t> content, const Layout& layout,
                       const Engine& engine, SpeedInfo& info) {
  content = content.first(std::min(content.size(), kMixedBytes));
  const BlockPlan plan = plan_block(content.size(), kMixedBytes / kPlannedStreams, layout);
  const BlockOrder order(content.size(), plan.streams, layout);
  MixerPlan of_mixer;
  of_mixer.content_bytes = content.size();
  of_mixer.streams = plan.streams;
  of_mixer.layout = layout;
  of_mixer.network = true;
  Mixer mixer(of_mixer);
  RangeEncoder mixed, alone;
  struct Next {
    int stream;
    std::uint8_t byte;
    Distribution network;
  };
  std::vector<Next> batch;
  std::size_t left = content.size();
  const auto code = [&](std::size_t stream, std::size_t position, const Distribution& network) {
    batch.push_back({static_cast<int>(stream), content[position], network});
    if (--left > 0 && batch.size() < kBatch) return true;
    const Stopwatch mixing;
    for (const Next& next : batch) mixer.encode(next.stream, next.byte, &next.network, mixed);
    info.mixing_seconds += mixing.time().processor_seconds;
    const Stopwatch coding;
    for (const Next& next : batch) alone.encode(next.network, next.byte);
    info.coding_seconds += coding.time().processor_seconds;
    batch.clear();
    return true;
  };
  Lockstep(engine, 1, content, order, layout, Lockstep::Content::kKnown).run(code);
  info.mixing_seconds /= static_cast<double>(content.size());
  info.coding_seconds /= static_cast<double>(content.size());
}

struct Block {
  Bytes content;
  View view;
  Coded coded;  // at first the header alone
};

std::vector<Block> blocks_of(Reader& content, const Level& level) {
  std::vector<Block> blocks;
  BlockSource source(content, level.block_bytes);
  while (std::optional<SourceBlock> next = source.next()) {
    View view = choose_view(next->content, next->segment, level.sampling);
    blocks.push_back({std::move(next->content), std::move(view), {}});
  }
  return blocks;
}

// The model that codes most of the content, the first one if none does.
const FrameModels::Model& model_of(const std::vector<Block>& blocks, const FrameModels& models) {
  std::vector<std::size_t> bytes(models.all().size());
  for (const Block& block : blocks) {
    const auto place = models.find_for(block.view.layout);
    if (place) bytes[*place] += block.content.size();
  }
  return models.all()[static_cast<std::size_t>(std::ranges::max_element(bytes) - bytes.begin())];
}

// Leaves those that the network can code, the way that it takes part in.
void keep_fitting(std::vector<Block>& blocks, BlockKind kind, const Engine& engine,
                  const Level& level) {
  for (Block& block : blocks) {
    block.coded.header = header_as(kind, block.content, block.view, level);
  }
  std::erase_if(blocks,
                [&](const Block& block) { return !header_fits(block.coded.header, &engine); });
}

void encode(Block& block, const Means& means, const Level& level) {
  encode_as(header_as(BlockKind::kContexts, block.content, block.view, level), block.content,
            block.view, {});
  // Never with a single stream as well, which depends on sizes.
  constexpr std::size_t kNoDoubt = std::numeric_limits<std::size_t>::max();
  block.coded =
      std::move(encode_as(block.coded.header, block.content, block.view, means, kNoDoubt).back());
}

void add_whole_runs(std::vector<Block>& blocks, const std::shared_ptr<const Engine>& engine,
                    const Level& level, int threads, SpeedInfo& info) {
  const Means means{engine, std::max(1, threads / static_cast<int>(blocks.size())), {}};
  const Stopwatch encoding;
  parallel_for(threads, blocks.size(), [&](std::size_t i) { encode(blocks[i], means, level); });
  info.encoding = encoding.time();
  std::vector<Bytes> back(blocks.size());
  const Stopwatch decoding;
  parallel_for(threads, blocks.size(), [&](std::size_t i) {
    back[i] = decode_block(blocks[i].coded.header, blocks[i].coded.data, means);
  });
  info.decoding = decoding.time();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    info.content_bytes += blocks[i].content.size();
    info.coded_bytes += blocks[i].coded.data.size();
    if (back[i] != blocks[i].content) {
      throw Error(ErrorCode::kInternal, "the content did not come back as it was.");
    }
  }
}

}  // namespace

SpeedInfo speed_of(Reader& content, const FrameModels& models, const Level& level, int threads) {
  std::vector<Block> blocks = blocks_of(content, level);
  const auto& [id, name, engine] = model_of(blocks, models);
  // Of samples the network predicts what a filter leaves, without contexts.
  const BlockKind kind =
      engine->content() == Form::kSamples ? BlockKind::kNetwork : BlockKind::kMixed;
  SpeedInfo info;
  info.model = name;
  info.device = engine->description();
  info.peak = engine->peak();
  info.kind = kind_of(kind).name;
  add_parts(*engine, info);
  keep_fitting(blocks, kind, *engine, level);
  if (blocks.empty()) return info;
  const Block& first = blocks.front();
  if (kind == BlockKind::kMixed) {
    add_serial_stages(first.view.of(first.content), first.view.layout, *engine, info);
  }
  add_whole_runs(blocks, engine, level, threads, info);
  return info;
}

}  // namespace nnzip
