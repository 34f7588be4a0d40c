// SPDX-License-Identifier: Apache-2.0
// Text of UTF-16 behind its byte order mark, which opens to UTF-8: see UTF16.md.
#pragma once

#include "unwrap/wrapper.h"

namespace nnzip {

extern const Wrapper kUtf16Wrapper;

}  // namespace nnzip
