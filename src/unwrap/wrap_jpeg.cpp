// SPDX-License-Identifier: Apache-2.0
// One part, the file; no side data.
#include "unwrap/wrap_jpeg.h"

#include <algorithm>
#include <array>

#include "unwrap/jpeg_extent.h"

namespace nnzip {
namespace {

constexpr std::uint8_t kNumber = 6;
constexpr std::size_t kMinJpeg = std::size_t{1} << 10;
constexpr std::size_t kPatience = 4;
constexpr std::array<std::uint8_t, 3> kMagic = {0xFF, 0xD8, 0xFF};

std::vector<FoundWrapped> find(std::span<const std::uint8_t> content, std::size_t max_opened) {
  std::vector<FoundWrapped> found;
  // Bytes that candidates which fail may still be looked at.
  std::size_t patience = (std::size_t{1} << 20) + kPatience * content.size();
  for (std::size_t at = 0; patience != 0;) {
    const auto next = std::search(content.begin() + static_cast<std::ptrdiff_t>(at), content.end(),
                                  kMagic.begin(), kMagic.end());
    if (next == content.end()) break;
    at = static_cast<std::size_t>(next - content.begin());
    std::size_t looked = 0;
    const auto extent = jpeg_extent(content.subspan(at), &looked);
    const bool fits = extent && extent->bytes <= max_opened &&
                      extent->bytes >= (extent->whole ? kMinJpeg : kUnfinished);
    if (fits) {
      found.push_back({at, extent->bytes, extent->bytes, at, extent->whole});
      if (!extent->whole) break;
      at += extent->bytes;
    } else {
      patience -= std::min(patience, looked);
      ++at;
    }
  }
  return found;
}

std::optional<Opened> open(std::span<const std::uint8_t> content, const FoundWrapped& found,
                           std::size_t max_opened) {
  const auto file = content.subspan(found.offset, found.bytes);
  const auto extent = jpeg_extent(file);
  if (!extent || !extent->whole || extent->bytes > max_opened) return {};
  Opened opened{extent->bytes, {}, {}};
  opened.parts.push_back({Bytes(file.begin(), file.begin() + std::ptrdiff_t(extent->bytes)),
                          jpeg_layout(extent->blocks)});
  return opened;
}

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out) {
  if (!side.empty() || parts.size() != 1 || parts[0].size() > max_bytes) return false;
  out.insert(out.end(), parts[0].begin(), parts[0].end());
  return true;
}

}  // namespace

const Wrapper kJpegWrapper{kNumber, "JPEG", find, open, close};

}  // namespace nnzip
