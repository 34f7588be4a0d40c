// SPDX-License-Identifier: Apache-2.0
// The images of GIF files, coded by LZW. GIF.md is the format of the side data.
#pragma once

#include "unwrap/wrapper.h"

namespace nnzip {

extern const Wrapper kGifWrapper;

}  // namespace nnzip
