// SPDX-License-Identifier: Apache-2.0
// The hash of what surrounds a pixel.
#pragma once

#include <cstdint>

namespace nnzip::mixer {

constexpr std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 32;
}

}  // namespace nnzip::mixer
