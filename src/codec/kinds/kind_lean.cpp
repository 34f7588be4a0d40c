// SPDX-License-Identifier: Apache-2.0
// Byte after byte, in the order of the content.
#include "codec/kinds/kind_lean.h"

#include "codec/kinds/kind.h"
#include "lean/lean_coder.h"
#include "lean/pixel_coder.h"
#include "lean/sample_coder.h"

namespace nnzip {
namespace {

constexpr std::size_t kLeastWeighted = 1024;

// Content may be too short for its weights, which take some 30 bytes, and bytes of instructions
// have bits of their own.
lean::ByteTree::Weights good_weights(std::span<const std::uint8_t> content, const Layout& layout) {
  const bool even = layout.form == Form::kCode || content.size() < kLeastWeighted;
  return even ? lean::even_weights() : lean::weights_of(content);
}

}  // namespace

Bytes encode_lean(std::span<const std::uint8_t> content, const Layout& layout, Effort effort,
                  const BlockProgress& progress) {
  ProgressReporter report(progress);
  if (!is_of_bytes(layout)) {
    std::size_t before = 0;
    const auto done = [&](std::size_t bytes) {
      report.add(bytes - before);
      before = bytes;
    };
    return layout.form == Form::kSamples ? encode_samples(content, layout, effort, done)
                                         : encode_pixels(content, layout, done);
  }
  const auto weights = good_weights(content, layout);
  RangeEncoder coder;
  lean::encode_weights(weights, coder);
  const auto lean = LeanCoder::make(content.size(), layout, effort, lean::ByteTree(weights));
  for (const std::uint8_t byte : content) {
    lean->encode(byte, coder);
    report.add(1);
  }
  return coder.finish();
}

namespace {

bool decode_numbers(RangeDecoder& coder, const BlockHeader& header, const Means& means,
                    std::span<std::uint8_t> filtered) {
  ProgressReporter report(means.progress);
  std::size_t before = 0;
  std::int64_t spent = 0;
  const auto number_done = [&](std::size_t done) {
    report.add(done - before);
    if (means.observer == nullptr) {
      before = done;
      return;
    }
    // A number's first byte bears its cost.
    for (const std::int64_t now = coder.cost(); before < done; spent = now) {
      means.observer->byte(before++, now - spent, nullptr, {});
    }
  };
  return header.layout.form == Form::kSamples
             ? decode_samples(coder, header.layout, header.effort, filtered, number_done)
             : decode_pixels(coder, header.layout, filtered, number_done);
}

bool decode(const BlockHeader& header, std::span<const std::uint8_t> coded, const Means& means,
            std::span<std::uint8_t> filtered) {
  RangeDecoder coder(coded);
  if (!is_of_bytes(header.layout)) return decode_numbers(coder, header, means, filtered);
  const auto weights = lean::decode_weights(coder);
  if (!lean::any(weights)) return false;
  const auto lean =
      LeanCoder::make(filtered.size(), header.layout, header.effort, lean::ByteTree(weights));
  ProgressReporter report(means.progress);
  for (std::size_t i = 0; i < filtered.size(); ++i) {
    ObservedByte observed(means.observer, coder);
    filtered[i] = lean->decode(coder, observed.expected());
    observed.decoded(i, nullptr);
    if (coder.overrun()) return false;
    report.add(1);
  }
  return coder.ended_well();
}

}  // namespace

const Kind kLeanKind{
    .number = BlockKind::kLean,
    .name = "lean",
    .count = &BlockCounts::lean_blocks,
    .fits =
        [](const BlockHeader& header, const Engine*) {
          const Form form = header.layout.form;
          return (is_of_bytes(header.layout) || form == Form::kPixels || form == Form::kSamples) &&
                 effort_fits(header) && !has_filter(header.filters, Filter::kResiduals) &&
                 chain_fits(header.filters, header.layout, header.content_bytes);
        },
    .encode =
        [](const BlockHeader& header, std::span<const std::uint8_t> filtered, const Means& means) {
          return std::vector{coded_as(
              header, encode_lean(filtered, header.layout, header.effort, means.progress))};
        },
    .decode = decode,
    .memory =
        [](const BlockHeader& header, const Engine*, int) {
          if (header.layout.form == Form::kSamples) {
            return sample_coder_memory(header.layout, header.effort, header.filtered_bytes());
          }
          if (!is_of_bytes(header.layout)) {
            return pixel_coder_memory(header.layout, header.filtered_bytes());
          }
          return LeanCoder::memory_bytes(header.filtered_bytes(), header.effort);
        },
};

}  // namespace nnzip
