// SPDX-License-Identifier: Apache-2.0
// Cheap guesses: each costs the samples of a trial.
#include "detect/proposals.h"

#include <algorithm>
#include <optional>

#include "detect/sound_proposals.h"
#include "detect/statistics.h"
#include "filter/curves.h"

namespace nnzip {
namespace {

Proposal proposal_of(const Layout& layout) {
  for (const Filter filter : {Filter::kCalls, Filter::kBranches}) {
    if (filter_fits(filter, layout)) return {layout, {{filter}}};
  }
  return {layout, {}};
}

Proposal proposal_of(WordCode words) {
  const Layout layout{.form = Form::kCode, .element = 4};
  if (words == WordCode::kSparc) return {layout, {{Filter::kSparc}}};
  if (words == WordCode::kPowerPc) return {layout, {{Filter::kPowerPc}}};
  if (words == WordCode::kMips) return {layout, {}};
  if (words == WordCode::kLittleMips) return {layout, {{Filter::kTurned}}};
  return {layout, {{Filter::kTurned}, {Filter::kPowerPc}}};
}

// An image without a header, if such rows could be one.
std::optional<Layout> as_pixels(const Layout& rows) {
  constexpr std::uint32_t kLeastWidth = 48;
  const bool wide = rows.stride >= kLeastWidth * rows.element && rows.stride % rows.element == 0;
  if (rows.form != Form::kBytes || !wide || rows.element > 4) return {};
  const std::uint32_t channels = rows.element == 2 ? 1 : rows.element;
  return Layout{.form = Form::kPixels,
                .stride = rows.stride,
                .element = rows.element,
                .channels = channels,
                .low_first = rows.odd_high};
}

// As a table of numbers of so many bytes that lie on curves: floats as a rule. In the order of
// bytes of which curves save more.
std::optional<Proposal> as_curves(std::span<const std::uint8_t> content, const Layout& rows,
                                  std::uint32_t element) {
  constexpr std::size_t kLooked = 64 << 10;
  std::int64_t most = 32;  // bits a number, times 16, that the curves must save
  if (rows.stride == 0 || rows.stride % element != 0) return {};
  const std::size_t bytes = std::min(content.size(), kLooked);
  const std::size_t begin = (content.size() - bytes) / 2 / rows.stride * rows.stride;
  const auto part = content.subspan(begin, bytes);
  std::optional<Proposal> best;
  for (const bool high_first : {false, true}) {
    const Layout layout{
        .stride = std::max(rows.stride, 2 * element), .element = element, .high_first = high_first};
    const std::int64_t saved = shortened_by_curves(layout, part);
    if (saved < most) continue;
    most = saved + 1;
    best = Proposal{layout, {{Filter::kCurves}}};
  }
  return best;
}

// What is looked at as such rows.
void add_rows(std::span<const std::uint8_t> content, const Layout& rows,
              std::vector<Proposal>& proposals) {
  if (const auto pixels = as_pixels(rows)) proposals.push_back({*pixels});
  for (const std::uint32_t element : {4U, 8U}) {
    if (const auto curves = as_curves(content, rows, element)) proposals.push_back(*curves);
  }
  proposals.push_back({rows});
  // Differences of text or of single bytes have never been seen to help.
  if (rows.stride % 2 == 0 && filter_fits(Filter::kColumns, rows)) {
    proposals.push_back({rows, {{Filter::kColumns}}});
  }
}

}  // namespace

std::vector<Proposal> proposals_of(std::span<const std::uint8_t> content, const Layout& described) {
  const Layout rows = detect_layout(content);
  std::vector<Proposal> proposals;
  if (described.form == Form::kSamples || described.form == Form::kCompanded) {
    proposals = described_sound(content, described);
    proposals.push_back({rows});
    return proposals;
  }
  if (described.form != Form::kBytes) return {proposal_of(described), {rows}};
  for (const Layout& layout : guessed_code(content)) proposals.push_back(proposal_of(layout));
  if (const auto words = guessed_words(content)) proposals.push_back(proposal_of(*words));
  for (const Proposal& sound : guessed_sound(content)) proposals.push_back(sound);
  add_rows(content, rows, proposals);
  if (described != Layout{} && described != rows) add_rows(content, described, proposals);
  return proposals;
}

}  // namespace nnzip
