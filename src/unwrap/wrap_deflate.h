// SPDX-License-Identifier: Apache-2.0
// Deflate streams as a wrapper: those of gzip, zip and zlib, without what stands around them.
#pragma once

#include "unwrap/wrapper.h"

namespace nnzip {

extern const Wrapper kDeflateWrapper;

}  // namespace nnzip
