// SPDX-License-Identifier: Apache-2.0
// A filter is a row.
#include "filter/filter.h"

#include <algorithm>
#include <iterator>

#include "filter/calls.h"
#include "filter/columns.h"
#include "filter/curves.h"
#include "filter/samples.h"

namespace nnzip {
namespace {

using Content = std::span<std::uint8_t>;

struct Row {
  Filter number;
  const char* name;
  bool (*fits)(const Layout& layout);
  void (*apply)(const Layout& layout, Content content);
  void (*revert)(const Layout& layout, Content content);
};

void nothing(const Layout&, Content) {}

void reverse_numbers(const Layout& layout, Content content) {
  filter::reverse_numbers(content, layout);
}

int unused_bits(const Layout& layout) { return static_cast<int>(layout.unused_bits); }

constexpr Row kRows[] = {
    {Filter::kNone, "none", [](const Layout&) { return true; }, nothing, nothing},
    {Filter::kSamples, "samples",
     [](const Layout& layout) { return layout.form == Form::kSamples && layout.flag(); },
     reverse_numbers, reverse_numbers},
    {Filter::kCalls, "calls",
     [](const Layout& layout) { return layout.form == Form::kCode && layout.element == 1; },
     [](const Layout&, Content content) { apply_calls(content); },
     [](const Layout&, Content content) { revert_calls(content); }},
    {Filter::kBranches, "branches",
     [](const Layout& layout) { return layout.form == Form::kCode && layout.element == 4; },
     [](const Layout&, Content content) { apply_branches(content); },
     [](const Layout&, Content content) { revert_branches(content); }},
    {Filter::kColumns, "columns",
     [](const Layout& layout) { return layout.form == Form::kBytes && layout.stride != 0; },
     [](const Layout& layout, Content content) { apply_columns(layout.stride, content); },
     [](const Layout& layout, Content content) { revert_columns(layout.stride, content); }},
    // Changes the length: see repeats.h.
    {Filter::kRepeats, "repeats", [](const Layout& layout) { return layout == Layout{}; }, nothing,
     nothing},
    {Filter::kResiduals, "residuals",
     [](const Layout& layout) { return layout.form == Form::kSamples; },
     [](const Layout& layout, Content content) {
       filter::to_residuals(content, layout, unused_bits(layout));
     },
     [](const Layout& layout, Content content) {
       filter::from_residuals(content, layout, unused_bits(layout));
     }},
    {Filter::kCurves, "curves",
     [](const Layout& layout) {
       return layout.form == Form::kBytes && layout.stride != 0 &&
              (layout.element == 4 || layout.element == 8) && layout.stride % layout.element == 0;
     },
     apply_curves, revert_curves},
};

// Null for a number that is no filter's.
const Row* row_of(Filter filter) {
  const Row* const row = std::find_if(std::begin(kRows), std::end(kRows),
                                      [&](const Row& each) { return each.number == filter; });
  return row == std::end(kRows) ? nullptr : row;
}

}  // namespace

bool is_filter(Filter filter) { return row_of(filter) != nullptr; }

const char* name_of(Filter filter) { return row_of(filter)->name; }

bool filter_fits(Filter filter, const Layout& layout) {
  const Row* const row = row_of(filter);
  return row != nullptr && row->fits(layout);
}

void apply_filter(Filter filter, const Layout& layout, std::span<std::uint8_t> content) {
  row_of(filter)->apply(layout, content);
}

void revert_filter(Filter filter, const Layout& layout, std::span<std::uint8_t> content) {
  row_of(filter)->revert(layout, content);
}

}  // namespace nnzip
