// SPDX-License-Identifier: Apache-2.0
// Models with generated weights, for tests and speed measurements: same numbers on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "model/architecture.h"

namespace nnzip {

enum class SyntheticKind {
  kPlain,    // activations spread over the int8 range, distributions neither flat nor certain
  kExtreme,  // weights of +-127 and large multipliers: saturates wherever the arithmetic can
};

// A valid model of the given shape. Integer arithmetic only, seeded.
Model synthetic_model(const Config& config, std::uint64_t seed,
                      SyntheticKind kind = SyntheticKind::kPlain);

// A small shape for tests: width 64, 2 layers, 2 heads sharing one key/value head, windows 16 and
// 48, two n-gram tables.
Config tiny_config();

// All taps of kPixels or kSamples; none of kBytes.
std::vector<Tap> all_taps(Form form);
// The small shape with these.
Config tiny_tap_config(Form form);

// A shape for measurements of speed: 3,997,696 multiply-accumulates a byte in matrix products,
// which is as near to four million as a shape of six layers of width 256 comes; windows of 256.
Config four_million_config();

}  // namespace nnzip
