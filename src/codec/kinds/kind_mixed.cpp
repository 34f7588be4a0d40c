// SPDX-License-Identifier: Apache-2.0
// The mixer is serial; the network of other lanes, or of later bytes, is computed beside it.
#include "codec/kinds/kind_mixed.h"

#include <utility>
#include <vector>

#include "codec/kinds/kind.h"
#include "codec/kinds/kind_network.h"
#include "codec/lanes/lockstep.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace {

using Part = std::span<const std::uint8_t>;

MixerPlan mixer_plan(std::size_t content_bytes, const BlockPlan& plan, const Layout& layout) {
  MixerPlan mixer;
  mixer.content_bytes = content_bytes;
  mixer.streams = plan.streams;
  mixer.effort = plan.effort;
  mixer.layout = layout;
  mixer.network = true;
  return mixer;
}

Lockstep::Signed is_signed(const BlockPlan& plan, const Layout& layout) {
  return plan.effort == Effort::kLarge && is_of_bytes(layout) ? Lockstep::Signed::kYes
                                                              : Lockstep::Signed::kNo;
}

BlockPlan plan_of(const BlockHeader& header, std::size_t filtered_bytes) {
  BlockPlan plan = stated_plan(filtered_bytes, header.streams());
  plan.effort = header.effort;
  return plan;
}

bool fits(const BlockHeader& header, const Engine* engine) {
  if (!effort_fits(header)) return false;
  switch (header.layout.form) {
    case Form::kPixels:
      // Predictions go with the taps of the network, in place of a filter.
      return PixelTaps::fits(header.layout) && header.filters.empty() &&
             BlockOrder::fits(header.layout, header.streams()) &&
             (engine == nullptr || engine->content() == Form::kPixels);
    case Form::kSamples:
    case Form::kCompanded:
    case Form::kJpeg:
      return false;
    case Form::kBytes:
    case Form::kCode:
      break;
  }
  return chain_fits(header.filters, header.layout, header.content_bytes) &&
         (engine == nullptr || engine->content() == Form::kBytes ||
          engine->content() == header.layout.form);
}

// The network alone as well, where that is a kind: of bytes without a filter.
std::vector<Coded> encode(const BlockHeader& header, Part filtered, const Means& means) {
  const MixedCoder coder(means.engine, means.threads);
  const BlockPlan plan = plan_of(header, filtered.size());
  BlockHeader alone = header;
  alone.kind = BlockKind::kNetwork;
  alone.effort = Effort::kUsual;
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
  const std::size_t predictions = engine.content() == Form::kPixels ? content_bytes : 0;
  return mixer_plan(content_bytes, plan, layout).memory_bytes() + predictions +
         Lockstep::memory_bytes(engine, threads, static_cast<std::size_t>(plan.streams),
                                is_signed(plan, layout));
}

Bytes MixedCoder::encode(std::span<const std::uint8_t> content, const BlockPlan& plan,
                         const Layout& layout, const BlockProgress& progress,
                         Bytes* network_alone) const {
  Mixer mixer(mixer_plan(content.size(), plan, layout));
  RangeEncoder coder;
  std::vector<RangeEncoder> alone(network_alone != nullptr ? plan.streams : 0);
  ProgressReporter report(progress);
  const BlockOrder order(content.size(), plan.streams, layout);
  const auto next = [&](std::size_t stream, std::size_t position, const Distribution& network) {
    mixer.encode(static_cast<int>(stream), content[position], &network, coder);
    if (network_alone != nullptr) alone[stream].encode(network, content[position]);
    report.add(1);
    return true;
  };
  Lockstep(*engine_, threads_, content, order, layout, Lockstep::Content::kKnown,
           is_signed(plan, layout))
      .run(next);
  if (network_alone != nullptr) *network_alone = join_streams(alone);
  return coder.finish();
}

bool MixedCoder::decode(std::span<const std::uint8_t> coded, const BlockPlan& plan,
                        const Layout& layout, std::span<std::uint8_t> content,
                        const BlockProgress& progress, ByteObserver* observer) const {
  Mixer mixer(mixer_plan(content.size(), plan, layout));
  RangeDecoder coder(coded);
  ProgressReporter report(progress);
  const BlockOrder order(content.size(), plan.streams, layout);
  const auto next = [&](std::size_t stream, std::size_t position, const Distribution& network) {
    ObservedByte observed(observer, coder);
    content[position] =
        mixer.decode(static_cast<int>(stream), &network, coder, observed.expected());
    observed.decoded(position, &network);
    report.add(1);
    return !coder.overrun();
  };
  return Lockstep(*engine_, threads_, content, order, layout, Lockstep::Content::kBecomesKnown,
                  is_signed(plan, layout))
             .run(next) &&
         coder.ended_well();
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
              .decode(coded, plan_of(header, filtered.size()), header.layout, filtered,
                      means.progress, means.observer);
        },
    .memory =
        [](const BlockHeader& header, const Engine* engine, int threads) {
          const std::size_t size = header.filtered_bytes();
          return MixedCoder::memory_bytes(*engine, threads, size, plan_of(header, size),
                                          header.layout);
        },
};

}  // namespace nnzip
