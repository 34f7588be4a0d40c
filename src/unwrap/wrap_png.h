// SPDX-License-Identifier: Apache-2.0
// PNG: the pixels of an image and the filters of its rows. PNG.md is the format of the side data.
#pragma once

#include "unwrap/wrapper.h"

namespace nnzip {

extern const Wrapper kPngWrapper;

}  // namespace nnzip
