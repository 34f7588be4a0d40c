// SPDX-License-Identifier: Apache-2.0
// What stands before a frame's blocks; the layout is FORMAT.md.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "container/input_buffer.h"

namespace nnzip {

// 0xF7 begins no UTF-8 character, so no text begins like a frame.
constexpr std::array<std::uint8_t, 4> kFrameMagic{0xF7, 0x4E, 0x5A, 0x1A};
constexpr int kFormatVersion = 0;

// How frames name a model: the first bytes of its SHA-256.
using ModelId = std::array<std::uint8_t, 8>;

struct FrameHeader {
  static constexpr std::size_t kMaxModels = 15;
  static constexpr int kLeastLog2Window = 16, kMostLog2Window = 31;
  bool several_blocks = false;
  // All different: those that blocks, or blocks within them, may need. A frame of one block that is
  // no group names one at most, and that only if the block needs it.
  std::vector<ModelId> models;
  // Blocks copy literals at most 2^log2_window before; 0: none does.
  int log2_window = 0;
  bool has_copies() const { return log2_window != 0; }
  bool several_models() const { return !several_blocks && models.size() > 1; }
  bool operator==(const FrameHeader&) const = default;
};

void write_frame_header(const FrameHeader& header, Bytes& out);

// What follows the magic. Throws Error(kTruncated, kUnsupportedVersion, kCorrupt).
FrameHeader read_frame_header(InputBuffer& in);

}  // namespace nnzip
