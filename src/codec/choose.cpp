// SPDX-License-Identifier: Apache-2.0
// Measured code length decides; nothing else is believed.
#include "codec/choose.h"

#include <algorithm>
#include <vector>

#include "codec/mixed_block.h"

namespace nnzip {
namespace {

// Of each proposal this part of the content is coded, but not less than the least.
constexpr std::size_t kSampledPart = 24;
constexpr std::size_t kLeastSample = 8 << 10;
constexpr std::size_t kLeastRows = 12;

// From the middle of the content, beginning where its rows or frames do.
std::span<const std::uint8_t> sample_of(std::span<const std::uint8_t> content,
                                        const Segment& segment) {
  const Layout& layout = segment.layout;
  const std::size_t unit = layout.form == Form::kPixels ? layout.stride : layout.element;
  const std::size_t least = std::max(kLeastSample, kLeastRows * unit);
  const std::size_t size = std::max(content.size() / kSampledPart, std::min(least, content.size()));
  return content.subspan((content.size() - size) / 2 / unit * unit, size);
}

std::size_t coded_bytes(std::span<const std::uint8_t> sample, const Proposal& proposal) {
  const Bytes filtered = filtered_copy(sample, proposal);
  const auto content = filtered.empty() ? sample : std::span<const std::uint8_t>(filtered);
  return MixedCoder(nullptr, 1).encode(content, {1, content.size()}, proposal.layout, {}).size();
}

}  // namespace

Bytes filtered_copy(std::span<const std::uint8_t> content, const Proposal& proposal) {
  if (proposal.filter == Filter::kNone) return {};
  Bytes filtered(content.begin(), content.end());
  apply_filter(proposal.filter, proposal.layout, filtered);
  return filtered;
}

Proposal choose_proposal(std::span<const std::uint8_t> content, const Segment& segment) {
  std::vector<Proposal> proposals;
  if (segment.layout.form != Form::kBytes) proposals.push_back({segment.layout});
  proposals.push_back({detect_layout(content)});
  if (proposals.size() == 1) return proposals.front();
  const auto sample = sample_of(content, segment);
  std::vector<std::size_t> sizes;
  for (const Proposal& proposal : proposals) sizes.push_back(coded_bytes(sample, proposal));
  const auto best = std::min_element(sizes.begin(), sizes.end()) - sizes.begin();
  return proposals[static_cast<std::size_t>(best)];
}

}  // namespace nnzip
