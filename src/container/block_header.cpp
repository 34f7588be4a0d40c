// SPDX-License-Identifier: Apache-2.0
// A block header's bytes.
#include "container/block_header.h"

namespace nnzip {
namespace {

constexpr int kKindMask = 0x0F;
// Mixed and contexts blocks of another effort than the usual one have numbers of their own.
constexpr int kOfLarge = 10;
// And so have lean blocks, which are of small effort otherwise.
constexpr int kLeanOfUsual = 14;
constexpr int kStreamsShift = 4;
constexpr int kStreamsMask = 0x07;
constexpr int kLayout = 0x80;
// Of a layout's first byte.
constexpr int kFormMask = 0x07;
constexpr int kFlag = 0x08;
constexpr int kFilterShift = 4;
constexpr int kPlain = 4;  // a form that no layout has
constexpr int kLastForm = static_cast<int>(Form::kCompanded);
constexpr int kNoFilter = 0, kSeveralFilters = 1;
// Of its last byte.
constexpr int kElementMask = 0x1F;
constexpr int kChannelsShift = 5;

constexpr char kBadLayout[] = "the block's layout is not one that the format has";
constexpr char kUnknownLayout[] =
    "the block's content is of a form or filter that this nnzip does not know; a newer one may "
    "read it";

bool states_model(BlockKind kind, std::size_t models) { return needs_model(kind) && models > 1; }

int kind_field(const BlockHeader& header) {
  const int kind = static_cast<int>(header.kind);
  if (header.kind == BlockKind::kLean) {
    return header.effort == Effort::kSmall ? kind : kLeanOfUsual;
  }
  if (!has_effort(header.kind) || header.effort == Effort::kUsual) return kind;
  return kOfLarge + (kind - static_cast<int>(BlockKind::kMixed));
}

bool has_stride(Form form) {
  return form == Form::kBytes || form == Form::kPixels || form == Form::kJpeg;
}
bool has_shape(Form form) { return form != Form::kJpeg; }

// Bytes of which nothing is known have a form of their own, since only their filters are stated.
bool is_plain(const BlockHeader& header) { return header.layout == Layout{}; }

void write_shape(const Layout& layout, Bytes& out) {
  if (has_stride(layout.form)) write_short_varint(layout.stride, out);
  if (!has_shape(layout.form)) return;
  out.push_back(
      static_cast<std::uint8_t>((layout.element - 1) | (layout.channels - 1) << kChannelsShift));
}

int filter_field(const FilterChain& filters) {
  if (filters.size() > 1) return kSeveralFilters;
  return filters.empty() ? kNoFilter : static_cast<int>(filters.front().filter);
}

void write_filters(const FilterChain& filters, Bytes& out) {
  if (filters.size() > 1) {
    out.push_back(static_cast<std::uint8_t>(filters.size()));
    for (const FilterStep& step : filters) out.push_back(static_cast<std::uint8_t>(step.filter));
  }
  for (const FilterStep& step : filters) {
    if (changes_length(step.filter)) write_short_varint(step.made_bytes, out);
    if (step.filter == Filter::kResiduals) {
      out.push_back(static_cast<std::uint8_t>(step.unused_bits));
    }
    if (step.filter == Filter::kIntegers) {
      for (int i = 0; i < 3; ++i) {
        out.push_back(static_cast<std::uint8_t>(step.source >> (8 * i)));
      }
    }
  }
}

void write_layout(const BlockHeader& header, Bytes& out) {
  const int form = is_plain(header) ? kPlain : static_cast<int>(header.layout.form);
  out.push_back(static_cast<std::uint8_t>(form | (header.layout.flag() ? kFlag : 0) |
                                          filter_field(header.filters) << kFilterShift));
  if (!is_plain(header)) write_shape(header.layout, out);
  write_filters(header.filters, out);
}

std::size_t layout_bytes(const BlockHeader& header) {
  Bytes layout;
  write_layout(header, layout);
  return layout.size();
}

std::uint32_t read_number(InputBuffer& in) {
  bool shortest = false;
  const auto value = read_short_varint([&in] { return in.u8(); }, shortest);
  if (!shortest) in.fail(ErrorCode::kCorrupt, "a number is not written the shortest way");
  return value;
}

void read_shape(InputBuffer& in, bool flag, Layout& layout) {
  if (has_stride(layout.form)) layout.stride = read_number(in);
  if (has_shape(layout.form)) {
    const auto shape = std::uint32_t{in.u8()};
    layout.element = (shape & kElementMask) + 1;
    layout.channels = (shape >> kChannelsShift) + 1;
  }
  layout.set_flag(flag);
}

// field: of the layout's first byte.
FilterChain read_filters(InputBuffer& in, int field) {
  FilterChain filters;
  if (field == kSeveralFilters) {
    const std::size_t count = in.u8();
    if (count < 2 || count > kMaxFilters) in.fail(ErrorCode::kCorrupt, kBadLayout);
    for (std::size_t i = 0; i < count; ++i) filters.push_back({Filter{in.u8()}});
  } else if (field != kNoFilter) {
    filters.push_back({static_cast<Filter>(field)});
  }
  for (FilterStep& step : filters) {
    if (!is_filter(step.filter)) in.fail(ErrorCode::kUnsupportedVersion, kUnknownLayout);
    if (changes_length(step.filter)) step.made_bytes = read_number(in);
    if (step.filter == Filter::kResiduals) step.unused_bits = in.u8();
    if (step.filter == Filter::kIntegers) {
      step.source = static_cast<std::uint32_t>(in.little_endian(3));
    }
  }
  return filters;
}

void read_layout(InputBuffer& in, BlockHeader& header) {
  const int first = in.u8();
  const int form = first & kFormMask;
  const bool flag = (first & kFlag) != 0;
  if (form > kLastForm) in.fail(ErrorCode::kUnsupportedVersion, kUnknownLayout);
  Layout& layout = header.layout;
  if (form != kPlain) {
    layout.form = static_cast<Form>(form);
    read_shape(in, flag, layout);
  }
  header.filters = read_filters(in, first >> kFilterShift);
  const bool written_so = is_plain(header) ? form == kPlain && !flag : form != kPlain;
  if (!layout.is_valid() || !header.states_layout() || !written_so) {
    in.fail(ErrorCode::kCorrupt, kBadLayout);
  }
}

std::uint32_t read_opened(InputBuffer& in) {
  const std::uint32_t bytes = read_number(in);
  if (bytes == 0) in.fail(ErrorCode::kCorrupt, "the group holds nothing");
  if (bytes > kMaxOpenedBytes) {
    in.fail(ErrorCode::kLimitExceeded, "the group opens to " + std::to_string(bytes) +
                                           " bytes, more than the " +
                                           std::to_string(kMaxOpenedBytes) + " that are allowed");
  }
  return bytes;
}

std::uint32_t read_copied(InputBuffer& in, std::uint32_t content_bytes) {
  const std::uint32_t bytes = read_number(in);
  if (bytes == 0 || bytes > content_bytes || bytes > kMaxCopiedBytes ||
      content_bytes - bytes > kMaxContentBytes) {
    in.fail(ErrorCode::kCorrupt, "the block states copies that it cannot have");
  }
  return bytes;
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
         (header.kind == BlockKind::kGroup ? short_varint_bytes(header.opened_bytes) : 0) +
         (header.kind == BlockKind::kCopies ? short_varint_bytes(header.copied_bytes) : 0) +
         (header.kind == BlockKind::kStored ? 0 : short_varint_bytes(header.coded_bytes)) + 4 +
         (header.states_layout() ? layout_bytes(header) : 0);
}

void write_block_header(const BlockHeader& header, std::size_t models, Bytes& out) {
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(kind_field(header) | header.log2_streams << kStreamsShift |
                                      (header.states_layout() ? kLayout : 0)));
  if (header.kind == BlockKind::kEnd) return;
  if (states_model(header.kind, models)) writer.u8(header.model);
  write_short_varint(header.content_bytes - 1, out);
  if (header.kind == BlockKind::kGroup) write_short_varint(header.opened_bytes, out);
  if (header.kind == BlockKind::kCopies) write_short_varint(header.copied_bytes, out);
  if (header.kind != BlockKind::kStored) write_short_varint(header.coded_bytes, out);
  writer.u32(header.checksum);
  if (header.states_layout()) write_layout(header, out);
}

std::optional<BlockHeader> read_kind(std::uint8_t first_byte) {
  BlockHeader header;
  int kind = first_byte & kKindMask;
  if (kind == kOfLarge || kind == kOfLarge + 1) {
    header.effort = Effort::kLarge;
    kind = static_cast<int>(BlockKind::kMixed) + kind % 2;
  } else if (kind == static_cast<int>(BlockKind::kLean)) {
    header.effort = Effort::kSmall;
  } else if (kind == kLeanOfUsual) {
    kind = static_cast<int>(BlockKind::kLean);
  }
  header.kind = static_cast<BlockKind>(kind);
  if (kind > static_cast<int>(BlockKind::kCopies) && header.kind != BlockKind::kBwt &&
      header.kind != BlockKind::kLean) {
    return std::nullopt;
  }
  return header;
}

BlockHeader read_block_header(InputBuffer& in, std::size_t models) {
  const std::uint8_t byte = in.u8();
  const std::optional<BlockHeader> of_kind = read_kind(byte);
  BlockHeader header = of_kind.value_or(BlockHeader{});
  header.log2_streams = byte >> kStreamsShift & kStreamsMask;
  if (!of_kind || header.log2_streams > kMaxLog2Streams) {
    in.fail(ErrorCode::kUnsupportedVersion,
            "the block is of a kind that this nnzip does not know; a newer one may read it");
  }
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
  const bool copies = header.kind == BlockKind::kCopies;
  const std::uint32_t most = copies ? kMaxSplicedBytes : kMaxContentBytes;
  if (header.content_bytes > most) {
    in.fail(ErrorCode::kLimitExceeded, "the block holds " + std::to_string(header.content_bytes) +
                                           " bytes, more than the " + std::to_string(most) +
                                           " that are allowed");
  }
  if (header.kind == BlockKind::kGroup) header.opened_bytes = read_opened(in);
  if (copies) header.copied_bytes = read_copied(in, header.content_bytes);
  header.coded_bytes = header.kind == BlockKind::kStored ? header.content_bytes : read_number(in);
  if (header.coded_bytes > header.content_bytes + kMaxExpansion) {
    in.fail(ErrorCode::kCorrupt, "the coded data are longer than the format allows");
  }
  header.checksum = static_cast<std::uint32_t>(in.little_endian(4));
  if ((byte & kLayout) != 0) read_layout(in, header);
  return header;
}

}  // namespace nnzip
