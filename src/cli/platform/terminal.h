// SPDX-License-Identifier: Apache-2.0
// The terminal that messages go to.
#pragma once

#include <cstddef>
#include <optional>

namespace nnzip::platform {

// Nothing if it is not known; never 0.
std::optional<std::size_t> terminal_columns();

}  // namespace nnzip::platform
