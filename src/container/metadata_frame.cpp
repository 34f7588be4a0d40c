// SPDX-License-Identifier: Apache-2.0
// The same length at both ends, so that it can be passed over from either side.
#include "container/metadata_frame.h"

#include <algorithm>

#include "base/hash.h"

namespace nnzip {
namespace {

constexpr std::array<std::uint8_t, 4> kEndMagic{0x1B, 0x5A, 0x4E, 0xF7};
constexpr std::uint64_t kTrailerBytes = 16;  // checksum, length, end magic
constexpr std::uint64_t kLeastBytes = kMetadataMagic.size() + 2 + kTrailerBytes;
constexpr std::size_t kPieceBytes = std::size_t{16} << 10;

Bytes head_of(std::uint8_t type, std::uint64_t payload_bytes) {
  Bytes head;
  ByteWriter writer(head);
  writer.u8(type);
  writer.varint(payload_bytes);
  return head;
}

}  // namespace

void write_metadata_frame(MetadataType type, std::span<const std::uint8_t> payload, Bytes& out) {
  if (payload.size() > kMaxPayloadBytes) {
    throw Error(ErrorCode::kLimitExceeded,
                "metadata of " + std::to_string(payload.size()) + " bytes are more than the " +
                    std::to_string(kMaxPayloadBytes) + " that are allowed.");
  }
  const std::size_t begin = out.size();
  ByteWriter writer(out);
  writer.bytes(kMetadataMagic);
  writer.bytes(head_of(static_cast<std::uint8_t>(type), payload.size()));
  writer.bytes(payload);
  writer.u32(xxh32(std::span(out).subspan(begin + kMetadataMagic.size())));
  writer.u64(out.size() - begin + kTrailerBytes - 4);
  writer.bytes(kEndMagic);
}

MetadataPlace pass_metadata_frame(InputBuffer& in) {
  MetadataPlace place;
  place.offset = in.position() - kMetadataMagic.size();
  place.type = in.u8();
  const std::uint64_t payload_bytes = in.varint();
  if (payload_bytes > kMaxPayloadBytes) {
    in.fail(ErrorCode::kLimitExceeded, "the metadata are longer than the " +
                                           std::to_string(kMaxPayloadBytes) +
                                           " bytes that are allowed");
  }
  Xxh32Stream hash;
  hash.update(head_of(place.type, payload_bytes));
  Bytes piece;
  for (std::uint64_t left = payload_bytes; left > 0; left -= piece.size()) {
    piece.resize(std::min<std::uint64_t>(left, kPieceBytes));
    in.read(piece);
    hash.update(piece);
  }
  place.bytes = in.position() - place.offset + kTrailerBytes;
  if (in.little_endian(4) != hash.digest()) {
    in.fail(ErrorCode::kCorrupt, "the metadata do not have their checksum; they are damaged");
  }
  std::array<std::uint8_t, 4> end_magic;
  const bool length_agrees = in.little_endian(8) == place.bytes;
  in.read(end_magic);
  if (!length_agrees || end_magic != kEndMagic) {
    in.fail(ErrorCode::kCorrupt, "the metadata do not end as they began");
  }
  return place;
}

std::optional<FoundMetadata> find_metadata_frame(TailReader& in, std::uint64_t end) {
  if (end < kLeastBytes) return std::nullopt;
  const auto ends_well = [&](std::span<const std::uint8_t> trailer) {
    return std::ranges::equal(trailer.last(kEndMagic.size()), kEndMagic);
  };
  const auto trailer = in.bytes(end - kTrailerBytes, end);
  if (!ends_well(trailer)) return std::nullopt;
  ByteReader numbers(trailer, ErrorCode::kCorrupt, "metadata");
  const std::uint32_t checksum = numbers.u32();
  const std::uint64_t length = numbers.u64();
  if (length < kLeastBytes || length > std::min(end, kMaxSoughtBytes)) return std::nullopt;

  const auto frame = in.bytes(end - length, end);
  const auto checked = frame.first(frame.size() - kTrailerBytes).subspan(kMetadataMagic.size());
  if (!std::ranges::equal(frame.first(kMetadataMagic.size()), kMetadataMagic)) return std::nullopt;
  if (xxh32(checked) != checksum) return std::nullopt;
  // The head is written in one way alone, so it is compared instead of read.
  for (std::size_t size = 1; size < checked.size() && size <= 5; ++size) {
    const std::uint64_t payload_bytes = checked.size() - 1 - size;
    if (std::ranges::equal(head_of(checked[0], payload_bytes), checked.first(1 + size))) {
      return FoundMetadata{{checked[0], end - length, length}, checked.last(payload_bytes)};
    }
  }
  return std::nullopt;
}

}  // namespace nnzip
