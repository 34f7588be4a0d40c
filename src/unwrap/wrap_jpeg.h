// SPDX-License-Identifier: Apache-2.0
// JPEG files. They are closed as they are: so they stand apart from what is around them, and
// together.
#pragma once

#include "unwrap/wrapper.h"

namespace nnzip {

extern const Wrapper kJpegWrapper;

}  // namespace nnzip
