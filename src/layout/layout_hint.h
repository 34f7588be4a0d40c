// SPDX-License-Identifier: Apache-2.0
// What a caller knows of content and bytes do not say, as text.
#pragma once

#include <string>

#include "layout/layout.h"

namespace nnzip {

// KIND:COUNT:TYPE, of content that is all of one kind and begins at a row or frame:
//   table:80:f32le      rows of 80 numbers
//   pixels:640x3:u8     rows of 640 pixels of 3 channels; 640 alone is grey
//   samples:2:s16le     frames of 2 channels
// TYPE is u, s or f, the bits of a number (8, 16, 24, 32 or 64), and le or be if it is wider than a
// byte. Rows of a table that are longer than a layout can state are left for statistics to find.
// Throws Error(kInvalidArgument) that tells what is wrong with it.
Layout layout_of_hint(const std::string& hint);

}  // namespace nnzip
