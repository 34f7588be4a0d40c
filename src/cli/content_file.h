// SPDX-License-Identifier: Apache-2.0
// A file that is looked at as a whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sizes.h"

namespace nnzip {

// The content of the file, or of standard input, or the range of it. Throws Error, also
// kInvalidArgument if there is more than `most`; what says what to do instead.
std::vector<std::uint8_t> read_content(const std::string& path,
                                       const std::optional<ByteRange>& range, std::uint64_t most,
                                       const std::string& what);

}  // namespace nnzip
