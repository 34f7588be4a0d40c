// SPDX-License-Identifier: Apache-2.0
// Measured code length decides; nothing else is believed.
#include "codec/choose.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "codec/kinds/kind_contexts.h"
#include "detect/statistics.h"
#include "filter/curves.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace {

// Of each view this part of the content is coded, but not less than the least, if that is not more
// than the most.
constexpr std::size_t kSampledPart = 24;
constexpr std::size_t kLeastSample = 8 << 10;
constexpr std::size_t kLeastRows = 16;
constexpr std::size_t kMostPart = 16;
constexpr std::size_t kPieces = 4, kSoundPieces = 2;
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

// An image without a header, if such rows could be one.
std::optional<Layout> as_pixels(const Layout& rows) {
  constexpr std::uint32_t kLeastWidth = 48;
  const bool wide = rows.stride >= kLeastWidth * rows.element && rows.stride % rows.element == 0;
  if (rows.form != Form::kBytes || !wide) return {};
  const std::uint32_t channels = rows.element == 2 ? 1 : rows.element;
  return Layout{rows.stride, rows.element, rows.high_parity, Form::kPixels, channels};
}

// As a table of numbers of so many bytes that lie on curves: floats as a rule.
std::optional<Proposal> as_curves(std::span<const std::uint8_t> content, const Layout& rows,
                                  std::uint32_t element) {
  constexpr std::size_t kLooked = 64 << 10;
  constexpr std::int64_t kLeastBits = 32;  // a number, times 16, that the curves must save
  Proposal proposal{rows, Filter::kCurves};
  proposal.layout.element = element;
  proposal.layout.high_parity = 0;
  proposal.layout.stride = std::max(rows.stride, 2 * element);
  if (rows.stride == 0 || rows.stride % element != 0) return {};
  const std::size_t bytes = std::min(content.size(), kLooked);
  const std::size_t begin = (content.size() - bytes) / 2 / rows.stride * rows.stride;
  const auto part = content.subspan(begin, bytes);
  if (shortened_by_curves(proposal.layout, part) < kLeastBits) return {};
  return proposal;
}

std::vector<Proposal> proposals_of(std::span<const std::uint8_t> content, const Segment& segment) {
  const Layout rows = detect_layout(content);
  if (segment.layout.form != Form::kBytes) return {proposal_of(segment.layout), {rows}};
  std::vector<Proposal> proposals;
  for (const Layout& layout : guessed_layouts(content)) proposals.push_back(proposal_of(layout));
  if (const auto pixels = as_pixels(rows)) proposals.push_back({*pixels});
  for (const std::uint32_t element : {4U, 8U}) {
    if (const auto curves = as_curves(content, rows, element)) proposals.push_back(*curves);
  }
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

// Pieces from all over the content, each from the beginning of a row or frame. What predicts sound
// begins to learn anew at each cut, and recordings begin and end with silence: of sound they are
// few, and not from the ends.
Bytes sample_of(std::span<const std::uint8_t> content, std::size_t unit, bool sound) {
  const std::size_t most =
      std::max(content.size() / kMostPart, std::min(kLeastSample, content.size()));
  const std::size_t size =
      std::min(std::max({content.size() / kSampledPart, kLeastSample, kLeastRows * unit}), most);
  const std::size_t pieces = sound ? kSoundPieces : kPieces;
  const std::size_t piece = std::max(size / pieces / unit, std::size_t{1}) * unit;
  Bytes sample;
  for (std::size_t i = 0; i < pieces && (i + 1) * piece <= content.size(); ++i) {
    const std::size_t rest = content.size() - piece;
    const std::size_t middle = content.size() * (2 * i + 1) / (2 * pieces);
    const std::size_t around = std::min(middle - std::min(middle, piece / 2), rest);
    const std::size_t at = sound ? around : rest * i / (pieces - 1);
    const auto part = content.subspan(at / unit * unit, piece);
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
  const bool sound = std::any_of(proposals.begin(), proposals.end(), [](const Proposal& proposal) {
    return proposal.layout.form == Form::kSamples;
  });
  View best;
  std::size_t least = 0;
  for (const Proposal& proposal : proposals) {
    View view = view_of(content, proposal);
    if (proposals.size() > 1) {
      const Bytes sample = sample_of(view.of(content), unit, sound);
      std::size_t bytes = encode_contexts(sample, proposal.layout).size();
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
