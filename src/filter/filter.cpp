// SPDX-License-Identifier: Apache-2.0
// From a filter's number to its functions.
#include "filter/filter.h"

#include "filter/calls.h"
#include "filter/columns.h"

namespace nnzip {

bool filter_fits(Filter filter, const Layout& layout) {
  switch (filter) {
    case Filter::kNone:
      return true;
    case Filter::kCalls:
      return layout.form == Form::kCode && layout.element == 1;
    case Filter::kBranches:
      return layout.form == Form::kCode && layout.element == 4;
    case Filter::kPixels:
    case Filter::kSamples:
      return false;  // numbers kept for what is to come
    case Filter::kColumns:
      return layout.form == Form::kBytes && layout.stride != 0;
  }
  return false;
}

void apply_filter(Filter filter, const Layout& layout, std::span<std::uint8_t> content) {
  if (filter == Filter::kCalls) apply_calls(content);
  if (filter == Filter::kBranches) apply_branches(content);
  if (filter == Filter::kColumns) apply_columns(layout.stride, content);
}

void revert_filter(Filter filter, const Layout& layout, std::span<std::uint8_t> content) {
  if (filter == Filter::kCalls) revert_calls(content);
  if (filter == Filter::kBranches) revert_branches(content);
  if (filter == Filter::kColumns) revert_columns(layout.stride, content);
}

}  // namespace nnzip
