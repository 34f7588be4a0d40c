// SPDX-License-Identifier: Apache-2.0
// Opens deflate streams and closes them to the same bytes. DEFLATE.md is the format of the side
// data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace nnzip {

struct OpenedDeflate {
  std::size_t bytes = 0;  // of the stream
  Bytes content;
  Bytes side;  // what closes it, beside the content
};

// Opens the raw deflate stream that begins at stream[0]; anything may follow it. Nothing if it is
// not valid, holds more than max_content bytes (below 2^31), or does not close to the same bytes:
// that has been tried. Memory: about 7 bytes a byte of content, twice the stream, and 8 MiB.
std::optional<OpenedDeflate> open_deflate(std::span<const std::uint8_t> stream,
                                          std::size_t max_content);

// Appends the stream, of at most max_stream bytes, to `stream`. False for what open_deflate does
// not make; `stream` then holds any bytes more.
bool close_deflate(std::span<const std::uint8_t> side, std::span<const std::uint8_t> content,
                   std::size_t max_stream, Bytes& stream);

}  // namespace nnzip
