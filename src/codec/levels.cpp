// SPDX-License-Identifier: Apache-2.0
// A model that frames may name stays in models/ for ever; only this choice changes.
#include "codec/levels.h"

#include <algorithm>
#include <array>

#include "layout/block_plan.h"

namespace nnzip {
namespace {

constexpr std::size_t kKiB = 1024;

constexpr Sampling kUsual{24, 8 * kKiB, 16, 16, 4, 2, 32};

// clang-format off
constexpr std::array<Level, 9> kLevels = {{
    // models; streams: bytes at least, how many at most; doubtful, hopeless; sampling
    {{}, 64 * kKiB, kPlannedStreams, 32, 4, kUsual},
    {{}, 64 * kKiB, kPlannedStreams, 32, 4, kUsual},
    {{}, 64 * kKiB, kPlannedStreams, 32, 4, kUsual},
    {{"text", "image"}, 64 * kKiB, kPlannedStreams, 32, 4, kUsual},
    {{"text", "image"}, 128 * kKiB, kPlannedStreams, 32, 0, kUsual},
    {{"text4m", "image"}, 256 * kKiB, kPlannedStreams, 32, 0, kUsual},
    {{"text4m", "image"}, 1024 * kKiB, kPlannedStreams, 32, 0, kUsual},
    {{"text4m", "image"}, 4096 * kKiB, kPlannedStreams, 32, 0, kUsual},
    {{"text4m", "image"}, 4096 * kKiB, kPlannedStreams, 32, 0, kUsual},
}};
// clang-format on

}  // namespace

const Level& level_meaning(int level) {
  return kLevels[static_cast<std::size_t>(std::clamp(level, 1, 9) - 1)];
}

}  // namespace nnzip
