// SPDX-License-Identifier: Apache-2.0
// Measured code length decides; nothing else is believed.
#include "codec/choose.h"

#include <algorithm>
#include <vector>

#include "codec/mixed_block.h"
#include "detect/statistics.h"

namespace nnzip {
namespace {

// Of each view this part of the content is coded, but not less than the least, if that is not more
// than the most.
constexpr std::size_t kSampledPart = 24;
constexpr std::size_t kLeastSample = 8 << 10;
constexpr std::size_t kLeastRows = 16;
constexpr std::size_t kMostPart = 16;
constexpr std::size_t kPieces = 4;
constexpr std::size_t kInstruction = 4;  // bytes, where they are of one length
// What a header says is taken unless something else is smaller by more than this part.
constexpr std::size_t kTrusted = 32;

struct Proposal {
  Layout layout;
  Filter filter = Filter::kNone;
};

Proposal proposal_of(const Layout& layout) {
  for (const Filter filter : {Filter::kSamples, Filter::kCalls, Filter::kBranches}) {
    if (filter_fits(filter, layout)) return {layout, filter};
  }
  return {layout, Filter::kNone};
}

std::vector<Proposal> proposals_of(std::span<const std::uint8_t> content, const Segment& segment) {
  const Layout rows = detect_layout(content);
  if (segment.layout.form != Form::kBytes) return {proposal_of(segment.layout), {rows}};
  std::vector<Proposal> proposals;
  for (const Layout& layout : guessed_layouts(content)) proposals.push_back(proposal_of(layout));
  proposals.push_back({rows});
  // Differences of text or of single bytes have never been seen to help.
  if (rows.stride % 2 == 0 && filter_fits(Filter::kColumns, rows)) {
    proposals.push_back({rows, Filter::kColumns});
  }
  return proposals;
}

View view_of(std::span<const std::uint8_t> content, const Proposal& proposal) {
  View view{proposal.layout, proposal.filter, {}};
  if (view.filter != Filter::kNone) {
    view.filtered.assign(content.begin(), content.end());
    apply_filter(view.filter, view.layout, view.filtered);
  }
  return view;
}

// Pieces from all over the content, each from the beginning of a row or frame.
Bytes sample_of(std::span<const std::uint8_t> content, std::size_t unit) {
  const std::size_t most =
      std::max(content.size() / kMostPart, std::min(kLeastSample, content.size()));
  const std::size_t size =
      std::min(std::max({content.size() / kSampledPart, kLeastSample, kLeastRows * unit}), most);
  const std::size_t piece = std::max(size / kPieces / unit, std::size_t{1}) * unit;
  Bytes sample;
  for (std::size_t i = 0; i < kPieces && (i + 1) * piece <= content.size(); ++i) {
    const std::size_t at = (content.size() - piece) * i / (kPieces - 1) / unit * unit;
    const auto part = content.subspan(at, piece);
    sample.insert(sample.end(), part.begin(), part.end());
  }
  return sample;
}

}  // namespace

View choose_view(std::span<const std::uint8_t> content, const Segment& segment) {
  const std::vector<Proposal> proposals = proposals_of(content, segment);
  const bool described = segment.layout.form != Form::kBytes;
  // Last of the proposals are rows; instructions of four bytes may be among those before.
  const Layout& rows = described ? segment.layout : proposals.back().layout;
  const std::size_t unit = rows.stride != 0   ? rows.stride
                           : rows.element > 1 ? rows.element
                                              : kInstruction;
  View best;
  std::size_t least = 0;
  for (const Proposal& proposal : proposals) {
    View view = view_of(content, proposal);
    if (proposals.size() > 1) {
      const Bytes sample = sample_of(view.of(content), unit);
      std::size_t bytes =
          MixedCoder(nullptr, 1).encode(sample, {1, sample.size()}, proposal.layout, {}).size();
      // Samples learn too little to tell a header's word from a chance that is almost as good.
      if (described && proposal.layout == segment.layout) bytes -= bytes / kTrusted;
      if (least != 0 && bytes >= least) continue;
      least = bytes;
    }
    best = std::move(view);
  }
  return best;
}

}  // namespace nnzip
