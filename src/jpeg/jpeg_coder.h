// SPDX-License-Identifier: Apache-2.0
// JPEG files to coded data and back: JPEG.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace nnzip {

// Called now and then with the part that is done, in 1/65536.
using JpegProgress = std::function<void(std::uint32_t)>;

inline constexpr std::size_t kMaxJpegFiles = 256;  // in a block

// Whether content is one file, from SOI to EOI, that encode_jpeg() takes. Throws std::bad_alloc.
bool is_whole_jpeg(std::span<const std::uint8_t> content);

// Nothing unless content is JPEG files, one after the other, of which the last one may be cut, that
// decoding gives again, with at most so many blocks of coefficients. Throws std::bad_alloc.
std::optional<Bytes> encode_jpeg(std::span<const std::uint8_t> content, std::size_t most_blocks,
                                 const JpegProgress& progress = {});

// Fills content. Returns false if the coded data cannot be what an encoder wrote; other damage
// gives other content. Throws std::bad_alloc.
bool decode_jpeg(std::span<const std::uint8_t> coded, std::size_t most_blocks,
                 std::span<std::uint8_t> content, const JpegProgress& progress = {});

// Bytes that both take at most beside content and coded data.
std::size_t jpeg_memory_bytes(std::size_t most_blocks, std::size_t content_bytes);

}  // namespace nnzip
