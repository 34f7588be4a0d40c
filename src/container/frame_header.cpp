// SPDX-License-Identifier: Apache-2.0
// The frame header's five bytes or more.
#include "container/frame_header.h"

#include <algorithm>

namespace nnzip {
namespace {

constexpr int kVersionMask = 0x0F;
constexpr int kSeveralBlocks = 0x10;
constexpr int kModels = 0x20;
constexpr int kSeveralModels = 0x40;  // of one block
constexpr int kCopies = 0x80;

int read_window(InputBuffer& in) {
  const int log2 = in.u8();
  if (log2 < FrameHeader::kLeastLog2Window || log2 > FrameHeader::kMostLog2Window) {
    in.fail(ErrorCode::kUnsupportedVersion,
            "the frame's copies reach further than this nnzip can; a newer one may read it");
  }
  return log2;
}

}  // namespace

void write_frame_header(const FrameHeader& header, Bytes& out) {
  ByteWriter writer(out);
  writer.bytes(kFrameMagic);
  writer.u8(static_cast<std::uint8_t>(
      kFormatVersion | (header.several_blocks ? kSeveralBlocks : 0) |
      (header.models.empty() ? 0 : kModels) | (header.several_models() ? kSeveralModels : 0) |
      (header.has_copies() ? kCopies : 0)));
  if (header.has_copies()) writer.u8(static_cast<std::uint8_t>(header.log2_window));
  if (header.models.empty()) return;
  if (header.several_blocks || header.several_models())
    writer.u8(static_cast<std::uint8_t>(header.models.size()));
  for (const ModelId& model : header.models) writer.bytes(model);
}

FrameHeader read_frame_header(InputBuffer& in) {
  const int byte = in.u8();
  if ((byte & kVersionMask) != kFormatVersion) {
    in.fail(ErrorCode::kUnsupportedVersion,
            "it was written in a newer format; a newer nnzip may read it");
  }
  FrameHeader header;
  header.several_blocks = (byte & kSeveralBlocks) != 0;
  const bool several_models = (byte & kSeveralModels) != 0;
  if (several_models && (header.several_blocks || (byte & kModels) == 0)) {
    in.fail(ErrorCode::kCorrupt, "the frame's flags contradict each other");
  }
  if ((byte & kCopies) != 0) header.log2_window = read_window(in);
  if ((byte & kModels) == 0) return header;
  const std::size_t count = header.several_blocks || several_models ? in.u8() : 1;
  if (count == 0 || count > FrameHeader::kMaxModels || (several_models && count == 1)) {
    in.fail(ErrorCode::kCorrupt,
            "the frame names " + std::to_string(count) + " models, which is not within 1 to 15");
  }
  for (std::size_t i = 0; i < count; ++i) {
    ModelId model;
    in.read(model);
    if (std::ranges::find(header.models, model) != header.models.end()) {
      in.fail(ErrorCode::kCorrupt, "the frame names a model twice");
    }
    header.models.push_back(model);
  }
  return header;
}

}  // namespace nnzip
