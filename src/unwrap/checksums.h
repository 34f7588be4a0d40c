// SPDX-License-Identifier: Apache-2.0
// The sums of RFC 1950 (Adler-32) and of PNG, gzip and zip (CRC-32).
#pragma once

#include <cstdint>
#include <span>

namespace nnzip {

std::uint32_t adler32(std::span<const std::uint8_t> data);
std::uint32_t crc32(std::span<const std::uint8_t> data);

}  // namespace nnzip
