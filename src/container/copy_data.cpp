// SPDX-License-Identifier: Apache-2.0
// A source is told by its distance from where the one before ended: copies of what was changed in
// some places follow each other.
#include "container/copy_data.h"

#include "base/hash.h"
#include "container/span_reader.h"

namespace nnzip {
namespace {

std::uint64_t to_unsigned(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t to_signed(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

// Where literals and copies of a block have come to.
struct Ends {
  std::uint32_t literals = 0;
  std::int64_t source = 0;
};

Copy read_copy(InputBuffer& in, const BlockHeader& header, std::uint32_t copied, int log2_window,
               Ends& ends) {
  const std::uint64_t gap = in.varint();
  const std::uint64_t length = in.varint();
  const std::int64_t jump = to_signed(in.varint());
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  if (gap > header.literal_bytes() - ends.literals || length > header.copied_bytes - copied ||
      length + kLeastCopyBytes > header.copied_bytes - copied || jump > kFar || jump < -kFar) {
    in.fail(ErrorCode::kCorrupt, "copies hold more than was stated");
  }
  Copy copy;
  copy.at = ends.literals += static_cast<std::uint32_t>(gap);
  copy.length = static_cast<std::uint32_t>(length + kLeastCopyBytes);
  copy.source = ends.source + jump;
  ends.source = copy.source + copy.length;
  if (ends.source > copy.at || copy.at - copy.source > std::int64_t{1} << log2_window) {
    in.fail(ErrorCode::kCorrupt, "a copy is not of what it may be of");
  }
  return copy;
}

void read_literals(InputBuffer& in, const BlockHeader& header, std::span<const std::uint8_t> coded,
                   std::size_t models, CopyData& data) {
  if (header.literal_bytes() != 0) {
    data.literals = read_block_header(in, models);
    data.coded = coded.subspan(in.position());
  }
  const BlockKind kind = data.literals.kind;
  if (kind == BlockKind::kCopies || data.literals.content_bytes != header.literal_bytes() ||
      data.literals.coded_bytes != data.coded.size() ||
      (kind == BlockKind::kEnd && (header.literal_bytes() != 0 || in.position() != coded.size()))) {
    in.fail(ErrorCode::kCorrupt, "literals are not those that were stated");
  }
}

}  // namespace

CopyData read_copies(const BlockHeader& header, std::span<const std::uint8_t> coded,
                     std::size_t models, int log2_window) {
  SpanReader source(coded);
  InputBuffer in(source);
  in.enter_block();
  std::uint32_t checksum = 0;
  for (int i = 0; i < 32; i += 8) checksum |= std::uint32_t{in.u8()} << i;
  CopyData data;
  Ends ends;
  std::uint32_t copied = 0;
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    data.copies.push_back(read_copy(in, header, copied, log2_window, ends));
    copied += data.copies.back().length;
  }
  if (copied != header.copied_bytes) {
    in.fail(ErrorCode::kCorrupt, "copies hold less than was stated");
  }
  if (xxh32(coded.first(in.position()).subspan(sizeof(checksum))) != checksum) {
    in.fail(ErrorCode::kCorrupt, "the list of copies does not have its checksum");
  }
  read_literals(in, header, coded, models, data);
  return data;
}

void write_copies(std::span<const Copy> copies, Bytes& out) {
  Bytes list;
  ByteWriter writer(list);
  writer.varint(copies.size());
  Ends ends;
  for (const Copy& copy : copies) {
    writer.varint(copy.at - ends.literals);
    writer.varint(copy.length - kLeastCopyBytes);
    writer.varint(to_unsigned(copy.source - ends.source));
    ends = {copy.at, copy.source + copy.length};
  }
  ByteWriter(out).u32(xxh32(list));
  out.insert(out.end(), list.begin(), list.end());
}

}  // namespace nnzip
