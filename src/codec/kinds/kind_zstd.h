// SPDX-License-Identifier: Apache-2.0
// Blocks that the model does not help: Zstandard frames without their magic number.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace nnzip {

inline constexpr int kZstdLevel = 19;
inline constexpr int kZstdQuickLevel = 1;  // to see what is easy

// Bytes that zstd_pack takes at most beside its result.
std::uint64_t zstd_pack_memory(std::size_t content_bytes);

Bytes zstd_pack(std::span<const std::uint8_t> content, int level = kZstdLevel);

// Fills content exactly. Returns whether coded is one well-formed frame of that many bytes.
bool zstd_unpack(std::span<const std::uint8_t> coded, std::span<std::uint8_t> content);

}  // namespace nnzip
