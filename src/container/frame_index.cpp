// SPDX-License-Identifier: Apache-2.0
// Written once at the end of a frame, read from either side.
#include "container/frame_index.h"

#include <algorithm>

#include "container/block_header.h"

namespace nnzip {
namespace {

constexpr std::size_t kTrailerBytes = 8;  // checksum and length
constexpr std::uint64_t kMaxU32 = 0xFFFFFFFF;

Bytes entry_bytes(const IndexEntry& block, bool copies) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.varint(block.block_bytes);
  writer.varint(block.content_bytes);
  if (copies) writer.varint(block.copied_bytes);
  return bytes;
}

std::uint32_t checksum(const Xxh64Stream& hash) {
  return static_cast<std::uint32_t>(hash.digest());
}

// expected_bytes: of all blocks together. Throws Error or gives nothing if the bytes are no index.
bool parse_index(std::span<const std::uint8_t> bytes, std::uint64_t expected_bytes, bool copies,
                 FrameIndex& index) {
  ByteReader reader(bytes, ErrorCode::kCorrupt, "the index");
  const std::uint64_t count = reader.varint();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t block = reader.varint();
    const std::uint64_t content = reader.varint();
    const std::uint64_t copied = copies ? reader.varint() : 0;
    if (block > expected_bytes || block > kMaxU32 || content > kMaxSplicedBytes) return false;
    if (copied > content) return false;
    expected_bytes -= block;
    index.blocks.push_back({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(content),
                            static_cast<std::uint32_t>(copied)});
  }
  index.content_hash = reader.u64();
  return reader.remaining() == 0 && expected_bytes == 0;
}

}  // namespace

void write_frame_index(const FrameIndex& index, Bytes& out, bool copies) {
  const std::size_t begin = out.size();
  ByteWriter writer(out);
  writer.varint(index.blocks.size());
  for (const IndexEntry& block : index.blocks) {
    writer.bytes(entry_bytes(block, copies));
  }
  writer.u64(index.content_hash);
  const std::size_t size = out.size() - begin;
  writer.u32(static_cast<std::uint32_t>(xxh64(std::span(out).subspan(begin))));
  writer.u32(static_cast<std::uint32_t>(size));
}

void IndexChecker::add(const IndexEntry& block) {
  seen_.update(entry_bytes(block, copies_));
  ++count_;
}

std::uint64_t IndexChecker::read_and_compare(InputBuffer& in) const {
  const std::uint64_t begin = in.position();
  if (count_ < 2) in.fail(ErrorCode::kCorrupt, "a frame of several blocks has fewer than two");
  bool good = in.varint() == count_;
  Bytes piece;
  ByteWriter(piece).varint(count_);
  Xxh64Stream all;
  all.update(piece);
  Xxh64Stream stated;
  for (std::uint64_t i = 0; good && i < count_; ++i) {
    piece.clear();
    for (int field = 0; field < (copies_ ? 3 : 2); ++field) ByteWriter(piece).varint(in.varint());
    stated.update(piece);
    all.update(piece);
  }
  if (!good || stated.digest() != seen_.digest()) {
    in.fail(ErrorCode::kCorrupt, "the index does not fit the blocks before it");
  }
  const std::uint64_t content_hash = in.little_endian(8);
  piece.clear();
  ByteWriter(piece).u64(content_hash);
  all.update(piece);
  const std::uint64_t size = in.position() - begin;
  if (in.little_endian(4) != checksum(all) || in.little_endian(4) != size) {
    in.fail(ErrorCode::kCorrupt, "the index does not have its checksum or length");
  }
  return content_hash;
}

std::optional<FoundIndex> find_frame_index(TailReader& in, std::uint64_t size) try {
  // Beside the header there are at least the block of kind 0 and the end of the index.
  constexpr std::uint64_t kLeastBytes = kFrameMagic.size() + 2 + kTrailerBytes;
  if (size < kLeastBytes) return std::nullopt;
  ByteReader trailer(in.bytes(size - kTrailerBytes, size), ErrorCode::kCorrupt, "the index");
  const std::uint32_t stated_checksum = trailer.u32();
  const std::uint64_t length = trailer.u32();
  if (length > std::min(size - kLeastBytes, kMaxSoughtBytes)) return std::nullopt;
  const std::uint64_t begin = size - kTrailerBytes - length;
  const auto bytes = in.bytes(begin, size - kTrailerBytes);
  if (static_cast<std::uint32_t>(xxh64(bytes)) != stated_checksum) return std::nullopt;

  FoundIndex found;
  in.file().seek(0);
  InputBuffer start(in.file());
  for (const std::uint8_t expected : kFrameMagic) {
    if (start.u8() != expected) return std::nullopt;
  }
  found.header = read_frame_header(start);
  found.header_bytes = start.position();
  if (!found.header.several_blocks || found.header_bytes + 1 > begin) return std::nullopt;
  if (!parse_index(bytes, begin - 1 - found.header_bytes, found.header.has_copies(), found))
    return std::nullopt;
  return found;
} catch (const Error& error) {
  if (error.code() == ErrorCode::kReadFailed) throw;
  return std::nullopt;
}

}  // namespace nnzip
