// SPDX-License-Identifier: Apache-2.0
// From options and models alone, never from threads: these do not change how content is cut.
#include "codec/within_memory.h"

#include <string>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "container/frame_header.h"
#include "repeats/copy_finder.h"

namespace nnzip {
namespace {

constexpr std::size_t kUsualBlock = std::size_t{4} << 20, kLeastBlock = std::size_t{256} << 10;
constexpr int kLeastLog2Block = 16, kMostLog2Block = 28;
static_assert(kMaxBlockBytes == std::size_t{1} << kMostLog2Block);

void check_log2(const char* name, int value, int least, int most) {
  if (value == 0 || (value >= least && value <= most)) return;
  throw Error(ErrorCode::kInvalidArgument,
              std::string("the ") + name + " 2^" + std::to_string(value) + " is not within 2^" +
                  std::to_string(least) + " to 2^" + std::to_string(most) + " bytes.");
}

int window_within(std::uint64_t memory_limit, int log2_window) {
  constexpr std::uint64_t kPart = 8;
  while (memory_limit != 0 && log2_window > FrameHeader::kLeastLog2Window &&
         kPart << log2_window > memory_limit) {
    --log2_window;
  }
  return log2_window;
}

}  // namespace

Level level_of(const Options& options) {
  check_log2("window", options.log2_window, FrameHeader::kLeastLog2Window,
             FrameHeader::kMostLog2Window);
  check_log2("block", options.log2_block, kLeastLog2Block, kMostLog2Block);
  if (options.level < 1 || options.level > 9) {
    throw Error(ErrorCode::kInvalidArgument,
                "the level " + std::to_string(options.level) + " is not within 1 to 9.");
  }
  Level level = level_meaning(options.level);
  if (options.fast_decode) level = for_fast_decoding(level);
  level.log2_window = options.log2_window != 0
                          ? options.log2_window
                          : window_within(options.memory_limit, level.log2_window);
  if (options.log2_block != 0) level.block_bytes = std::size_t{1} << options.log2_block;
  return level;
}

Level level_within(std::uint64_t memory, const Options& options, const FrameModels& models) {
  Level level = level_of(options);
  if (options.log2_block != 0) return level;
  const auto fits = [&](std::size_t block) {
    const std::uint64_t needed = window_memory(level.log2_window) + source_memory(block) +
                                 encode_memory(block, models, level, 1);
    return needed <= (block > kUsualBlock ? memory / 2 : memory);
  };
  while (level.block_bytes > kLeastBlock && !fits(level.block_bytes)) level.block_bytes /= 2;
  return level;
}

}  // namespace nnzip
