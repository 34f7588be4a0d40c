// SPDX-License-Identifier: Apache-2.0
// Byte after byte, in the order of the content.
#include "codec/kinds/kind_lean.h"

#include "codec/kinds/kind.h"
#include "lean/lean_coder.h"

namespace nnzip {

Bytes encode_lean(std::span<const std::uint8_t> content, const Layout& layout, Effort effort,
                  const BlockProgress& progress) {
  const auto lean = LeanCoder::make(content.size(), layout, effort);
  RangeEncoder coder;
  ProgressReporter report(progress);
  for (const std::uint8_t byte : content) {
    lean->encode(byte, coder);
    report.add(1);
  }
  return coder.finish();
}

namespace {

bool decode(const BlockHeader& header, std::span<const std::uint8_t> coded, const Means& means,
            std::span<std::uint8_t> filtered) {
  const auto lean = LeanCoder::make(filtered.size(), header.layout, header.effort);
  RangeDecoder coder(coded);
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
          return is_of_bytes(header.layout) && header.effort != Effort::kLarge &&
                 chain_fits(header.filters, header.layout, header.content_bytes);
        },
    .encode =
        [](const BlockHeader& header, std::span<const std::uint8_t> filtered, const Means& means) {
          return std::vector{coded_as(
              header, encode_lean(filtered, header.layout, header.effort, means.progress))};
        },
    .decode = decode,
    .memory = [](const BlockHeader& header, const Engine*,
                 int) { return LeanCoder::memory_bytes(header.filtered_bytes(), header.effort); },
};

}  // namespace nnzip
