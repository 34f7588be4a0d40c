// SPDX-License-Identifier: Apache-2.0
// Two engines side by side, compared for equality.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"

namespace nnzip {

// Feeds the sample to both engines, by steps with several lanes and by windows of one lane, and
// returns how many distributions were compared. Throws Error(kBackendMismatch) at the first that
// differs, naming model, way, lane, position and symbol.
std::uint64_t check_engines(const Engine& a, const Engine& b, std::span<const std::uint8_t> sample,
                            const std::string& model_name);

// Text-like and random bytes made by a fixed integer generator, the same everywhere.
std::vector<std::uint8_t> generated_sample(std::size_t bytes);

}  // namespace nnzip
