// SPDX-License-Identifier: Apache-2.0
// Each part finds its own two cuts, so that nobody need tell it.
#include "codec/parts.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/hash.h"
#include "codec/compressor.h"
#include "codec/frame_walk.h"
#include "codec/levels.h"
#include "codec/read_fully.h"
#include "codec/tar_walk.h"
#include "container/metadata_frame.h"
#include "container/metadata_payloads.h"

namespace nnzip {
namespace {

constexpr std::size_t kPieces = 16, kPieceBytes = 4096;
constexpr std::uint64_t kMaxParts = 1'000'000;

void demand_number(std::uint64_t number, std::uint64_t count) {
  if (number >= 1 && number <= count && count <= kMaxParts) return;
  throw Error(ErrorCode::kInvalidArgument,
              "there is no part " + std::to_string(number) + " of " + std::to_string(count) +
                  "; parts are numbered from 1 to their count, a million at most.");
}

// size * step / steps without overflow.
std::uint64_t part_of(std::uint64_t size, std::uint64_t step, std::uint64_t steps) {
  return size / steps * step + size % steps * step / steps;
}

// What FORMAT.md says of the field `whole`.
std::uint64_t name_of_whole(SeekableReader& content) {
  const std::uint64_t size = content.size();
  Bytes bytes;
  ByteWriter(bytes).u64(size);
  for (std::size_t i = 0; i < kPieces; ++i) {
    const std::uint64_t begin = part_of(size, i, kPieces);
    const std::size_t before = bytes.size();
    bytes.resize(before + std::min<std::uint64_t>(kPieceBytes, size - begin));
    read_fully(content, begin, std::span(bytes).subspan(before));
  }
  return xxh64(bytes);
}

// Behind the first end of a line that stands at least - 1 or behind it.
std::uint64_t line_at(SeekableReader& content, std::uint64_t least) {
  std::array<std::uint8_t, 64 * 1024> buffer;
  std::uint64_t at = least - 1;
  content.seek(at);
  while (const std::size_t size = content.read(buffer)) {
    const auto found = std::find(buffer.begin(), buffer.begin() + size, '\n');
    at += static_cast<std::uint64_t>(found - buffer.begin());
    if (found != buffer.begin() + size) return at + 1;
  }
  return at;
}

// Where the parts 1 to `parts` end.
std::uint64_t cut_behind(SeekableReader& content, std::uint64_t parts, std::uint64_t count,
                         Cut cut) {
  const std::uint64_t size = content.size();
  if (parts == 0 || parts == count || size == 0) return parts == 0 ? 0 : size;
  const std::uint64_t even = part_of(size, parts, count);
  switch (cut) {
    case Cut::kBlocks: {
      const std::uint64_t block = level_meaning(0).block_bytes;
      return part_of((size + block - 1) / block, parts, count) * block;
    }
    case Cut::kLines:
      return even == 0 ? 0 : line_at(content, even);
    case Cut::kTar:
      return TarWalk(content).member_at(even);
  }
  return size;
}

}  // namespace

ContentPart find_content_part(SeekableReader& content, std::uint64_t number, std::uint64_t count,
                              Cut cut) {
  demand_number(number, count);
  ContentPart part{number, count, cut_behind(content, number - 1, count, cut), 0, 0};
  part.length = cut_behind(content, number, count, cut) - part.offset;
  part.whole_bytes = content.size();
  part.whole = name_of_whole(content);
  return part;
}

ContentPart find_frames_part(SeekableReader& file, std::uint64_t number, std::uint64_t count) {
  demand_number(number, count);
  const std::vector<ListedFrame> frames = all_frames(file);
  ContentPart part{number, count, 0, 0, 0};
  for (const ListedFrame& frame : frames) part.whole_bytes += frame.content_bytes();
  const std::uint64_t least = part_of(part.whole_bytes, number - 1, count);
  const std::uint64_t most = part_of(part.whole_bytes, number, count);
  std::uint64_t at = 0, end = 0;
  part.offset = part.whole_bytes;
  for (const ListedFrame& frame : frames) {
    for (const ListedBlock& block : frame.blocks) {
      if (at >= least) part.offset = std::min(part.offset, at);
      at += block.content_bytes;
      if (end < most) end = at;
    }
  }
  part.length = std::max(end, part.offset) - part.offset;
  return part;
}

Summary compress_content_part(SeekableReader& content, const ContentPart& part, Writer& writer,
                              const ModelStore& store, const Options& options) {
  Bytes head;
  write_metadata_frame(MetadataType::kPart,
                       write_part({part.number, part.count, part.offset, part.whole}), head);
  content.seek(part.offset);
  PieceReader piece(content, part.length);
  writer.write(head);
  Summary summary = compress_frame(piece, writer, store, options);
  if (piece.left() != 0) {
    throw Error(ErrorCode::kTruncated, "the input has become shorter since it was looked at.");
  }
  summary.coded_bytes += head.size();
  return summary;
}

}  // namespace nnzip
