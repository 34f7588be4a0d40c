// SPDX-License-Identifier: Apache-2.0
// A filter is a row.
#include "filter/filter.h"

#include <algorithm>
#include <iterator>

#include "filter/calls.h"
#include "filter/columns.h"
#include "filter/curves.h"
#include "filter/integers.h"
#include "filter/repeats.h"
#include "filter/samples.h"

namespace nnzip {
namespace {

struct Row {
  Filter number;
  const char* name;
  bool changes_length;
  bool (*fits)(const Layout& layout);
  void (*apply)(FilterStep& step, const Layout& layout, Bytes& content);
  // content_bytes: of what it makes. Returns false if that cannot be.
  bool (*revert)(const FilterStep& step, const Layout& layout, Bytes& content,
                 std::size_t content_bytes);
};

constexpr bool is_of_words(const Layout& layout) {
  return layout.form == Form::kCode && layout.element == 4;
}

constexpr Row kRows[] = {
    {Filter::kSamples, "samples", false,
     [](const Layout& layout) {
       return layout.form == Form::kSamples && (layout.low_first || layout.is_signed);
     },
     [](FilterStep&, const Layout& layout, Bytes& content) {
       filter::reverse_numbers(content, layout);
     },
     [](const FilterStep&, const Layout& layout, Bytes& content, std::size_t) {
       filter::reverse_numbers(content, layout);
       return true;
     }},
    {Filter::kCalls, "calls", false,
     [](const Layout& layout) { return layout.form == Form::kCode && layout.element == 1; },
     [](FilterStep&, const Layout&, Bytes& content) { apply_calls(content); },
     [](const FilterStep&, const Layout&, Bytes& content, std::size_t) {
       revert_calls(content);
       return true;
     }},
    {Filter::kBranches, "branches", false, is_of_words,
     [](FilterStep&, const Layout&, Bytes& content) { apply_branches(content); },
     [](const FilterStep&, const Layout&, Bytes& content, std::size_t) {
       revert_branches(content);
       return true;
     }},
    {Filter::kSparc, "sparc", false, is_of_words,
     [](FilterStep&, const Layout&, Bytes& content) { apply_sparc(content); },
     [](const FilterStep&, const Layout&, Bytes& content, std::size_t) {
       revert_sparc(content);
       return true;
     }},
    {Filter::kPowerPc, "powerpc", false, is_of_words,
     [](FilterStep&, const Layout&, Bytes& content) { apply_powerpc(content); },
     [](const FilterStep&, const Layout&, Bytes& content, std::size_t) {
       revert_powerpc(content);
       return true;
     }},
    {Filter::kTurned, "turned", false, is_of_words,
     [](FilterStep&, const Layout&, Bytes& content) { turn_words(content); },
     [](const FilterStep&, const Layout&, Bytes& content, std::size_t) {
       turn_words(content);
       return true;
     }},
    {Filter::kColumns, "columns", false,
     [](const Layout& layout) { return layout.form == Form::kBytes && layout.stride != 0; },
     [](FilterStep&, const Layout& layout, Bytes& content) {
       apply_columns(layout.stride, content);
     },
     [](const FilterStep&, const Layout& layout, Bytes& content, std::size_t) {
       revert_columns(layout.stride, content);
       return true;
     }},
    {Filter::kRepeats, "repeats", true,
     [](const Layout& layout) { return layout.form == Form::kBytes || layout.form == Form::kCode; },
     [](FilterStep& step, const Layout&, Bytes& content) {
       content = fold_repeats(content).bytes;
       step.made_bytes = static_cast<std::uint32_t>(content.size());
     },
     [](const FilterStep&, const Layout&, Bytes& content, std::size_t content_bytes) {
       Bytes unfolded(content_bytes);
       if (!unfold_repeats(content, unfolded)) return false;
       content = std::move(unfolded);
       return true;
     }},
    {Filter::kResiduals, "residuals", false,
     [](const Layout& layout) { return layout.form == Form::kSamples; },
     [](FilterStep& step, const Layout& layout, Bytes& content) {
       const int unused = filter::unused_low_bits(content, layout);
       step.unused_bits = static_cast<std::uint32_t>(unused);
       filter::to_residuals(content, layout, unused);
     },
     [](const FilterStep& step, const Layout& layout, Bytes& content, std::size_t) {
       filter::from_residuals(content, layout, static_cast<int>(step.unused_bits));
       return true;
     }},
    {Filter::kCurves, "curves", false,
     [](const Layout& layout) {
       return layout.form == Form::kBytes && layout.stride != 0 &&
              (layout.element == 4 || layout.element == 8) && layout.stride % layout.element == 0;
     },
     [](FilterStep&, const Layout& layout, Bytes& content) { apply_curves(layout, content); },
     [](const FilterStep&, const Layout& layout, Bytes& content, std::size_t) {
       revert_curves(layout, content);
       return true;
     }},
    {Filter::kIntegers, "integers", true,
     [](const Layout& layout) {
       return layout.form == Form::kSamples && layout.number_bytes() >= 2 && !layout.low_first;
     },
     [](FilterStep& step, const Layout& layout, Bytes& content) {
       content = apply_integers(*IntegerSource::unpack(step.source), layout, content);
       step.made_bytes = static_cast<std::uint32_t>(content.size());
     },
     [](const FilterStep& step, const Layout& layout, Bytes& content, std::size_t content_bytes) {
       Bytes numbers(content_bytes);
       const auto source = IntegerSource::unpack(step.source);
       if (!source || !revert_integers(*source, layout, content, numbers)) return false;
       content = std::move(numbers);
       return true;
     }},
};

// Null for a number that is no filter's.
const Row* row_of(Filter filter) {
  const Row* const row = std::find_if(std::begin(kRows), std::end(kRows),
                                      [&](const Row& each) { return each.number == filter; });
  return row == std::end(kRows) ? nullptr : row;
}

bool step_fits(const FilterStep& step, const Layout& layout, std::size_t content_bytes) {
  const Row* const row = row_of(step.filter);
  if (row == nullptr || !row->fits(layout)) return false;
  if (row->changes_length && (step.made_bytes == 0 || step.made_bytes > content_bytes))
    return false;
  const bool has_source = step.filter == Filter::kIntegers;
  if (has_source ? !IntegerSource::unpack(step.source) : step.source != 0) return false;
  return step.unused_bits == 0 ||
         (step.filter == Filter::kResiduals && step.unused_bits < 8 * layout.number_bytes());
}

}  // namespace

bool is_filter(Filter filter) { return row_of(filter) != nullptr; }

const char* name_of(Filter filter) { return row_of(filter)->name; }

std::string names_of(const FilterChain& chain) {
  std::string names;
  for (const FilterStep& step : chain) {
    names += (names.empty() ? "" : "+") + std::string(name_of(step.filter));
  }
  return names.empty() ? "none" : names;
}

bool filter_fits(Filter filter, const Layout& layout) {
  const Row* const row = row_of(filter);
  return row != nullptr && row->fits(layout);
}

bool has_filter(const FilterChain& chain, Filter filter) {
  return std::ranges::any_of(chain, [&](const FilterStep& step) { return step.filter == filter; });
}

bool chain_fits(const FilterChain& chain, const Layout& layout, std::size_t content_bytes) {
  if (chain.size() > kMaxFilters) return false;
  FilterChain before;
  for (const FilterStep& step : chain) {
    if (!step_fits(step, layout, content_bytes) || has_filter(before, step.filter)) return false;
    before.push_back(step);
  }
  return true;
}

bool changes_length(Filter filter) { return row_of(filter)->changes_length; }

std::size_t filtered_bytes(const FilterChain& chain, std::size_t content_bytes) {
  for (const FilterStep& step : chain) {
    if (changes_length(step.filter)) content_bytes = step.made_bytes;
  }
  return content_bytes;
}

Bytes apply_filters(FilterChain& chain, const Layout& layout, Bytes content) {
  for (FilterStep& step : chain) row_of(step.filter)->apply(step, layout, content);
  return content;
}

Bytes revert_filters(const FilterChain& chain, const Layout& layout, Bytes filtered,
                     std::size_t content_bytes) {
  for (std::size_t i = chain.size(); i-- > 0;) {
    const FilterChain before(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(i));
    const std::size_t made = filtered_bytes(before, content_bytes);
    if (!row_of(chain[i].filter)->revert(chain[i], layout, filtered, made)) return {};
  }
  return filtered;
}

}  // namespace nnzip
