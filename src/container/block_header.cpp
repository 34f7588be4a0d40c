// SPDX-License-Identifier: Apache-2.0
// A block header's one to twenty bytes.
#include "container/block_header.h"

namespace nnzip {
namespace {

constexpr int kKindMask = 0x0F;
constexpr int kStreamsShift = 4;
constexpr int kStreamsMask = 0x07;
constexpr int kLayout = 0x80;
// Of a layout's first byte.
constexpr int kFormMask = 0x07;
constexpr int kFlag = 0x08;
constexpr int kFilterShift = 4;
// Of its last byte.
constexpr int kElementMask = 0x1F;
constexpr int kChannelsShift = 5;

bool states_model(BlockKind kind, std::size_t models) { return needs_model(kind) && models > 1; }

bool has_stride(Form form) { return form == Form::kBytes || form == Form::kPixels; }

// Folded content has no layout but its length.
std::size_t layout_bytes(const BlockHeader& header) {
  if (header.filter == Filter::kRepeats) return 1 + short_varint_bytes(header.folded_bytes);
  const Layout& layout = header.layout;
  return 2 + (has_stride(layout.form) ? short_varint_bytes(layout.stride) : 0) +
         (header.filter == Filter::kResiduals ? 1 : 0);
}

void write_layout(const BlockHeader& header, Bytes& out) {
  const Layout& layout = header.layout;
  out.push_back(static_cast<std::uint8_t>(static_cast<int>(layout.form) |
                                          (layout.flag() ? kFlag : 0) |
                                          static_cast<int>(header.filter) << kFilterShift));
  if (header.filter == Filter::kRepeats) return write_short_varint(header.folded_bytes, out);
  if (has_stride(layout.form)) write_short_varint(layout.stride, out);
  out.push_back(
      static_cast<std::uint8_t>((layout.element - 1) | (layout.channels - 1) << kChannelsShift));
  if (header.filter == Filter::kResiduals) {
    out.push_back(static_cast<std::uint8_t>(layout.unused_bits));
  }
}

std::uint32_t read_number(InputBuffer& in) {
  bool shortest = false;
  const auto value = read_short_varint([&in] { return in.u8(); }, shortest);
  if (!shortest) in.fail(ErrorCode::kCorrupt, "a number is not written the shortest way");
  return value;
}

void read_layout(InputBuffer& in, BlockHeader& header) {
  const int first = in.u8();
  const int form = first & kFormMask, filter = first >> kFilterShift;
  if (form > static_cast<int>(Form::kCode) || !is_filter(static_cast<Filter>(filter))) {
    in.fail(ErrorCode::kUnsupportedVersion,
            "the block's content is of a form or filter that this nnzip does not know; a newer "
            "one may read it");
  }
  Layout& layout = header.layout;
  layout.form = static_cast<Form>(form);
  const bool flag = (first & kFlag) != 0;
  header.filter = static_cast<Filter>(filter);
  if (header.filter == Filter::kRepeats) {
    layout.set_flag(flag);
    header.folded_bytes = read_number(in);
    if (header.folded_bytes == 0 || header.folded_bytes > header.content_bytes) {
      in.fail(ErrorCode::kCorrupt, "the block's layout is not one that the format has");
    }
    return;
  }
  if (has_stride(layout.form)) layout.stride = read_number(in);
  const auto last = std::uint32_t{in.u8()};
  layout.element = (last & kElementMask) + 1;
  layout.channels = (last >> kChannelsShift) + 1;
  layout.set_flag(flag);
  if (header.filter == Filter::kResiduals) layout.unused_bits = in.u8();
  if (!layout.is_valid() || !header.states_layout()) {
    in.fail(ErrorCode::kCorrupt, "the block's layout is not one that the format has");
  }
}

}  // namespace

std::size_t short_varint_bytes(std::uint32_t value) {
  return value < (1U << 6) ? 1 : value < (1U << 14) ? 2 : value < (1U << 22) ? 3 : 4;
}

void write_short_varint(std::uint32_t value, Bytes& out) {
  const std::size_t size = short_varint_bytes(value);
  const std::uint32_t raw = value << 2 | static_cast<std::uint32_t>(size - 1);
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(raw >> (8 * i)));
}

std::size_t block_header_bytes(const BlockHeader& header, std::size_t models) {
  if (header.kind == BlockKind::kEnd) return 1;
  return 1 + (states_model(header.kind, models) ? 1 : 0) +
         short_varint_bytes(header.content_bytes - 1) +
         (header.kind == BlockKind::kStored ? 0 : short_varint_bytes(header.coded_bytes)) + 4 +
         (header.states_layout() ? layout_bytes(header) : 0);
}

void write_block_header(const BlockHeader& header, std::size_t models, Bytes& out) {
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(static_cast<int>(header.kind) |
                                      header.log2_streams << kStreamsShift |
                                      (header.states_layout() ? kLayout : 0)));
  if (header.kind == BlockKind::kEnd) return;
  if (states_model(header.kind, models)) writer.u8(header.model);
  write_short_varint(header.content_bytes - 1, out);
  if (header.kind != BlockKind::kStored) write_short_varint(header.coded_bytes, out);
  writer.u32(header.checksum);
  if (header.states_layout()) write_layout(header, out);
}

BlockHeader read_block_header(InputBuffer& in, std::size_t models) {
  const int byte = in.u8();
  BlockHeader header;
  header.log2_streams = byte >> kStreamsShift & kStreamsMask;
  const int kind = byte & kKindMask;
  if (kind > static_cast<int>(BlockKind::kContexts) || header.log2_streams > kMaxLog2Streams) {
    in.fail(ErrorCode::kUnsupportedVersion,
            "the block is of a kind that this nnzip does not know; a newer one may read it");
  }
  header.kind = static_cast<BlockKind>(kind);
  if (header.log2_streams != 0 && !needs_model(header.kind)) {
    in.fail(ErrorCode::kCorrupt, "streams are stated for a block that has none");
  }
  if ((byte & kLayout) != 0 && !has_layout(header.kind)) {
    in.fail(ErrorCode::kCorrupt, "a layout is stated for a block that has none");
  }
  if (header.kind == BlockKind::kEnd) return header;
  if (states_model(header.kind, models)) header.model = in.u8();
  if (needs_model(header.kind) && header.model >= models) {
    in.fail(ErrorCode::kCorrupt, "the block needs a model that the frame does not name");
  }
  header.content_bytes = read_number(in) + 1;
  if (header.content_bytes > kMaxContentBytes) {
    in.fail(ErrorCode::kLimitExceeded, "the block holds " + std::to_string(header.content_bytes) +
                                           " bytes, more than the " +
                                           std::to_string(kMaxContentBytes) + " that are allowed");
  }
  header.coded_bytes = header.kind == BlockKind::kStored ? header.content_bytes : read_number(in);
  if (header.coded_bytes > header.content_bytes + kMaxExpansion) {
    in.fail(ErrorCode::kCorrupt, "the coded data are longer than the format allows");
  }
  header.checksum = static_cast<std::uint32_t>(in.little_endian(4));
  if ((byte & kLayout) != 0) read_layout(in, header);
  return header;
}

}  // namespace nnzip
