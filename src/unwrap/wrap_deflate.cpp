// SPDX-License-Identifier: Apache-2.0
// One part, the content, and the side data of DEFLATE.md.
#include "unwrap/wrap_deflate.h"

#include <utility>

#include "unwrap/deflate.h"
#include "unwrap/find.h"

namespace nnzip {
namespace {

constexpr std::uint8_t kNumber = 1;

std::vector<FoundWrapped> find(std::span<const std::uint8_t> content, std::size_t max_opened) {
  std::vector<FoundWrapped> found;
  for (const FoundDeflate& stream : find_deflate(content, max_opened)) {
    if (stream.kind == DeflateKind::kPng) continue;  // it has a row of its own
    const Piece& piece = stream.pieces.front();
    found.push_back({piece.offset, piece.bytes, stream.content_bytes, stream.header, stream.whole});
  }
  return found;
}

std::optional<Opened> open(std::span<const std::uint8_t> content, const FoundWrapped& found,
                           std::size_t max_opened) {
  auto stream = open_deflate(content.subspan(found.offset, found.bytes), max_opened);
  if (!stream) return {};
  Opened opened{stream->bytes, {}, std::move(stream->side)};
  opened.parts.push_back({std::move(stream->content), {}});
  return opened;
}

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out) {
  return parts.size() == 1 && close_deflate(side, parts.front(), max_bytes, out);
}

}  // namespace

const Wrapper kDeflateWrapper{kNumber, "deflate", find, open, close};

}  // namespace nnzip
