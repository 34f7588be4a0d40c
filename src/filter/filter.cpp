// SPDX-License-Identifier: Apache-2.0
// From a filter's number to its functions.
#include "filter/filter.h"

#include "filter/calls.h"
#include "filter/columns.h"
#include "filter/curves.h"
#include "filter/pixels.h"
#include "filter/samples.h"

namespace nnzip {
namespace {

int unused_bits(const Layout& layout) { return static_cast<int>(layout.unused_bits); }

}  // namespace

bool filter_fits(Filter filter, const Layout& layout) {
  switch (filter) {
    case Filter::kNone:
      return true;
    case Filter::kCalls:
      return layout.form == Form::kCode && layout.element == 1;
    case Filter::kBranches:
      return layout.form == Form::kCode && layout.element == 4;
    case Filter::kPixels:
      return layout.form == Form::kPixels;
    case Filter::kSamples:
      return layout.form == Form::kSamples && layout.high_parity == 1;
    case Filter::kColumns:
      return layout.form == Form::kBytes && layout.stride != 0;
    case Filter::kRepeats:
      return layout == Layout{};
    case Filter::kCurves:
      return layout.form == Form::kBytes && layout.stride != 0 &&
             (layout.element == 4 || layout.element == 8) && layout.stride % layout.element == 0;
    case Filter::kResiduals:
      return layout.form == Form::kSamples;
  }
  return false;
}

void apply_filter(Filter filter, const Layout& layout, std::span<std::uint8_t> content) {
  if (filter == Filter::kPixels) PixelFilter(layout).apply(content);
  if (filter == Filter::kSamples) filter::reverse_numbers(content, layout);
  if (filter == Filter::kCalls) apply_calls(content);
  if (filter == Filter::kBranches) apply_branches(content);
  if (filter == Filter::kColumns) apply_columns(layout.stride, content);
  if (filter == Filter::kCurves) apply_curves(layout, content);
  if (filter == Filter::kResiduals) filter::to_residuals(content, layout, unused_bits(layout));
}

void revert_filter(Filter filter, const Layout& layout, std::span<std::uint8_t> content) {
  if (filter == Filter::kPixels) PixelFilter(layout).undo(content);
  if (filter == Filter::kSamples) filter::reverse_numbers(content, layout);
  if (filter == Filter::kCalls) revert_calls(content);
  if (filter == Filter::kBranches) revert_branches(content);
  if (filter == Filter::kColumns) revert_columns(layout.stride, content);
  if (filter == Filter::kCurves) revert_curves(layout, content);
  if (filter == Filter::kResiduals) filter::from_residuals(content, layout, unused_bits(layout));
}

}  // namespace nnzip
