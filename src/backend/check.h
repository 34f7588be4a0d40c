// SPDX-License-Identifier: Apache-2.0
// Two engines side by side, compared for equality.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"

namespace nnzip {

// Engines of one shape. Feeds the sample and, if they have taps, generated values to both engines,
// by steps with several lanes and by windows of one lane, and returns how many distributions were
// compared. Throws Error(kBackendMismatch) at the first that differs, naming model, way, lane,
// position and symbol.
std::uint64_t check_engines(const Engine& a, const Engine& b, std::span<const std::uint8_t> sample,
                            const std::string& model_name);

// Text-like and random bytes made by a fixed integer generator, the same everywhere.
std::vector<std::uint8_t> generated_sample(std::size_t bytes);

// Values of taps for so many symbols, [symbols][taps], made likewise.
std::vector<std::uint8_t> generated_taps(std::size_t symbols, std::size_t taps);

}  // namespace nnzip
