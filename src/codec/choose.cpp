// SPDX-License-Identifier: Apache-2.0
// Measured code length decides; nothing else is believed.
#include "codec/choose.h"

#include <algorithm>
#include <vector>

#include "codec/mixed_block.h"
#include "detect/statistics.h"

namespace nnzip {
namespace {

// Of each view this part of the content is coded, but not less than the least.
constexpr std::size_t kSampledPart = 24;
constexpr std::size_t kLeastSample = 8 << 10;
constexpr std::size_t kLeastRows = 32;
constexpr std::size_t kPieces = 4;
// What a header says is taken unless something else is smaller by more than this part.
constexpr std::size_t kTrusted = 32;

Filter filter_of(const Layout& layout) {
  for (const Filter filter : {Filter::kSamples, Filter::kCalls, Filter::kBranches}) {
    if (filter_fits(filter, layout)) return filter;
  }
  return Filter::kNone;
}

View view_of(std::span<const std::uint8_t> content, const Layout& layout) {
  View view{layout, filter_of(layout), {}};
  if (view.filter != Filter::kNone) {
    view.filtered.assign(content.begin(), content.end());
    apply_filter(view.filter, layout, view.filtered);
  }
  return view;
}

// Pieces from all over the content, each from the beginning of a row or frame.
Bytes sample_of(std::span<const std::uint8_t> content, std::size_t unit) {
  const std::size_t most = std::max(content.size() / 4, std::min(kLeastSample, content.size()));
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
  std::vector<Layout> layouts;
  if (segment.layout.form != Form::kBytes) {
    layouts.push_back(segment.layout);
  } else {
    layouts = guessed_layouts(content);
  }
  layouts.push_back(detect_layout(content));
  const std::size_t unit = std::max(segment.layout.stride, segment.layout.element);
  View best;
  std::size_t least = 0;
  for (const Layout& layout : layouts) {
    View view = view_of(content, layout);
    if (layouts.size() > 1) {
      const Bytes sample = sample_of(view.of(content), unit);
      std::size_t bytes =
          MixedCoder(nullptr, 1).encode(sample, {1, sample.size()}, layout, {}).size();
      // Samples learn too little to tell a header's word from a chance that is almost as good.
      if (layout == segment.layout) bytes -= bytes / kTrusted;
      if (least != 0 && bytes >= least) continue;
      least = bytes;
    }
    best = std::move(view);
  }
  return best;
}

}  // namespace nnzip
