// SPDX-License-Identifier: Apache-2.0
// A model that frames may name stays in models/ for ever; only this choice changes.
#include "codec/levels.h"

#include <algorithm>
#include <array>

#include "layout/block_plan.h"

namespace nnzip {
namespace {

constexpr std::size_t kKiB = 1024, kMiB = 1024 * kKiB;

constexpr KindsTried kAll{true, true, true}, kSorted{false, true, true, BlockKind::kBwt},
    kLean{true, true, true, BlockKind::kLean};
constexpr Unwrapped kExact{32, 64 * kMiB}, kAny{64 * kMiB, 64 * kMiB}, kLong{64 * kMiB, 256 * kMiB};
constexpr NetworkTrial kShort{64, 4 * kKiB, 32 * kKiB, 16, 16, 200, 4},
    kThorough{16, 8 * kKiB, 64 * kKiB, 32, 8, 200, 0};
constexpr CompressedTrial kCheap{8 * kKiB, 16, 200};
constexpr Sampling kUsual{24, 8 * kKiB, 16, 16, 4, 2, 32};
constexpr Sampling kSortedSample{48, 16 * kKiB, 16, 16, 4, 16, 32};
constexpr Shortcuts kSafe{8, 256, 2048, kMiB, 256, 256 * kKiB, 16 * kKiB, 4, 4, 128 * kKiB, kMiB};

// clang-format off
constexpr std::array<Level, 9> kLevels = {{
    // models; kinds; effort; unwrap; block; streams: bytes at least, how many at most; doubtful; trials; the rest
    {{}, kSorted, Effort::kSmall, kExact, 4 * kMiB, 64 * kKiB, kPlannedStreams, 32, kShort, kCheap, kSortedSample, kSafe},
    {{}, kLean, Effort::kSmall, kExact, 8 * kMiB, 64 * kKiB, kPlannedStreams, 32, kShort, kCheap, kUsual, kSafe},
    {{}, kLean, Effort::kUsual, kAny, 8 * kMiB, 64 * kKiB, kPlannedStreams, 32, kShort, kCheap, kUsual, kSafe},
    {{}, kAll, Effort::kUsual, kAny, 8 * kMiB, 64 * kKiB, kPlannedStreams, 32, kShort, kCheap, kUsual, kSafe},
    {{"text", "image", "code"}, kAll, Effort::kUsual, kAny, 16 * kMiB, 128 * kKiB, kPlannedStreams, 32, kShort, kCheap, kUsual, kSafe},
    {{"text4m", "image", "code"}, kAll, Effort::kUsual, kAny, 16 * kMiB, 256 * kKiB, kPlannedStreams, 32, kShort, kCheap, kUsual, kSafe},
    {{"text4m", "image", "code"}, kAll, Effort::kUsual, kAny, 16 * kMiB, 1024 * kKiB, kPlannedStreams, 32, kShort, kCheap, kUsual, kSafe},
    {{"text4m", "image", "code"}, kAll, Effort::kLarge, kLong, 32 * kMiB, 4096 * kKiB, kPlannedStreams, 32, kThorough, kCheap, kUsual, kSafe},
    {{"text4m", "image", "code"}, kAll, Effort::kLarge, kLong, 64 * kMiB, 4096 * kKiB, kPlannedStreams, 32, kThorough, kCheap, kUsual, kSafe, 0, 28},
}};
// clang-format on

}  // namespace

const Level& level_meaning(int level) {
  return kLevels[static_cast<std::size_t>(std::clamp(level, 1, 9) - 1)];
}

Level for_fast_decoding(Level level) {
  level.fast_stream_bytes = 16 * kKiB;
  level.kinds = kAll;
  // Streams are what a device codes side by side.
  level.block_bytes = std::min(level.block_bytes, 4 * kMiB);
  return level;
}

}  // namespace nnzip
