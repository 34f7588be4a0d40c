// SPDX-License-Identifier: Apache-2.0
// Byte after byte, in the order of the content.
#include "codec/kinds/kind_contexts.h"

#include "codec/kinds/kind.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace {

MixerPlan mixer_plan(std::size_t content_bytes, const Layout& layout) {
  MixerPlan plan;
  plan.content_bytes = content_bytes;
  plan.layout = layout;
  return plan;
}

}  // namespace

Bytes encode_contexts(std::span<const std::uint8_t> content, const Layout& layout,
                      const BlockProgress& progress) {
  Mixer mixer(mixer_plan(content.size(), layout));
  RangeEncoder coder;
  ProgressReporter report(progress);
  for (const std::uint8_t byte : content) {
    mixer.encode(0, byte, nullptr, coder);
    report.add(1);
  }
  return coder.finish();
}

bool decode_contexts(std::span<const std::uint8_t> coded, const Layout& layout,
                     std::span<std::uint8_t> content, const BlockProgress& progress) {
  Mixer mixer(mixer_plan(content.size(), layout));
  RangeDecoder coder(coded);
  ProgressReporter report(progress);
  for (std::uint8_t& byte : content) {
    byte = mixer.decode(0, nullptr, coder);
    if (coder.overrun()) return false;
    report.add(1);
  }
  return coder.ended_well();
}

const Kind kContextsKind{
    .number = BlockKind::kContexts,
    .name = "contexts",
    .count = &BlockCounts::context_blocks,
    .fits =
        [](const BlockHeader& header, const Engine*) {
          return !has_filter(header.filters, Filter::kResiduals) &&
                 chain_fits(header.filters, header.layout, header.content_bytes);
        },
    .encode =
        [](const BlockHeader& header, std::span<const std::uint8_t> filtered, const Means& means) {
          return std::vector{
              coded_as(header, encode_contexts(filtered, header.layout, means.progress))};
        },
    .decode =
        [](const BlockHeader& header, std::span<const std::uint8_t> coded, const Means& means,
           std::span<std::uint8_t> filtered) {
          return decode_contexts(coded, header.layout, filtered, means.progress);
        },
    .memory = [](const BlockHeader& header, const Engine*, int) -> std::uint64_t {
      return mixer_plan(header.filtered_bytes(), header.layout).memory_bytes();
    },
};

}  // namespace nnzip
