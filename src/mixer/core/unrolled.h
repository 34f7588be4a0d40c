// SPDX-License-Identifier: Apache-2.0
// Loops over a table that is known when they are compiled.
#pragma once

#include <cstddef>
#include <utility>

namespace nnzip::mixer {

// Calls task with 0 .. kCount - 1 as constants, one after the other and without a loop.
template <std::size_t kCount, typename Task>
[[gnu::always_inline]] inline void unrolled(Task&& task) {
  [&]<std::size_t... kIndexes>(std::index_sequence<kIndexes...>) __attribute__((always_inline)) {
    (task(std::integral_constant<std::size_t, kIndexes>{}), ...);
  }
  (std::make_index_sequence<kCount>{});
}

}  // namespace nnzip::mixer
