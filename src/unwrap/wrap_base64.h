// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648) in one line or in lines of one width. BASE64.md is the format of the side data.
#pragma once

#include "unwrap/wrapper.h"

namespace nnzip {

extern const Wrapper kBase64Wrapper;

}  // namespace nnzip
