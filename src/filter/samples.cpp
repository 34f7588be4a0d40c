// SPDX-License-Identifier: Apache-2.0
#include "filter/samples.h"

#include <algorithm>

namespace nnzip::filter {

void reverse_numbers(std::span<std::uint8_t> content, const Layout& layout) {
  const std::size_t width = layout.number_bytes();
  for (std::size_t i = 0; i + width <= content.size(); i += width) {
    std::reverse(content.begin() + static_cast<std::ptrdiff_t>(i),
                 content.begin() + static_cast<std::ptrdiff_t>(i + width));
  }
}

}  // namespace nnzip::filter
