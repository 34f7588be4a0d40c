// SPDX-License-Identifier: Apache-2.0
// Byte after byte, in the order of the content.
#include "codec/kinds/kind_contexts.h"

#include <utility>

#include "codec/kinds/kind.h"
#include "jpeg/jpeg_coder.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace {

MixerPlan mixer_plan(std::size_t content_bytes, const Layout& layout, Effort effort) {
  MixerPlan plan;
  plan.effort = effort;
  plan.content_bytes = content_bytes;
  plan.layout = layout;
  return plan;
}

JpegProgress as_parts(std::size_t content_bytes, const BlockProgress& progress) {
  if (!progress) return {};
  return [&progress, content_bytes](std::uint32_t part) {
    progress(static_cast<std::size_t>(std::uint64_t{content_bytes} * part >> 16));
  };
}

}  // namespace

Bytes encode_contexts(std::span<const std::uint8_t> content, const Layout& layout, Effort effort,
                      const BlockProgress& progress) {
  Mixer mixer(mixer_plan(content.size(), layout, effort));
  RangeEncoder coder;
  ProgressReporter report(progress);
  for (const std::uint8_t byte : content) {
    mixer.encode(0, byte, nullptr, coder);
    report.add(1);
  }
  return coder.finish();
}

bool decode_contexts(std::span<const std::uint8_t> coded, const Layout& layout, Effort effort,
                     std::span<std::uint8_t> content, const BlockProgress& progress,
                     ByteObserver* observer) {
  Mixer mixer(mixer_plan(content.size(), layout, effort));
  RangeDecoder coder(coded);
  ProgressReporter report(progress);
  for (std::size_t i = 0; i < content.size(); ++i) {
    ObservedByte observed(observer, coder);
    content[i] = mixer.decode(0, nullptr, coder, observed.expected());
    observed.decoded(i, nullptr);
    if (coder.overrun()) return false;
    report.add(1);
  }
  return coder.ended_well();
}

namespace {

using Part = std::span<const std::uint8_t>;

// Nothing of what is called a JPEG file and is none that can be taken apart.
std::vector<Coded> encode(const BlockHeader& header, Part filtered, const Means& means) {
  if (header.layout.form != Form::kJpeg) {
    return {
        coded_as(header, encode_contexts(filtered, header.layout, header.effort, means.progress))};
  }
  auto coded = encode_jpeg(filtered, most_jpeg_blocks(header.layout),
                           as_parts(filtered.size(), means.progress));
  if (!coded) return {};
  return {coded_as(header, std::move(*coded))};
}

bool decode(const BlockHeader& header, Part coded, const Means& means,
            std::span<std::uint8_t> filtered) {
  if (header.layout.form != Form::kJpeg) {
    return decode_contexts(coded, header.layout, header.effort, filtered, means.progress,
                           means.observer);
  }
  return decode_jpeg(coded, most_jpeg_blocks(header.layout), filtered,
                     as_parts(filtered.size(), means.progress));
}

}  // namespace

const Kind kContextsKind{
    .number = BlockKind::kContexts,
    .name = "contexts",
    .count = &BlockCounts::context_blocks,
    .fits =
        [](const BlockHeader& header, const Engine*) {
          return effort_fits(header) && !has_filter(header.filters, Filter::kResiduals) &&
                 chain_fits(header.filters, header.layout, header.content_bytes);
        },
    .encode = encode,
    .decode = decode,
    .memory = [](const BlockHeader& header, const Engine*, int) -> std::uint64_t {
      if (header.layout.form == Form::kJpeg) {
        return jpeg_memory_bytes(most_jpeg_blocks(header.layout), header.content_bytes);
      }
      return mixer_plan(header.filtered_bytes(), header.layout, header.effort).memory_bytes();
    },
};

}  // namespace nnzip
