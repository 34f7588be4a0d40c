// SPDX-License-Identifier: Apache-2.0
// Measured code length decides; nothing else is believed.
#include "codec/choose.h"

#include <algorithm>
#include <vector>

#include "bwt/bwt_block.h"
#include "codec/kinds/kind.h"
#include "codec/kinds/kind_contexts.h"
#include "codec/kinds/kind_lean.h"
#include "codec/sample.h"
#include "detect/proposals.h"

namespace nnzip {
namespace {

constexpr std::size_t kLooked = std::size_t{512} << 10;
constexpr std::size_t kLeanGain = 8;   // of bytes, that pixels are to save
constexpr std::size_t kSlowGain = 16;  // what the mixer is to save, which takes ten times as long
constexpr std::size_t kShort = std::size_t{64} << 10;  // content whose time does not matter
constexpr std::size_t kInstruction = 4;                // bytes, where they are of one length

View view_of(std::span<const std::uint8_t> content, const Proposal& proposal) {
  View view{proposal.layout, proposal.filters, {}};
  if (!view.filters.empty()) {
    view.filtered = apply_filters(view.filters, view.layout, Bytes(content.begin(), content.end()));
  }
  return view;
}

// Whole rows or frames. What predicts sound begins to learn anew at each cut, and recordings begin
// and end with silence: of sound pieces are few, and not from the ends.
Pieces pieces_for(std::size_t content, const Sampling& rule, std::size_t unit, bool sound) {
  const std::size_t most = std::max(content / rule.most_part, std::min(rule.least_bytes, content));
  const std::size_t size =
      std::min(std::max({content / rule.part, rule.least_bytes, rule.least_rows * unit}), most);
  const std::size_t count = sound ? rule.sound_pieces : rule.pieces;
  return {count, std::max(size / count / unit, std::size_t{1}) * unit, unit, sound};
}

// Whether an image is one that few contexts do for: not one of few colours, of what repeats itself,
// which bytes alone tell.
bool is_lean(std::span<const std::uint8_t> sample, const Layout& layout) {
  const std::size_t as_bytes = encode_lean(sample, {}, Effort::kUsual).size();
  return encode_lean(sample, layout, Effort::kUsual).size() < as_bytes - as_bytes / kLeanGain;
}

std::size_t sample_cost(std::span<const std::uint8_t> sample, const Layout& layout,
                        BlockKind alone) {
  if (layout.form == Form::kSamples && alone != BlockKind::kContexts) {
    return encode_lean(sample, layout, Effort::kSmall).size();
  }
  if (is_of_bytes(layout)) {
    // Content shorter than a row has no sample.
    if (alone == BlockKind::kBwt) return sample.empty() ? 1 : encode_bwt(sample).size();
    if (alone == BlockKind::kLean) return encode_lean(sample, layout, Effort::kSmall).size();
  }
  return encode_contexts(sample, layout).size();
}

// What sorting may look at: bytes, and differences in place of what predicts pixels; and samples,
// which few contexts predict as fast as sorting is.
std::vector<Proposal> to_sort(const std::vector<Proposal>& proposals) {
  std::vector<Proposal> all{{{}, {}}};
  for (const Proposal& proposal : proposals) {
    if (is_of_bytes(proposal.layout)) {
      if (!proposal.filters.empty()) all.push_back(proposal);
      continue;
    }
    if (proposal.layout.form == Form::kSamples) all.push_back(proposal);
    for (const std::uint32_t stride : {proposal.layout.element, proposal.layout.stride}) {
      const Layout rows{.stride = stride};
      if (rows.is_valid() && filter_fits(Filter::kColumns, rows)) {
        all.push_back({rows, {{Filter::kColumns}}});
      }
    }
  }
  return all;
}

// Whether few contexts are to code content in place of sorting, by samples of what each looks at:
// where they take a quarter less, for they take three times as long, or where content is short.
bool is_better_lean(std::span<const std::uint8_t> lean, const Layout& layout,
                    std::span<const std::uint8_t> sorted, const Pieces& pieces) {
  if (lean.size() != sorted.size()) return false;  // a filter has shortened one
  const Bytes sample = sample_of(sorted, pieces);
  const std::size_t bytes = sample_cost(sample, {}, BlockKind::kBwt);
  const std::size_t by_contexts = sample_cost(sample_of(lean, pieces), layout, BlockKind::kLean);
  return by_contexts < (lean.size() <= kShort ? bytes : bytes - bytes / 4);
}

}  // namespace

View choose_view(std::span<const std::uint8_t> content, const Segment& segment,
                 const Sampling& sampling, BlockKind alone) {
  const bool sorted = alone == BlockKind::kBwt;
  // Statistics of all of it would take a tenth of the time that sorting takes.
  const std::size_t looked = sorted ? std::min(content.size(), kLooked) : content.size();
  std::vector<Proposal> proposals =
      proposals_of(content.subspan((content.size() - looked) / 2, looked), segment.layout);
  const bool described = segment.layout.form != Form::kBytes;
  // Last of the proposals are rows; instructions of four bytes may be among those before.
  const Layout rows = described ? segment.layout : proposals.back().layout;
  const bool has_row = rows.stride != 0 && rows.stride <= content.size();
  const std::size_t unit = has_row ? rows.stride : rows.element > 1 ? rows.element : kInstruction;
  const bool sound = std::any_of(proposals.begin(), proposals.end(), [](const Proposal& proposal) {
    return proposal.layout.form == Form::kSamples;
  });
  // The likeliest of code, or rows.
  Proposal for_lean =
      proposals.front().layout.form == Form::kCode ? proposals.front() : Proposal{rows, {}};
  const bool also_plain = alone == BlockKind::kContexts && proposals.back().layout.stride != 0;
  if (sorted) proposals = to_sort(proposals);
  // Records of changing length may have a length that is frequent; contexts find it themselves.
  if (also_plain) proposals.insert(described ? proposals.end() : proposals.begin(), Proposal{});
  View best;
  std::uint64_t least = 0;
  for (const Proposal& proposal : proposals) {
    const bool is_last = &proposal == &proposals.back();
    if (described && also_plain && is_last && !is_of_bytes(best.layout)) break;
    View view = view_of(content, proposal);
    if (!chain_fits(view.filters, view.layout, content.size())) continue;
    const bool maybe_lean = alone == BlockKind::kLean && view.layout.form == Form::kPixels;
    view.lean = alone != BlockKind::kContexts && view.layout.form == Form::kSamples;
    if (proposals.size() > 1 || maybe_lean) {
      const bool shortened = has_filter(view.filters, Filter::kIntegers);
      const auto filtered = view.of(content);
      const Bytes sample = sample_of(
          filtered,
          pieces_for(filtered.size(), sampling, shortened ? view.layout.element : unit, sound));
      // Of the whole: samples of what a filter has shortened are shorter.
      std::uint64_t bytes = std::uint64_t{sample_cost(sample, proposal.layout, alone)} *
                            filtered.size() / std::max<std::size_t>(sample.size(), 1);
      // Samples learn too little to tell a header's word from a chance that is almost as good.
      if (described && (shortened || proposal.layout == segment.layout)) {
        bytes -= bytes / sampling.trusted;
      }
      if (least != 0 && bytes >= least) continue;
      if (maybe_lean) view.lean = is_lean(sample, view.layout);
      // What no header says is an image, and few contexts of pixels do not do for.
      if (maybe_lean && !described && !view.lean && content.size() > kShort) {
        bytes += bytes / kSlowGain;
        if (least != 0 && bytes >= least) continue;
      }
      least = bytes;
    }
    best = std::move(view);
  }
  if (sorted && is_of_bytes(best.layout) && is_of_bytes(for_lean.layout)) {
    View view = view_of(content, for_lean);
    const auto filtered = view.of(content);
    view.lean = chain_fits(view.filters, view.layout, content.size()) &&
                is_better_lean(filtered, view.layout, best.of(content),
                               pieces_for(filtered.size(), sampling, unit, false));
    if (view.lean) return view;
  }
  return best;
}

}  // namespace nnzip
