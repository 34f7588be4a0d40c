// SPDX-License-Identifier: Apache-2.0
// Many files to one with a directory.
#pragma once

#include "nnzip/nnzip.hpp"

namespace nnzip {

// See join in nnzip.hpp.
Summary join_frames(std::size_t inputs, const InputSource& input, Writer& writer);

}  // namespace nnzip
