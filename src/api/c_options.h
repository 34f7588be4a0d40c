// SPDX-License-Identifier: Apache-2.0
// nnzip_options as Options.
#pragma once

#include "nnzip/nnzip.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// The options of this library's version, from those of any: what an older program does not know is
// at its default. NULL are the defaults. Throws Error(kInvalidArgument).
nnzip_options known_options(const nnzip_options* options);

// Its progress calls that of options and throws Error(kCancelled) when told to.
Options cpp_options(const nnzip_options& options);

// What a callback asked for.
[[noreturn]] void throw_cancelled();

}  // namespace nnzip
