// SPDX-License-Identifier: Apache-2.0
// Models with generated weights, for tests and speed measurements: same numbers on every machine.
#pragma once

#include <cstdint>

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

}  // namespace nnzip
