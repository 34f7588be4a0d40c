// SPDX-License-Identifier: Apache-2.0
// What is taken apart must be put together again.
#pragma once

#include <catch2/catch.hpp>

#include "jpeg/jpeg_coder.h"

namespace nnzip::test {

inline constexpr std::size_t kMostJpegBlocks = 1 << 16;

// Whether the file is taken apart; then it comes back.
inline bool jpeg_comes_back(const Bytes& file) {
  const auto coded = encode_jpeg(file, kMostJpegBlocks);
  if (!coded) return false;
  Bytes decoded(file.size());
  REQUIRE(decode_jpeg(*coded, kMostJpegBlocks, decoded));
  REQUIRE((decoded == file));
  return true;
}

}  // namespace nnzip::test
