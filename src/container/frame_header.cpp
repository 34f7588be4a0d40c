// SPDX-License-Identifier: Apache-2.0
// The frame header's five or thirteen bytes.
#include "container/frame_header.h"

namespace nnzip {
namespace {

constexpr int kVersionMask = 0x0F;
constexpr int kSeveralBlocks = 0x10;
constexpr int kModel = 0x20;
constexpr int kReserved = 0xC0;

}  // namespace

void write_frame_header(const FrameHeader& header, Bytes& out) {
  ByteWriter writer(out);
  writer.bytes(kFrameMagic);
  writer.u8(static_cast<std::uint8_t>(
      kFormatVersion | (header.several_blocks ? kSeveralBlocks : 0) | (header.model ? kModel : 0)));
  if (header.model) writer.bytes(*header.model);
}

FrameHeader read_frame_header(InputBuffer& in) {
  const int byte = in.u8();
  if ((byte & kVersionMask) != kFormatVersion || (byte & kReserved) != 0) {
    in.fail(ErrorCode::kUnsupportedVersion,
            "it was written in a newer format; a newer nnzip may read it");
  }
  FrameHeader header;
  header.several_blocks = (byte & kSeveralBlocks) != 0;
  if ((byte & kModel) != 0) in.read(header.model.emplace());
  return header;
}

}  // namespace nnzip
