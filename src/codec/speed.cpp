// SPDX-License-Identifier: Apache-2.0
// Blocks are coded as the compressor codes them, but the kind that needs a network is not given up
// where another would be smaller: figures shall not depend on what the network knows.
#include "codec/speed.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

#include "codec/kinds/kind_contexts.h"
#include "codec/kinds/kind_mixed.h"
#include "codec/parallel.h"
#include "detect/statistics.h"
#include "layout/block_plan.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace {

constexpr SpeedInfo::Shape kShapes[] = {{1, 1}, {4, 1}, {8, 1}, {32, 1}, {64, 1}, {32, 16}};
constexpr std::size_t kMixedBytes = std::size_t{256} << 10;
constexpr std::size_t kMixedWindow = 8;

class Stopwatch {
 public:
  SpeedInfo::Time time() const {
    return {std::chrono::duration<double>(Clock::now() - start_).count(),
            static_cast<double>(std::clock() - processor_start_) / CLOCKS_PER_SEC};
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
  std::clock_t processor_start_ = std::clock();
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

// What the serial stages take beside the network, on streams of the content's start.
void add_serial_stages(std::span<const std::uint8_t> content, const Engine& engine,
                       SpeedInfo& info) {
  content = content.first(std::min(content.size(), kMixedBytes));
  const BlockPlan plan =
      stated_plan(content.size(), content.size() < kMixedBytes ? 1 : kPlannedStreams);
  const auto streams = static_cast<std::size_t>(plan.streams);
  const auto session = engine.session(plan.streams);
  Mixer mixer({content.size(), plan.streams, {}, true, 0});
  RangeEncoder mixed, alone;
  std::vector<std::uint8_t> symbols;
  std::vector<Distribution> next;
  // Which values taps have does not matter for the time.
  const std::vector<std::uint8_t> taps(streams * kMixedWindow * engine.taps().size());
  for (std::size_t t = 0; t < plan.length; t += kMixedWindow) {
    const std::size_t window = std::min(kMixedWindow, plan.length - t);
    symbols.clear();
    for (std::size_t i = 0; i < streams; ++i) {
      for (std::size_t p = t; p < t + window; ++p) {
        symbols.push_back(p == 0 ? std::uint8_t{0} : content[i * plan.length + p - 1]);
      }
    }
    next.resize(symbols.size());
    session->score(symbols, std::span(taps).first(symbols.size() * engine.taps().size()),
                   plan.streams, static_cast<int>(window), next);
    const Stopwatch mixing;
    for (std::size_t at = 0; at < window; ++at) {
      for (std::size_t i = 0; i < streams; ++i) {
        mixer.encode(static_cast<int>(i), content[i * plan.length + t + at], &next[i * window + at],
                     mixed);
      }
    }
    info.mixing_seconds += mixing.time().processor_seconds;
    const Stopwatch coding;
    for (std::size_t k = 0; k < next.size(); ++k) {
      alone.encode(next[k], content[k / window * plan.length + t + k % window]);
    }
    info.coding_seconds += coding.time().processor_seconds;
  }
  info.mixing_seconds /= static_cast<double>(content.size());
  info.coding_seconds /= static_cast<double>(content.size());
}

struct CodedBlock {
  std::span<const std::uint8_t> content;
  Layout layout;
  Bytes coded;
};

}  // namespace

SpeedInfo speed_of(std::span<const std::uint8_t> content,
                   const std::shared_ptr<const Engine>& engine, const Level& level, int threads) {
  SpeedInfo info;
  info.device = engine->description();
  info.peak = engine->peak();
  add_parts(*engine, info);
  add_serial_stages(content, *engine, info);
  // Its blocks need layouts, which not every content has.
  if (engine->content() != Form::kBytes) return info;

  std::vector<CodedBlock> blocks;
  for (std::size_t at = 0; at < content.size(); at += kMaxBlockBytes) {
    blocks.push_back({content.subspan(at, std::min(kMaxBlockBytes, content.size() - at)), {}, {}});
  }
  const auto each = std::max(1, threads / static_cast<int>(blocks.size()));
  const Stopwatch encoding;
  parallel_for(threads, blocks.size(), [&](std::size_t i) {
    CodedBlock& block = blocks[i];
    const std::size_t size = block.content.size();
    block.layout = detect_layout(block.content);
    Bytes network_alone = encode_contexts(block.content, block.layout);
    block.coded =
        MixedCoder(engine, each)
            .encode(block.content, plan_block(size, level.min_stream_bytes, {}, level.max_streams),
                    block.layout, {}, &network_alone);
  });
  info.encoding = encoding.time();
  std::vector<std::uint8_t> good(blocks.size());
  const Stopwatch decoding;
  parallel_for(threads, blocks.size(), [&](std::size_t i) {
    const CodedBlock& block = blocks[i];
    Bytes back(block.content.size());
    good[i] = MixedCoder(engine, each)
                  .decode(block.coded,
                          plan_block(back.size(), level.min_stream_bytes, {}, level.max_streams),
                          block.layout, back, {}) &&
              std::equal(back.begin(), back.end(), block.content.begin());
  });
  info.decoding = decoding.time();
  info.content_bytes = content.size();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    info.coded_bytes += blocks[i].coded.size();
    if (good[i] == 0) throw Error(ErrorCode::kInternal, "the content did not come back as it was.");
  }
  return info;
}

}  // namespace nnzip
