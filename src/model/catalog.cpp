// SPDX-License-Identifier: Apache-2.0
// A model that frames may name stays in models/ for ever; only this choice changes.
#include "model/catalog.h"

#include <algorithm>
#include <array>

namespace nnzip {
namespace {

constexpr std::size_t kKiB = 1024;

constexpr std::array<Level, 9> kLevels = {{
    {"none", "none", 64 * kKiB, false},
    {"none", "none", 64 * kKiB, false},
    {"none", "none", 64 * kKiB, false},
    {"text", "image", 64 * kKiB, false},
    {"text", "image", 128 * kKiB, true},
    {"text", "image", 256 * kKiB, true},
    {"text", "image", 1024 * kKiB, true},
    {"text", "image", 4096 * kKiB, true},
    {"text", "image", 4096 * kKiB, true},
}};

}  // namespace

const Level& level_meaning(int level) {
  return kLevels[static_cast<std::size_t>(std::clamp(level, 1, 9) - 1)];
}

}  // namespace nnzip
