// SPDX-License-Identifier: Apache-2.0
// The mixer is serial; the network of other lanes, or of later bytes, is computed beside it.
#include "codec/kinds/kind_mixed.h"

#include <algorithm>
#include <array>
#include <vector>

#include "codec/kinds/kind.h"
#include "codec/kinds/kind_network.h"
#include "codec/lane_team.h"
#include "codec/lane_turns.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace {

using Part = std::span<const std::uint8_t>;

// Distributions that an encoder has computed ahead, 1 KiB each, and as many that it uses.
constexpr std::size_t kColumns = 512;
constexpr std::size_t kMaxWindow = 64;

std::size_t length_of(const BlockPlan& plan, std::size_t content_bytes, std::size_t stream) {
  const std::size_t begin = std::min(stream * plan.length, content_bytes);
  return std::min(plan.length, content_bytes - begin);
}

// Streams of a block that have a byte at position t are the first ones.
std::size_t active_streams(const BlockPlan& plan, std::size_t content_bytes, std::size_t t) {
  auto active = static_cast<std::size_t>(plan.streams);
  while (active > 0 && length_of(plan, content_bytes, active - 1) <= t) --active;
  return active;
}

std::size_t active_in(const LaneTeam& team, std::size_t group, std::size_t active) {
  const std::size_t first = team.first_lane(group);
  return active <= first ? 0 : std::min(active - first, team.lanes(group));
}

// Positions [begin, begin + count) of the streams that have them all: the first `active` ones.
struct Window {
  std::size_t begin = 0, count = 0, active = 0;
};

Window window_at(const BlockPlan& plan, std::size_t content_bytes, std::size_t begin) {
  const std::size_t active = active_streams(plan, content_bytes, begin);
  if (active == 0) return {};
  const std::size_t left = length_of(plan, content_bytes, active - 1) - begin;
  return {begin, std::min(std::clamp<std::size_t>(kColumns / active, 1, kMaxWindow), left), active};
}

// Computes the distributions of a block's known bytes, one window ahead of their use.
class WindowScorer {
 public:
  WindowScorer(LaneTeam& team, Part content, const BlockPlan& plan)
      : team_(team), content_(content), plan_(plan), groups_(team.groups()) {}

  // Precondition: what was started before has been waited for.
  void start(const Window& window) {
    half_ ^= 1;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const std::size_t lanes = active_in(team_, g, window.active);
      if (lanes == 0) continue;
      Half& half = groups_[g][half_];
      half.count = window.count;
      half.symbols.clear();
      half.next.resize(lanes * window.count);
      for (std::size_t i = 0; i < lanes; ++i) {
        const std::size_t at = (team_.first_lane(g) + i) * plan_.length + window.begin;
        for (std::size_t t = 0; t < window.count; ++t) {
          half.symbols.push_back(window.begin + t == 0 ? std::uint8_t{0} : content_[at + t - 1]);
        }
      }
      team_.start(g, half.symbols, {}, static_cast<int>(lanes), static_cast<int>(window.count),
                  half.next);
    }
  }

  void wait() {
    for (std::size_t g = 0; g < groups_.size(); ++g) team_.wait(g);
    ready_ = half_;
  }

  // In the window waited for last.
  const Distribution& at(std::size_t group, std::size_t lane, std::size_t t) const {
    const Half& half = groups_[group][ready_];
    return half.next[lane * half.count + t];
  }

 private:
  struct Half {
    std::size_t count = 0;
    std::vector<std::uint8_t> symbols;  // [lanes][count]
    std::vector<Distribution> next;     // [lanes][count]
  };
  LaneTeam& team_;
  Part content_;
  BlockPlan plan_;
  std::vector<std::array<Half, 2>> groups_;
  std::size_t half_ = 0, ready_ = 0;
};

void encode_with_network(const Engine& engine, int threads, Part content, const BlockPlan& plan,
                         Mixer& mixer, RangeEncoder& coder, ProgressReporter& report,
                         std::span<RangeEncoder> network_alone) {
  LaneTeam team(engine, threads, static_cast<std::size_t>(plan.streams), LaneTeam::Use::kAhead);
  WindowScorer scorer(team, content, plan);
  Window window = window_at(plan, content.size(), 0);
  scorer.start(window);
  while (window.count > 0) {
    scorer.wait();
    const Window next = window_at(plan, content.size(), window.begin + window.count);
    if (next.count > 0) scorer.start(next);
    for (std::size_t t = 0; t < window.count; ++t) {
      for (std::size_t g = 0; g < team.groups(); ++g) {
        for (std::size_t i = 0; i < active_in(team, g, window.active); ++i) {
          const std::size_t stream = team.first_lane(g) + i;
          const std::uint8_t byte = content[stream * plan.length + window.begin + t];
          const Distribution& network = scorer.at(g, i, t);
          mixer.encode(static_cast<int>(stream), byte, &network, coder);
          if (!network_alone.empty()) network_alone[stream].encode(network, byte);
        }
      }
    }
    report.add(window.active * window.count);
    window = next;
  }
}

MixerPlan mixer_plan(std::size_t content_bytes, const BlockPlan& plan, const Layout& layout) {
  MixerPlan mixer;
  mixer.content_bytes = content_bytes;
  mixer.streams = plan.streams;
  mixer.layout = layout;
  mixer.network = true;
  return mixer;
}

bool fits(const BlockHeader& header, const Engine* network) {
  switch (header.layout.form) {
    case Form::kPixels:
      // Predictions go with the taps of the network, in place of a filter.
      return PixelTaps::fits(header.layout) && header.filter == Filter::kNone &&
             BlockOrder::fits(header.layout, header.streams()) &&
             (network == nullptr || content_of(*network) == Form::kPixels);
    case Form::kSamples:
      return false;
    case Form::kBytes:
    case Form::kCode:
      break;
  }
  return filter_fits(header.filter, header.layout) &&
         (network == nullptr || content_of(*network) == Form::kBytes);
}

// The network alone as well, where that is a kind: of bytes without a filter.
std::vector<Coded> encode(const BlockHeader& header, Part filtered, const Means& means) {
  const MixedCoder coder(means.engine, means.threads);
  const BlockPlan plan = stated_plan(filtered.size(), header.streams());
  BlockHeader alone = header;
  alone.kind = BlockKind::kNetwork;
  alone.layout = {};
  std::vector<Coded> made;
  if (kNetworkKind.fits(alone, means.engine.get())) {
    Bytes by_network;
    Bytes mixed = coder.encode(filtered, plan, header.layout, means.progress, &by_network);
    made.push_back(coded_as(alone, std::move(by_network)));
    made.push_back(coded_as(header, std::move(mixed)));
  } else {
    made.push_back(coded_as(header, coder.encode(filtered, plan, header.layout, means.progress)));
  }
  return made;
}

}  // namespace

MixedCoder::MixedCoder(std::shared_ptr<const Engine> engine, int threads)
    : engine_(std::move(engine)), threads_(threads) {}

std::uint64_t MixedCoder::memory_bytes(const Engine& engine, int threads, std::size_t content_bytes,
                                       const BlockPlan& plan, const Layout& layout) {
  const std::size_t predictions = engine.taps().empty() ? 0 : content_bytes;
  const auto lanes = static_cast<std::size_t>(plan.streams);
  std::uint64_t sessions = 0;
  for (const LaneTeam::Use use : {LaneTeam::Use::kAhead, LaneTeam::Use::kInTurns}) {
    const std::size_t groups = LaneTeam::group_count(threads, lanes, use);
    const auto group_lanes = static_cast<int>((lanes + groups - 1) / groups);
    sessions = std::max(sessions, groups * engine.session_bytes(group_lanes));
  }
  return mixer_plan(content_bytes, plan, layout).memory_bytes() + predictions + sessions +
         2 * std::max(kColumns, lanes) * (sizeof(Distribution) + kMaxTaps + 1);
}

Bytes MixedCoder::encode(std::span<const std::uint8_t> content, const BlockPlan& plan,
                         const Layout& layout, const BlockProgress& progress,
                         Bytes* network_alone) const {
  Mixer mixer(mixer_plan(content.size(), plan, layout));
  RangeEncoder coder;
  ProgressReporter report(progress);
  if (layout.form == Form::kPixels) {
    // Step by step as the decoder does it: rows make windows of no use where streams are many.
    const BlockOrder order(content.size(), plan.streams, layout);
    LaneTurns(*engine_, threads_, content, order, layout)
        .run([&](std::size_t stream, std::size_t position, const Distribution& network) {
          mixer.encode(static_cast<int>(stream), content[position], &network, coder);
          report.add(1);
          return true;
        });
  } else {
    std::vector<RangeEncoder> streams(network_alone != nullptr ? plan.streams : 0);
    encode_with_network(*engine_, threads_, content, plan, mixer, coder, report, streams);
    if (network_alone != nullptr) {
      std::vector<Bytes> coded;
      for (RangeEncoder& stream : streams) coded.push_back(stream.finish());
      *network_alone = join_streams(coded);
    }
  }
  return coder.finish();
}

bool MixedCoder::decode(std::span<const std::uint8_t> coded, const BlockPlan& plan,
                        const Layout& layout, std::span<std::uint8_t> content,
                        const BlockProgress& progress) const {
  Mixer mixer(mixer_plan(content.size(), plan, layout));
  RangeDecoder coder(coded);
  ProgressReporter report(progress);
  const BlockOrder order(content.size(), plan.streams, layout);
  const auto next = [&](std::size_t stream, std::size_t position, const Distribution& network) {
    content[position] = mixer.decode(static_cast<int>(stream), &network, coder);
    report.add(1);
    return !coder.overrun();
  };
  return LaneTurns(*engine_, threads_, content, order, layout).run(next) && coder.ended_well();
}

const Kind kMixedKind{
    .number = BlockKind::kMixed,
    .name = "mixed",
    .count = &BlockCounts::mixed_blocks,
    .fits = fits,
    .encode = encode,
    .decode =
        [](const BlockHeader& header, Part coded, const Means& means,
           std::span<std::uint8_t> filtered) {
          return MixedCoder(means.engine, means.threads)
              .decode(coded, stated_plan(filtered.size(), header.streams()), header.layout,
                      filtered, means.progress);
        },
    .memory =
        [](const BlockHeader& header, const Engine* engine, int threads) {
          const std::size_t size = header.filtered_bytes();
          return MixedCoder::memory_bytes(*engine, threads, size,
                                          stated_plan(size, header.streams()), header.layout);
        },
};

}  // namespace nnzip
