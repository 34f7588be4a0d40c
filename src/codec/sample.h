// SPDX-License-Identifier: Apache-2.0
// Pieces from all over content: what trials and estimates are made on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace nnzip {

struct Pieces {
  std::size_t count = 0;
  std::size_t bytes = 0;  // of each
  std::size_t unit = 1;   // what each of them begins with: a row, a frame, an instruction
  bool inner = false;     // none at the very ends
};

// Precondition: i is below the count, and the content is as long as a piece.
inline std::span<const std::uint8_t> piece_of(std::span<const std::uint8_t> content,
                                              const Pieces& pieces, std::size_t i) {
  const std::size_t rest = content.size() - pieces.bytes;
  const std::size_t middle = content.size() * (2 * i + 1) / (2 * pieces.count);
  const std::size_t at = pieces.inner ? std::min(middle - std::min(middle, pieces.bytes / 2), rest)
                                      : rest * i / std::max<std::size_t>(pieces.count - 1, 1);
  return content.subspan(at / pieces.unit * pieces.unit, pieces.bytes);
}

// All of them, of short content as many as it has.
inline Bytes sample_of(std::span<const std::uint8_t> content, const Pieces& pieces) {
  Bytes sample;
  for (std::size_t i = 0; i < pieces.count && (i + 1) * pieces.bytes <= content.size(); ++i) {
    const auto piece = piece_of(content, pieces, i);
    sample.insert(sample.end(), piece.begin(), piece.end());
  }
  return sample;
}

}  // namespace nnzip
